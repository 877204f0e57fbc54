package alerts_test

import (
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
)

// TestClockStepsBackAndNoGroup has the cards of a tag stop one after the other, and then the
// clock step back behind all of that: what was opened in the future is not new.
func TestClockStepsBackAndNoGroup(t *testing.T) {
	t.Parallel()
	var step time.Duration
	edit := func(c *alerts.Config) { c.Now = func() time.Time { return time.Now().Add(step) } }
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, edit)
		for i := 100; i < 190; i += 5 {
			s.change(i, i+5, stop)
			checkSaid(t, "a sweep after some stopped", s.next(t), notified{"opened stopped": 5})
		}
		step = -5 * time.Hour
		s.next(t)
		s.change(190, 191, stop)
		checkSaid(t, "a sweep after the clock stepped back", s.next(t), notified{"opened stopped": 1})
		if got := s.groups(t); len(got) != 0 {
			t.Errorf("cards that stopped one after the other are groups: %v", got)
		}
	})
}
