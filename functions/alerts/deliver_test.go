package alerts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/notify"
)

// TestFailingReceiverIsTriedOnce has one receiver take nothing for hours: the other
// is notified of it in the same run, without another try at the first.
func TestFailingReceiverIsTriedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		f := newFixture(t, 100, func(c *alerts.Config) {
			c.Receivers = append(c.Receivers, notify.Receiver{Name: "failing", Poster: notify.PosterFunc(
				func(context.Context, notify.Message) error {
					tries++
					return errors.New("out of order")
				})})
		})
		for n := range 3 {
			before, messages := tries, len(f.slack.Inbox())
			if _, err := f.Sweep(t.Context()); err == nil || !strings.Contains(err.Error(), "notify failing") {
				t.Errorf("run %d: Sweep = %v, want an error that names the receiver", n, err)
			}
			if got := tries - before; got != 1 {
				t.Errorf("run %d: %d tries at the failing receiver, want one", n, got)
			}
			if n == 1 && (len(f.slack.Inbox()) != messages+1 || !strings.Contains(f.last(t), "1 receiver over an hour behind")) {
				t.Errorf("the other receiver was notified of %q, want the failing one", f.last(t))
			}
			time.Sleep(2 * time.Hour)
		}
	})
}
