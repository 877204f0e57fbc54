package window_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/window"
)

var (
	rules = window.Rules{Length: 5 * time.Minute, Grace: 10 * time.Minute}
	noon  = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for rules, want := range map[window.Rules]bool{
		{Length: time.Second}:                              true,
		{Length: 24 * time.Hour, Grace: 24 * time.Hour}:    true,
		{Length: 7 * time.Second, Grace: time.Millisecond}: true,
		{}:                                false,
		{Length: 999 * time.Millisecond}:  false,
		{Length: 1500 * time.Millisecond}: false,
		{Length: 25 * time.Hour}:          false,
		{Length: time.Minute, Grace: -1}:  false,
		{Length: time.Minute, Grace: 24*time.Hour + time.Second}:  false,
		{Length: -time.Minute, Grace: time.Minute}:                false,
		{Length: time.Duration(1<<63 - 1), Grace: 1<<63 - 1}:      false,
		{Length: time.Minute + time.Nanosecond, Grace: time.Hour}: false,
	} {
		if err := rules.Validate(); (err == nil) != want {
			t.Errorf("Validate of %+v = %v, want valid: %t", rules, err, want)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		length time.Duration
		at     time.Time
		want   string
	}{
		{"within", 5 * time.Minute, noon.Add(7*time.Minute + time.Nanosecond), "12:05:00 12:10:00"},
		{"at the start", 5 * time.Minute, noon, "12:00:00 12:05:00"},
		{"before the end", 5 * time.Minute, noon.Add(-1), "11:55:00 12:00:00"},
		{"in another zone", time.Hour, noon.In(time.FixedZone("", 5*3600+1800)).Add(time.Minute), "12:00:00 13:00:00"},
		{"no divisor of an hour", 7 * time.Minute, noon, "11:59:00 12:06:00"},
		{"a second", time.Second, noon.Add(999 * time.Millisecond), "12:00:00 12:00:01"},
		{"before the epoch", time.Minute, time.Unix(-1, 0), "23:59:00 00:00:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := window.Rules{Length: test.length}.Span(test.at)
			if got := s.From().Format(time.TimeOnly) + " " + s.To().Format(time.TimeOnly); got != test.want {
				t.Errorf("Span(%v) = %s, want %s", test.at, got, test.want)
			}
			if at := test.at; at.Before(s.From()) || !at.Before(s.To()) || s.Start%s.Seconds != 0 {
				t.Errorf("Span(%v) = %+v, want one that has it and is aligned to the epoch", at, s)
			}
			if w := (window.Window{Start: s.From(), End: s.To()}); w.Span() != s {
				t.Errorf("Span of its window = %+v, want %+v", w.Span(), s)
			}
		})
	}
}

// TestCloses has the grace begin at the end or at the first event, whichever is later.
func TestCloses(t *testing.T) {
	t.Parallel()
	s := rules.Span(noon)
	for first, want := range map[time.Time]time.Time{
		noon:                          noon.Add(15 * time.Minute),
		noon.Add(-time.Hour):          noon.Add(15 * time.Minute),
		noon.Add(5 * time.Minute):     noon.Add(15 * time.Minute),
		noon.Add(2 * time.Hour):       noon.Add(2*time.Hour + 10*time.Minute),
		noon.Add(2*time.Hour + 1_999): noon.Add(2*time.Hour + 10*time.Minute), // in milliseconds
	} {
		if got := rules.Closes(s, first); !got.Equal(want) {
			t.Errorf("Closes where the first event came at %v = %v, want %v", first, got, want)
		}
	}
}

func TestTimely(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]window.Outcome{
		0: window.Accepted, 3 * time.Minute: window.Accepted, 5 * time.Minute: window.Accepted, 5*time.Minute + 1: window.Ahead,
		24 * time.Hour: window.Ahead, -24 * time.Hour: window.Accepted, -24*time.Hour - 1: window.Old,
	} {
		if got := window.Timely(noon.Add(ahead), noon); got != want {
			t.Errorf("Timely(now %+v) = %v, want %v", ahead, got, want)
		}
	}
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Unix(1<<60, 0), time.Unix(-1<<60, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := window.Timely(at, noon); got == window.Accepted {
			t.Errorf("Timely(%v) = accepted, want it refused", at)
		}
	}
}

