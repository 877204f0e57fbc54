package route_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
	"signalbox/shared/route"
)

type details struct{ To, Notified []string }

type (
	change   = incident.Change[details]
	occasion = incident.Incident[details]
)

var notifiedTo = route.Notified[details]{
	To: func(i occasion) []string { return i.Details.To },
	In: func(d *details) *[]string { return &d.Notified },
}

// open is an incident that is open, routed to some now and notified to others before.
func open(to, notified []string) occasion {
	return occasion{Phase: incident.PhaseOpen, Opened: time.Unix(1, 0), Details: details{to, notified}}
}

func TestRemember(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		before  []string
		changes []change
		want    [][]string // of each change
		next    []string
	}{
		{"no change", []string{"ops"}, nil, nil, []string{"ops"}},
		{"opened", nil, []change{{Kind: incident.Opened, Incident: open([]string{"ops", "duty"}, nil)}}, [][]string{{"duty", "ops"}}, []string{"duty", "ops"}},
		{"worse, and of others", []string{"ops"}, []change{{Kind: incident.Worsened, Incident: open([]string{"duty"}, nil)}}, [][]string{{"duty", "ops"}}, []string{"duty", "ops"}},
		{
			name: "resolved and opened anew, to others", before: []string{"ops"},
			changes: []change{{Kind: incident.Resolved, Incident: open(nil, nil)}, {Kind: incident.Opened, Incident: open([]string{"duty"}, nil)}},
			want:    [][]string{{"ops"}, {"duty"}}, next: []string{"duty"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			next := open(nil, nil)
			notifiedTo.Remember(open(nil, tt.before), &next, tt.changes)
			var got [][]string
			for _, c := range tt.changes {
				got = append(got, c.Incident.Details.Notified)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the changes are notified to (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.next, next.Details.Notified); diff != "" {
				t.Errorf("the incident is notified to (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAdd changes neither what is not there nor the list of whoever holds it.
func TestAdd(t *testing.T) {
	t.Parallel()
	held := append(make([]string, 0, 2), "ops")
	got, added := notifiedTo.Add(open(nil, held), "duty")
	if diff := cmp.Diff([]string{"duty", "ops"}, got.Details.Notified); !added || diff != "" {
		t.Errorf("Add(duty) = %t, notified (-want +got):\n%s", added, diff)
	}
	if held[0] != "ops" {
		t.Errorf("Add changed the list that it was given to %v", held)
	}
	if _, added := notifiedTo.Add(open(nil, held), "ops"); added {
		t.Error("Add adds who was notified before")
	}
	if _, added := notifiedTo.Add(occasion{}, "ops"); added {
		t.Error("Add adds to what is no incident")
	}
}
