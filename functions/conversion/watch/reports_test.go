package watch_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
)

func TestReports(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) time.Time { return monday.Add(-d) }
	tests := []struct {
		name     string
		o        watch.ReportsObservation
		status   incident.Status
		severity incident.Severity
	}{
		{"nothing waits", watch.ReportsObservation{}, incident.Clear, ""},
		{"some have just come", watch.ReportsObservation{Waiting: 500, Oldest: ago(9 * time.Minute)}, incident.Clear, ""},
		{"what waits is damaged", watch.ReportsObservation{Waiting: 1}, incident.Clear, ""},
		{"in between", watch.ReportsObservation{Waiting: 2, Oldest: ago(time.Hour)}, incident.Hysteresis, ""},
		{"for long", watch.ReportsObservation{Waiting: 2, Oldest: ago(time.Hour + time.Second)}, incident.Breached, incident.Warning},
		{"for a day", watch.ReportsObservation{Waiting: 2, Oldest: ago(24*time.Hour + time.Second)}, incident.Breached, incident.Critical},
		{"a dead letter", watch.ReportsObservation{DeadLetters: 1}, incident.Breached, incident.Warning},
		{"a clock that went back", watch.ReportsObservation{Waiting: 1, Oldest: ago(-time.Hour)}, incident.Clear, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.o.Evaluate(monday)
			if got.Status != tt.status || got.Severity != tt.severity || got.Key.Rule != watch.ReportsName {
				t.Errorf("%+v is %s, %q; want %s, %q", tt.o, got.Status, got.Severity, tt.status, tt.severity)
			}
			encoded, err := json.Marshal(got.Details)
			var decoded watch.Details
			if err != nil || json.Unmarshal(encoded, &decoded) != nil {
				t.Fatalf("details %s: %v", encoded, err)
			}
			if diff := cmp.Diff(got.Details, decoded); diff != "" {
				t.Errorf("details in JSON and back (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRewind has the clock be a day ahead: windows of the time before are learnt again, and
// the past knows all the same what is usual.
func TestRewind(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(4, perDay/10)).train(3 * windowsADay)
	age, until := s.profile.Age(), s.profile.Until()
	back := until.Add(-24 * time.Hour)
	s.profile.Rewind(until)
	if s.profile.Until() != until {
		t.Errorf("Rewind to the end moved it to %s", s.profile.Until())
	}
	s.profile.Rewind(back)
	if s.profile.Age() != age || s.profile.Until() != back {
		t.Errorf("the past is %s long until %s, want %s until %s", s.profile.Age(), s.profile.Until(), age, back)
	}
	again := s.fork(t, back)
	if changes := openings(again.next(nil)); len(changes) > 0 || again.profile.Until() != back.Add(5*time.Minute) {
		t.Errorf("the next window: %+v, the past ends %s", changes, again.profile.Until())
	}
}
