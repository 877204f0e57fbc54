package notify_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/notify"
)

// TestRepeated has a receiver take each message and never confirm one, as behind a proxy that
// gives up too early, and runs each minute: people get the same message less and less often.
func TestRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var taken []time.Time
		lost := true
		w := newWorld(t, notify.Receiver{Name: "robot", Poster: notify.PosterFunc(func(context.Context, notify.Message) error {
			taken = append(taken, time.Now())
			if lost {
				return &delivery.Error{Kind: delivery.KindUnavailable, Attempted: "post to robot", Attempts: 1, Uncertain: true}
			}
			return nil
		})})
		w.opens("usage", critical, 1)
		for range 60 {
			w.run(time.Minute)
			time.Sleep(time.Minute)
		}
		if n := len(taken); n < 6 || n > 12 {
			t.Errorf("the same message came %d times in an hour, want about ten", n)
		}
		lost = false
		for range 8 {
			w.run(time.Minute)
			time.Sleep(time.Minute)
		}
		if r := w.run(time.Minute)[0]; r.Waiting != 0 {
			t.Errorf("once it is confirmed: %+v", r)
		}
	})
}
