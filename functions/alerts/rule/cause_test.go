package rule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

var (
	tagX     = rule.GroupID{Kind: rule.TagGroup, Name: "x"}
	tagY     = rule.GroupID{Kind: rule.TagGroup, Name: "y"}
	tagAll   = rule.GroupID{Kind: rule.TagGroup, Name: "all"}
	poolP    = rule.GroupID{Kind: rule.PoolGroup, Name: "P1"}
	carrierC = rule.GroupID{Kind: rule.CarrierGroup, Name: "CMCC"}
)

// some are n members of groups, numbered from first on.
func some(first, n int, standing rule.Standing, groups ...rule.GroupID) []rule.Member {
	members := make([]rule.Member, n)
	for i := range members {
		members[i] = rule.Member{
			Card: fmt.Sprintf("%04d", first+i), Groups: groups, Severity: incident.Warning,
			Opened: now.Add(time.Duration(first+i) * time.Second), Standing: standing,
		}
	}
	return members
}

// well counts n cards of groups as well.
func well(counts rule.GroupCounts, n int, groups ...rule.GroupID) rule.GroupCounts {
	for range n {
		counts.Add(groups, rule.StoppedName, nil)
	}
	return counts
}

func none(rule.GroupID) bool { return false }

func concat(all ...[]rule.Member) []rule.Member {
	var members []rule.Member
	for _, some := range all {
		members = append(members, some...)
	}
	return members
}

func TestForm(t *testing.T) {
	t.Parallel()
	counts := func() rule.GroupCounts { return make(rule.GroupCounts) }
	tests := []struct {
		name    string
		members []rule.Member
		well    rule.GroupCounts
		open    []rule.GroupID
		want    []rule.GroupID
	}{
		{"nothing", nil, counts(), nil, nil},
		{"all of a tag", some(0, 10, rule.Fresh, tagX), counts(), nil, []rule.GroupID{tagX}},
		{"too few", some(0, 9, rule.Fresh, tagX), counts(), nil, nil},
		{"eight of ten", some(0, 8, rule.Fresh, tagX), well(counts(), 2, tagX), nil, []rule.GroupID{tagX}},
		{"seven of ten", some(0, 7, rule.Fresh, tagX), well(counts(), 3, tagX), nil, nil},
		{"one after the other", some(0, 90, rule.Old, tagX), counts(), nil, nil},
		{"the last one of many", concat(some(0, 89, rule.Old, tagX), some(89, 1, rule.Fresh, tagX)), counts(), nil, nil},
		{"all that were well", concat(some(0, 30, rule.Old, tagX), some(30, 10, rule.Fresh, tagX)), counts(), nil, []rule.GroupID{tagX}},
		{"receivers know of most", concat(some(0, 60, rule.Known, tagX), some(60, 30, rule.Fresh, tagX)), counts(), nil, []rule.GroupID{tagX}},
		{"receivers know of each", some(0, 90, rule.Known, tagX), counts(), nil, nil},
		{"silenced ones say nothing", some(0, 90, rule.Apart, tagX), counts(), nil, nil},
		{"silenced ones beside", concat(some(0, 50, rule.Apart, tagX), some(50, 10, rule.Fresh, tagX)), counts(), nil, []rule.GroupID{tagX}},
		{"in one group already", some(0, 50, rule.Fresh, tagX, carrierC), counts(), []rule.GroupID{carrierC}, nil},
		{"one cause by three names", some(0, 20, rule.Fresh, tagX, poolP, carrierC), counts(), nil, []rule.GroupID{tagX}},
		{
			"carrier of three tags",
			concat(some(0, 20, rule.Fresh, tagX, carrierC), some(20, 20, rule.Fresh, tagY, carrierC)), counts(), nil,
			[]rule.GroupID{carrierC},
		},
		{
			"carrier, and not the tag that all have",
			some(0, 90, rule.Fresh, tagAll, carrierC), well(counts(), 10, tagAll), nil,
			[]rule.GroupID{carrierC},
		},
		{
			"tag, and not the carrier that most have",
			some(0, 20, rule.Fresh, tagX, carrierC), well(counts(), 80, carrierC), nil,
			[]rule.GroupID{tagX},
		},
		{
			"two causes, the larger first",
			concat(some(0, 12, rule.Fresh, tagX), some(20, 30, rule.Fresh, poolP)), counts(), nil,
			[]rule.GroupID{poolP, tagX},
		},
		{
			"what is left of a tag is too little",
			concat(some(0, 30, rule.Fresh, tagX, carrierC), some(30, 5, rule.Fresh, tagX)), well(counts(), 8, tagX), nil,
			[]rule.GroupID{tagX},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			open := make(map[rule.GroupID]bool)
			for _, g := range tt.open {
				open[g] = true
			}
			b := rule.NewBreach(rule.StoppedName, tt.well, nil, tt.members)
			got := rule.DefaultGroups().Form(b, func(g rule.GroupID) bool { return open[g] })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Form (-want +got):\n%s", diff)
			}
			if off := (rule.Groups{}).Form(b, none); off != nil {
				t.Errorf("without groups Form = %v, want nothing", off)
			}
		})
	}
}

