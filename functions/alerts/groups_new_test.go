package alerts_test

import (
	"testing"
	"testing/synctest"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestNewCardsAreNoGroup adds cards with a tag of their own that were stopped from the
// beginning: nobody has seen them in use.
func TestNewCardsAreNoGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSites(t, 300, nil)
		s.change(200, 230, func(c *aliyuntest.Card) { c.Tags = []string{"batch-7"}; stop(c); c.Unlisted = true })
		checkSaid(t, "the sweep before they are there", s.next(t), notified{})
		s.change(200, 230, func(c *aliyuntest.Card) { c.Unlisted = false })
		checkSaid(t, "the sweep with them", s.next(t), notified{"opened stopped": 30})
		checkSaid(t, "the next one", s.next(t), notified{})
	})
}
