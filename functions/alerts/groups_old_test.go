package alerts_test

import (
	"testing"
	"testing/synctest"
)

// TestOldStopsKeepNoGroupOpen has more than half of a tag stopped for long, each by itself,
// when most of the others stop, and go on again: what was there before is no reason for the
// group to stay open, which would swallow whatever stops later.
func TestOldStopsKeepNoGroupOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSites(t, 200, nil)
		s.change(100, 160, stop)
		checkSaid(t, "the first sweep", s.next(t), notified{"opened stopped": 60})
		checkSaid(t, "the next", s.next(t), notified{})
		s.change(160, 196, stop)
		checkSaid(t, "the sweep after most others stopped", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		checkSaid(t, "one in which nothing changed", s.next(t), notified{})
		s.change(160, 196, restart)
		checkSaid(t, "the sweep after they restarted", s.next(t), notified{"resolved tag/site-1 stopped-group": 1})
		s.change(170, 171, stop)
		checkSaid(t, "the sweep after one more stopped", s.next(t), notified{"opened stopped": 1})
	})
}

// TestKnownStopsKeepTheirGroupOpen has most of a group notified one by one, a sweep before
// the rest.
func TestKnownStopsKeepTheirGroupOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, nil)
		s.change(100, 170, stop)
		checkSaid(t, "the sweep after too few stopped", s.next(t), notified{"opened stopped": 70})
		s.change(170, 185, stop)
		checkSaid(t, "the next", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		for range 3 {
			checkSaid(t, "one in which nothing changed", s.next(t), notified{})
		}
		s.change(100, 140, restart)
		checkSaid(t, "the sweep after less than half are left", s.next(t), notified{
			"resolved tag/site-1 stopped-group": 1, "opened stopped": 15, "resolved stopped": 40,
		})
	})
}
