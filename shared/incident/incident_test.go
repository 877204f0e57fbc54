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

// TestAdvance tells stories: verdicts sweep by sweep, an hour apart, and what was
// told.
func TestAdvance(t *testing.T) {
	t.Parallel()
	const opened, escalated, reminded, resolved = incident.Opened, incident.Escalated, incident.Reminded, incident.Resolved
	type told = []incident.Kind
	quiet := func(v incident.Verdict) incident.Verdict { v.Quiet = true; return v }
	twice := func(v incident.Verdict) incident.Verdict { v.Breaches = 2; return v }
	on := func(day string, v incident.Verdict) incident.Verdict { v.Breaches, v.Seen = 2, day; return v }
	hold := incident.Verdict{Key: key, Instance: "a", Hold: true}
	holdNext := incident.Verdict{Key: key, Instance: "b", Hold: true}
	tests := []struct {
		name     string
		verdicts []incident.Verdict
		want     []told
		open     int
	}{
		{"all clear", []incident.Verdict{verdict("a", 0)}, []told{nil}, 0},
		{"opens once", []incident.Verdict{verdict("a", 1), verdict("a", 1)}, []told{{opened}, nil}, 1},
		{"climbs", []incident.Verdict{verdict("a", 1), verdict("a", 3), verdict("a", 3)}, []told{{opened}, {escalated}, nil}, 1},
		{"does not repeat a lower rung", []incident.Verdict{verdict("a", 2), verdict("a", 1), verdict("a", 2)}, []told{{opened}, nil, nil}, 1},
		{"resolves once", []incident.Verdict{verdict("a", 1), verdict("a", 0), verdict("a", 0)}, []told{{opened}, {resolved}, nil}, 0},
		{"another package is another incident", []incident.Verdict{verdict("a", 2), verdict("b", 1)}, []told{{opened}, {resolved, opened}}, 1},
		{"is quiet and then holds", []incident.Verdict{quiet(verdict("a", 1)), hold, verdict("a", 1), quiet(verdict("a", 2)), hold, verdict("a", 0)}, []told{nil, nil, {opened}, nil, nil, {resolved}}, 0},
		{"does not hold the package before", []incident.Verdict{verdict("a", 1), holdNext, holdNext}, []told{{opened}, {resolved}, nil}, 0},
		{"holds", []incident.Verdict{hold, verdict("a", 1), hold, verdict("a", 1), verdict("a", 0)}, []told{nil, {opened}, nil, nil, {resolved}}, 0},
		{"takes two in a row", []incident.Verdict{twice(verdict("a", 1)), verdict("a", 0), twice(verdict("a", 1)), hold, twice(verdict("a", 1)), twice(verdict("a", 1))}, []told{nil, nil, nil, nil, nil, {opened}}, 1},
		{"takes two days", []incident.Verdict{on("1", verdict("a", 1)), on("1", verdict("a", 1)), on("2", verdict("a", 1))}, []told{nil, nil, {opened}}, 1},
		{"takes two of one occasion", []incident.Verdict{twice(verdict("a", 1)), twice(verdict("b", 1)), twice(verdict("b", 1))}, []told{nil, nil, {opened}}, 1},
		{"is quiet and then told", []incident.Verdict{quiet(verdict("a", 1)), quiet(verdict("a", 2)), verdict("a", 2)}, []told{nil, nil, {opened}}, 1},
		{"is quiet and never told", []incident.Verdict{quiet(verdict("a", 1)), verdict("a", 0)}, []told{nil, nil}, 0},
		{"escalates quietly", []incident.Verdict{verdict("a", 1), quiet(verdict("a", 2)), verdict("a", 2)}, []told{{opened}, nil, {escalated}}, 1},
		{"ends quietly", []incident.Verdict{verdict("a", 1), quiet(verdict("a", 0)), verdict("a", 0), verdict("a", 0)}, []told{{opened}, nil, {resolved}, nil}, 0},
		{"comes back before its end is told", []incident.Verdict{verdict("a", 1), quiet(verdict("a", 0)), verdict("a", 1)}, []told{{opened}, nil, nil}, 1},
		{"reminds", []incident.Verdict{verdict("a", 1), verdict("a", 1), verdict("a", 1), verdict("a", 1), verdict("a", 1)}, []told{{opened}, nil, nil, {reminded}, nil}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var state incident.State
			now := time.Unix(1_700_000_000, 0)
			for i, v := range tt.verdicts {
				next, notices := state.Advance([]incident.Verdict{v}, now, 3*time.Hour)
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
	past, _ := incident.State{}.Advance([]incident.Verdict{verdict("a", 1)}, now, 0)
	if _, notices := past.Advance(nil, now, 0); notices != nil || len(past.Open) != 1 {
		t.Error("a key without a verdict changed")
	}
	_, told := past.Advance([]incident.Verdict{verdict("a", 2)}, now, 0)
	_, again := past.Advance([]incident.Verdict{verdict("a", 2)}, now.Add(time.Minute), 0)
	if past.Open[key.Subject+"/"+key.Rule].Level != 1 {
		t.Error("Advance changed the state it was given")
	}
	if told[0].ID != again[0].ID {
		t.Errorf("the same news has ids %s and %s, want one", told[0].ID, again[0].ID)
	}
}

// TestSubjectsAreThoseToJudgeAgain knows a breach that has opened nothing yet: if
// nobody looked, the next one would count as the second in a row.
func TestSubjectsAreThoseToJudgeAgain(t *testing.T) {
	t.Parallel()
	once := incident.Verdict{Key: incident.Key{Subject: "a/b", Rule: "forecast"}, Level: 1, Breaches: 2}
	state, _ := incident.State{}.Advance([]incident.Verdict{verdict("a", 1), once}, time.Unix(1_700_000_000, 0), 0)
	want := map[string][]string{key.Subject: {"usage"}, "a/b": {"forecast"}}
	if diff := cmp.Diff(want, state.Subjects()); diff != "" {
		t.Errorf("subjects of an incident and a breach (-want +got):\n%s", diff)
	}
}

func TestNoticeIDsDiffer(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	seen := make(map[string]bool)
	var state incident.State
	for _, v := range []incident.Verdict{verdict("a", 1), verdict("a", 2), verdict("b", 2), verdict("b", 0)} {
		next, notices := state.Advance([]incident.Verdict{v}, now, 0)
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