// TestStep goes through what one event can meet.
func TestStep(t *testing.T) {
	t.Parallel()
	request := window.Event{Kind: window.OTPRequested, ID: "a", Time: noon, Country: "SG"}
	verify := window.Event{Kind: window.OTPVerified, ID: "a", Time: noon}
	requested := window.OTP{Requested: true, Span: rules.Span(noon), Group: window.Key{Country: "SG"}}
	both := requested
	both.Verified = true
	waiting := window.OTP{Verified: true}
	open := window.State{Exists: true, Closes: noon.Add(15 * time.Minute)}
	closed := window.State{Exists: true, Closed: true, Closes: noon.Add(15 * time.Minute)}
	atEnd, after := noon.Add(15*time.Minute), noon.Add(15*time.Minute+1)
	tests := []struct {
		name  string
		now   time.Time
		event window.Event
		known window.OTP
		state window.State
		want  window.Step
	}{
		{"first request", noon, request, window.OTP{}, window.State{}, window.Step{Outcome: window.Accepted, OTP: requested, Opens: true, Counts: window.Counts{Requested: 1}}},
		{"request", noon, request, window.OTP{}, open, window.Step{Outcome: window.Accepted, OTP: requested, Counts: window.Counts{Requested: 1}}},
		{"request at the end", atEnd, request, window.OTP{}, open, window.Step{Outcome: window.Accepted, OTP: requested, Counts: window.Counts{Requested: 1}}},
		{"request after the end", after, request, window.OTP{}, open, window.Step{Outcome: window.Late, OTP: requested, Late: 1}},
		{"request when closed", noon, request, window.OTP{}, closed, window.Step{Outcome: window.Late, OTP: requested, Late: 1}},
		{"request again", noon, request, requested, open, window.Step{Outcome: window.Duplicate, OTP: requested, Duplicate: 1}},
		{"request again, two days later", noon.Add(48 * time.Hour), request, requested, closed, window.Step{Outcome: window.Duplicate, OTP: requested, Duplicate: 1}},
		{"request that was waited for", noon, request, waiting, open, window.Step{Outcome: window.Accepted, OTP: both, Counts: window.Counts{Requested: 1, Verified: 1}}},
		{"late request that was waited for", after, request, waiting, open, window.Step{Outcome: window.Late, OTP: both, Late: 2}},
		{"verification", noon, verify, requested, open, window.Step{Outcome: window.Accepted, OTP: both, Counts: window.Counts{Verified: 1}}},
		{"verification that overtakes", noon, verify, window.OTP{}, window.State{}, window.Step{Outcome: window.Accepted, OTP: waiting}},
		{"verification after the end", after, verify, requested, open, window.Step{Outcome: window.Late, OTP: both, Late: 1}},
		{"verification whose window was lost", noon, verify, requested, window.State{}, window.Step{Outcome: window.Late, OTP: both, Late: 1}},
		{"verification again", noon, verify, both, open, window.Step{Outcome: window.Duplicate, OTP: both, Duplicate: 1}},
		{"ahead", noon.Add(-time.Hour), request, window.OTP{}, window.State{}, window.Step{Outcome: window.Ahead}},
		{"old", noon.Add(25 * time.Hour), verify, requested, open, window.Step{Outcome: window.Old, OTP: requested}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, rules.Step(test.now, test.event, test.known, test.state)); diff != "" {
				t.Errorf("Step (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMerge keeps the largest groups and loses no count.
func TestMerge(t *testing.T) {
	t.Parallel()
	var groups []window.Group
	for i := range window.MaxGroups + 5 {
		groups = append(groups, window.Group{Key: window.Key{Prefix: fmt.Sprintf("+%04d", i)}, Counts: window.Counts{Requested: int64(i / 2), Verified: 1}})
	}
	ofSG := window.Group{Key: window.Key{Country: "SG", Rest: true}, Counts: window.Counts{Requested: 1}}
	groups = append(groups, window.Group{Key: window.Key{Rest: true}, Counts: window.Counts{Requested: 3, Verified: 2}},
		window.Group{Key: window.Key{Country: "SG", Prefix: "+659123"}, Counts: ofSG.Counts})
	want := window.Merge(groups)
	rest := window.Group{Key: window.Key{Rest: true}, Counts: window.Counts{Requested: 3 + 0 + 0 + 1 + 1 + 2, Verified: 2 + 5}}
	if len(want) != window.MaxGroups+2 || want[window.MaxGroups] != rest || want[window.MaxGroups+1] != ofSG || want[0].Requested != window.MaxGroups/2+2 {
		t.Errorf("Merge = %d groups, from %+v to %+v, want %d and the rests %+v and %+v",
			len(want), want[0], want[len(want)-2:], window.MaxGroups, rest, ofSG)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	if diff := cmp.Diff(want, window.Merge(groups[:100], nil, groups[100:])); diff != "" {
		t.Errorf("Merge of another order (-want +got):\n%.500s", diff)
	}
	if got := window.Merge(); len(got) != 0 {
		t.Errorf("Merge of nothing = %v, want nothing", got)
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	if _, known := (window.Window{Late: 1}).Rate(); known {
		t.Error("Rate of no requests is known, want unknown")
	}
	if rate, known := (window.Window{Requested: 3, Verified: 3}).Rate(); !known || rate != 1 {
		t.Errorf("Rate of 3 and 3 = %v, %v; want 1", rate, known)
	}
}
