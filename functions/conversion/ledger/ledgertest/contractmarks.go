package ledgertest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
)

// marks are kept, move a window between the lists, and a report is final.
func marks(t *testing.T, b *book) {
	t.Helper()
	at := b.past()
	b.add(t, "ac", requested("a", at))
	open := b.one(t)
	open.Status = window.Reported
	if err := b.Mark(t.Context(), open); !errors.Is(err, ledger.ErrNotClosed) {
		t.Errorf("Mark of a window that is not closed = %v, want ErrNotClosed", err)
	}
	unknown := window.Window{Start: at.Add(-24 * time.Hour), End: at, Status: window.Dead}
	if err := b.Mark(t.Context(), unknown); !errors.Is(err, ledger.ErrNotClosed) {
		t.Errorf("Mark of an unknown window = %v, want ErrNotClosed", err)
	}
	b.afterGrace()
	b.close(t, 1)
	for _, status := range []window.Status{window.Dead, window.Waiting, window.Dead, window.Reported, window.Dead, window.Reported} {
		w := b.one(t)
		final := w.Status == window.Reported
		w.Status, w.ReportTime, w.RequestID = status, w.End, "id-"+string(status)
		if err := b.Mark(t.Context(), w); err != nil {
			t.Fatalf("Mark as %s = %v", status, err)
		}
		if final {
			w.Status, w.RequestID = window.Reported, "id-reported"
		}
		if diff := cmp.Diff(w, b.one(t)); diff != "" {
			t.Errorf("after Mark as %s (-want +got):\n%s", status, diff)
		}
		for _, list := range []window.Status{window.Waiting, window.Dead} {
			found, err := b.Oldest(t.Context(), list, 10)
			if err != nil || (len(found) == 1) != (w.Status == list) {
				t.Errorf("the list of %s after Mark as %s = %v, %v", list, status, found, err)
			}
		}
	}
}
