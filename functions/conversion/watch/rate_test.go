package watch_test

import (
	"testing"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/incident"
)

// steady is a sender of so many requests a window at one rate.
func steady(s *sender, windows, requested int, rate float64) (changes []watch.Change) {
	for range windows {
		w := window.Window{Start: s.at, End: s.at.Add(windowTime), By: []window.Group{{
			Key:    window.Key{Country: "SG", Prefix: "+658123"},
			Counts: window.Counts{Requested: int64(requested), Verified: int64(float64(requested) * rate)},
		}}}
		changes = append(changes, s.pass(total(w))...)
	}
	return changes
}

// TestFloor has a rate that was always under the floor be said, and cleared only well above
// it; three messages say nothing.
func TestFloor(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(1, 1))
	s.settings = watch.Settings{Floor: 0.5}
	if got := steady(s, 3, 1, 0); len(got) != 0 {
		t.Errorf("three messages = %s, want nothing", said(got[0]))
	}
	changes := steady(s, 24, 100, 0.3)
	if len(changes) != 1 || changes[0].Kind != incident.Opened || changes[0].Incident.Severity != incident.Critical {
		t.Fatalf("0.3 of 100 = %+v, want one critical opening", changes)
	}
	if d, ok := changes[0].Incident.Details.Value.(watch.RateDetails); !ok || d.Floor != 0.5 || !d.All || len(d.Parts) != 0 {
		t.Errorf("details = %+v, want the floor and no parts: it was always so", changes[0].Incident.Details.Value)
	}
	if got := steady(s, 6, 100, 0.505); len(got) != 0 {
		t.Errorf("0.505 = %s, want nothing yet", said(got[0]))
	}
	if got := steady(s, 6, 100, 0.6); len(got) != 1 || got[0].Kind != incident.Resolved {
		t.Errorf("0.6 = %+v, want it resolved", got)
	}
}

// TestYoung has a sender of two days be compared with the last day.
func TestYoung(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(1, 1))
	if got := steady(s, 2*windowsADay, 50, 0.7); len(got) != 0 {
		t.Fatalf("a steady rate = %s", said(got[0]))
	}
	got := steady(s, 2, 50, 0.3)
	if len(got) != 1 || said(got[0]) != "opened rate all +658123" {
		t.Fatalf("a fall = %+v, want the prefix named", got)
	}
	d, ok := got[0].Incident.Details.Value.(watch.RateDetails)
	if !ok || len(d.Parts) != 1 || d.Parts[0].UsualRate < 0.69 || d.Parts[0].UsualRate > 0.71 {
		t.Errorf("details = %+v, want the usual rate of 0.7", got[0].Incident.Details.Value)
	}
}

// TestPending has one window that is low open nothing.
func TestPending(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(1, 1))
	steady(s, 2*windowsADay, 50, 0.7)
	if got := steady(s, 1, 50, 0.2); len(got) != 0 {
		t.Errorf("one low window = %s, want nothing", said(got[0]))
	}
	if got := steady(s, 6, 50, 0.7); len(got) != 0 {
		t.Errorf("afterwards = %s, want nothing", said(got[0]))
	}
}
