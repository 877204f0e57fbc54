package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
)

var key = incident.Key{Subject: "89860321000000015668", Rule: "usage"}

func verdict(instance string, level int) incident.Verdict {
	return incident.Verdict{Key: key, Instance: instance, Level: level, Facts: map[string]string{"used": "92%"}}
}

// TestAdvance tells stories: verdicts sweep by sweep, and what was told.
func TestAdvance(t *testing.T) {
	t.Parallel()
	type told = []incident.Kind
	tests := []struct {
		name     string
		verdicts []incident.Verdict
		want     []told
		open     int
	}{
		{"all clear", []incident.Verdict{verdict("a", 0)}, []told{nil}, 0},
		{"opens once", []incident.Verdict{verdict("a", 1), verdict("a", 1)}, []told{{incident.Opened}, nil}, 1},
		{
			"climbs",
			[]incident.Verdict{verdict("a", 1), verdict("a", 3), verdict("a", 3)},
			[]told{{incident.Opened}, {incident.Escalated}, nil},
			1,
		},
		{
			"does not repeat a lower rung",
			[]incident.Verdict{verdict("a", 2), verdict("a", 1), verdict("a", 2)},
			[]told{{incident.Opened}, nil, nil},
			1,
		},
		{
			"resolves once",
			[]incident.Verdict{verdict("a", 1), verdict("a", 0), verdict("a", 0)},
			[]told{{incident.Opened}, {incident.Resolved}, nil},
			0,
		},
		{
			"another package is another incident",
			[]incident.Verdict{verdict("a", 2), verdict("b", 1)},
			[]told{{incident.Opened}, {incident.Resolved, incident.Opened}},
			1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var state incident.State
			now := time.Unix(1_700_000_000, 0)
			for i, v := range tt.verdicts {
				next, notices := state.Advance([]incident.Verdict{v}, now)
				if diff := cmp.Diff(tt.want[i], kinds(notices)); diff != "" {
					t.Errorf("sweep %d told (-want +got):\n%s", i+1, diff)
				}
				state, now = next, now.Add(time.Hour)
			}
			if len(state.Open) != tt.open {
				t.Errorf("%d incidents open at the end, want %d", len(state.Open), tt.open)
			}
		})
	}
}

func kinds(notices []incident.Notice) []incident.Kind {
	var kinds []incident.Kind
	for _, n := range notices {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func TestAdvanceLeavesThePastAlone(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	past, _ := incident.State{}.Advance([]incident.Verdict{verdict("a", 1)}, now)
	if _, notices := past.Advance(nil, now); notices != nil || len(past.Open) != 1 {
		t.Error("a key without a verdict changed")
	}
	first, told := past.Advance([]incident.Verdict{verdict("a", 2)}, now)
	second, again := past.Advance([]incident.Verdict{verdict("a", 2)}, now.Add(time.Minute))
	if past.Open[key.Subject+"/"+key.Rule].Level != 1 {
		t.Error("Advance changed the state it was given")
	}
	if told[0].ID != again[0].ID {
		t.Errorf("the same news has ids %s and %s, want one", told[0].ID, again[0].ID)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same verdict led to two states:\n%s", diff)
	}
}

func TestNoticeIDsDiffer(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	seen := make(map[string]bool)
	var state incident.State
	for _, v := range []incident.Verdict{verdict("a", 1), verdict("a", 2), verdict("b", 2), verdict("b", 0)} {
		next, notices := state.Advance([]incident.Verdict{v}, now)
		for _, n := range notices {
			if seen[n.ID] {
				t.Errorf("notice id %s was used before", n.ID)
			}
			seen[n.ID] = true
		}
		state = next
	}
	if len(seen) != 5 {
		t.Errorf("%d notices, want 5", len(seen))
	}
}
