package otpwatch_test

import (
	"context"
	"testing"
	"time"

	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/window"
)

// slow is a ledger that has time for four answers a run.
type slow struct {
	*sender

	asked int
	out   context.CancelFunc
}

func (s *slow) Windows(ctx context.Context, from, to time.Time) ([]window.Window, error) {
	if s.asked++; s.asked > 4 {
		s.out()
		return nil, ctx.Err()
	}
	return s.sender.Windows(ctx, from, to)
}

// TestSlowLedger has each run have time to read a few hours of the week before the watch began,
// and to break off in the next: it goes on there, and says that it has no time left.
func TestSlowLedger(t *testing.T) {
	t.Parallel()
	s := newSender(t)
	for at := monday.Add(-8 * 24 * time.Hour); at.Before(monday); at = at.Add(length) {
		s.windows = append(s.windows, windowAt(at, usual))
	}
	for done := false; !done; {
		ctx, cancel := context.WithCancel(t.Context())
		w, err := otpwatch.New(otpwatch.Config{Store: s.store, Windows: &slow{sender: s, out: cancel}, Now: func() time.Time { return s.now }})
		if err != nil {
			t.Fatal(err)
		}
		report, err := s.runIn(ctx, w)
		if done = report.Why == ""; err != nil || report.Windows == 0 {
			t.Fatalf("run: %+v, %v", report, err)
		}
		s.now = s.now.Add(time.Second)
	}
	if got := s.profile().Age(); got < 8*24*time.Hour-grace {
		t.Errorf("learnt are %s", got)
	}
}
