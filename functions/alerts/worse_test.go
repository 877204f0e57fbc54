package alerts_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestWorseIsRed has a card become critical of which there was a warning: the status message
// that this takes is as red as for one that opens so.
func TestWorseIsRed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newActing(t, nil)
		use := func(card int, percent int64) {
			time.Sleep(2 * time.Hour)
			a.set(card, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * percent / 100 })
			a.sweep(t)
		}
		for card := range 3 {
			use(card, 10) // the messages of what is well are closed
		}
		use(1, 85)
		use(1, 100)
		if got := a.status(t, "card used up").Text; !strings.HasPrefix(got, "🔴 1 card used up\n") {
			t.Errorf("the status message of what got worse begins %q", got)
		}
	})
}