// TestTooManyGroups has more groups than are counted. One of which it is not known how
// many cards are well is no incident; one that was there before is counted all the same.
func TestTooManyGroups(t *testing.T) {
	t.Parallel()
	counts, before := make(rule.GroupCounts), well(make(rule.GroupCounts), 100, tagX)
	for n := range rule.MaxGroups {
		counts.Add([]rule.GroupID{{Kind: rule.TagGroup, Name: fmt.Sprintf("only one %d", n)}}, rule.StoppedName, before)
	}
	if got := counts.Add([]rule.GroupID{tagX, tagY}, rule.StoppedName, before); got != 1 || counts.Of(tagX, rule.StoppedName) != 1 {
		t.Errorf("Add leaves out %d and counts %d, want y left out and x counted", got, counts.Of(tagX, rule.StoppedName))
	}
	b := rule.NewBreach(rule.StoppedName, counts, before, concat(some(0, 20, rule.Fresh, tagX), some(20, 20, rule.Fresh, tagY)))
	if diff := cmp.Diff([]rule.GroupID{tagX}, rule.DefaultGroups().Form(b, none)); diff != "" {
		t.Errorf("Form (-want +got):\n%s", diff)
	}
	totals := make(rule.GroupCounts)
	totals.AddTotals(b)
	if got := totals.AtLeast(10); len(got) != 1 || got.Of(tagX, rule.StoppedName) != 21 || got.Of(tagX, rule.StaleName) != 0 {
		t.Errorf("totals are %v, want 21 of x alone", got)
	}
}

// TestMay goes by what the rest of a sweep can still find.
func TestMay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		well, total int
		want        bool
	}{{0, 9, false}, {0, 10, true}, {2, 10, true}, {3, 10, false}, {20, 100, true}, {21, 100, false}, {5, 0, false}} {
		if got := rule.DefaultGroups().May(tt.well, tt.total); got != tt.want {
			t.Errorf("May(%d, %d) = %v, want %v", tt.well, tt.total, got, tt.want)
		}
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	members := concat(some(3, 12, rule.Fresh, tagX), some(0, 3, rule.Old, tagX), some(40, 5, rule.Fresh, tagY))
	members[5].Severity = incident.Critical
	b := rule.NewBreach(rule.StoppedName, well(make(rule.GroupCounts), 2, tagX), nil, members)
	want := rule.GroupObservation{
		Group: tagX, Of: rule.StoppedName, Cards: 15, Total: 17, Severity: incident.Critical, Since: now.Add(3 * time.Second),
		First: []string{"0000", "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009"},
	}
	if diff := cmp.Diff(want, b.Observe(tagX, time.Time{})); diff != "" {
		t.Errorf("Observe (-want +got):\n%s", diff)
	}
	want.Earlier = 3
	if diff := cmp.Diff(want, b.Observe(tagX, now.Add(5*time.Second))); diff != "" {
		t.Errorf("Observe what began before (-want +got):\n%s", diff)
	}
}
