package watch_test

import (
	"testing"

	"signalbox/functions/conversion/watch"
)

// TestFirstDay has the rate fall as an hour begins in which nobody has ever counted: how many
// requests are usual then is not known, so that none are too many.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	s := newSender(newWorld(1, 1))
	if got := steady(s, 8*perHour, 200, 0.7); len(got) != 0 {
		t.Fatalf("a steady rate = %s", said(got[0]))
	}
	got := steady(s, 2*perHour, 200, 0.05)
	if len(got) == 0 || said(got[0]) != "opened rate all +658123" {
		t.Fatalf("a fall in the first day = %+v, want the prefix named", got)
	}
	for _, c := range got {
		if c.Incident.Key.Rule == watch.PumpingName {
			t.Errorf("as many requests as ever: %s, %+v", said(c), c.Incident.Details.Value)
		}
	}
}

// TestUnderTheFloor has each number that is said to be under the floor be so, whichever
// windows show best that the rate is lower than usual, and where requests are pumped.
func TestUnderTheFloor(t *testing.T) {
	t.Parallel()
	for name, requested := range map[string]int{"fall": 50, "pumped": 500, "swollen": 2000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSender(newWorld(1, 1))
			s.settings = watch.Settings{Floor: 0.3}
			steady(s, 2*windowsADay, 50, 0.7)
			floors := 0
			for _, c := range append(steady(s, perHour, requested, 0.1), steady(s, perHour, requested, 0.02)...) {
				d, ok := c.Incident.Details.Value.(watch.RateDetails)
				if !ok || d.Floor == 0 {
					continue
				}
				floors++
				if d.Requested == 0 || d.Rate() >= d.Floor {
					t.Errorf("%s: %d requested, %.3f verified is not under the floor of %.1f", said(c), d.Requested, d.Rate(), d.Floor)
				}
			}
			if floors == 0 {
				t.Error("nothing was under the floor")
			}
		})
	}
}
