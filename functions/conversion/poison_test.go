package conversion_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/window"
)

// TestPoisonAmongOTPEvents delivers a batch of OTP events and reports of which some are
// poison, to two instances by turns, three times: as SQS does what was not deleted, and
// as Function Compute does with all of a batch, and with an event whose asynchronous
// invocation has failed. All that is good counts once.
func TestPoisonAmongOTPEvents(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		t.Run(fmt.Sprint("whole ", whole), func(t *testing.T) {
			t.Parallel()
			eachStore(t, func(t *testing.T, w *world) {
				t.Helper()
				other := w.instance(t, time.Now, 1, w.logs)
				b := messagesOf(
					`{"type":"requested","id":"a"}`,
					`{"type":"sent","id":"poison"}`,
					"{\"type\":\"requested\",\"id\":\"b\"}\n{\"type\":\"verified\",\"id\":\"b\"}\n{\"type\":\"requested\"",
					`[{"type":"verified","id":"a"},{"type":"requested","id":"c","time":1}]`,
					`{"type":`,
					`{"conversionRate":0.25}`,
					`{"conversionRate":53}`,
					`{"specversion":"1.0","id":"e","source":"/s","type":"otp","data":{"type":"requested","id":"d"}}`,
				)
				b.Whole = whole
				for i := range b.Messages {
					b.Messages[i].Sent = time.Now().Add(-time.Second)
				}
				want := map[string]string{
					"0": "done", "1": "failed", "2": "failed", "3": "failed", "4": "failed", "5": "done", "6": "failed", "7": "done",
				}
				for n := range 3 {
					got := w.Batch(t.Context(), b)
					if n == 1 {
						got = other.Batch(t.Context(), b)
					}
					if diff := cmp.Diff(want, became(got)); diff != "" {
						t.Errorf("delivery %d (-want +got):\n%s", n, diff)
					}
				}
				if got := rates(w.cloud); len(got) != 1 || got[0] != "0.25" {
					t.Errorf("at the fake %v, want the one good report once", got)
				}
				wantCounted(t, w, 3, 2)
			})
		})
	}
}

// TestOTPEventsOfALostAnswer has the store take events and its answers be lost: the
// messages are handed back as not tried, and count once when they come again.
func TestOTPEventsOfALostAnswer(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		t.Helper()
		b := messagesOf(`{"type":"requested","id":"a"}`, `{"type":"verified","id":"a"}`)
		down := &failing{Ledger: w.ledger}
		function, _ := withLedger(down)
		for n := range 5 {
			down.err = errDown
			if n == 4 {
				down.err = nil
			}
			want := map[string]string{"0": "not tried", "1": "not tried"}
			if down.err == nil {
				want = map[string]string{"0": "done", "1": "done"}
			}
			if diff := cmp.Diff(want, became(function.Batch(t.Context(), b))); diff != "" {
				t.Errorf("delivery %d (-want +got):\n%s", n, diff)
			}
		}
		wantCounted(t, w, 1, 1)
	})
}

// wantCounted compares what all windows count together.
func wantCounted(t *testing.T, w *world, requested, verified int64) {
	t.Helper()
	found, err := w.ledger.Windows(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var got [2]int64
	for _, of := range found {
		got[0] += of.Requested
		got[1] += of.Verified
	}
	if got != [2]int64{requested, verified} {
		t.Errorf("%d requested and %d verified, want %d and %d", got[0], got[1], requested, verified)
	}
}

// failing is a ledger whose connection breaks: what it was given was taken all the same.
type failing struct {
	conversion.Ledger

	err error
}

func (f *failing) Add(ctx context.Context, events []window.Event) ([]window.Outcome, error) {
	outcomes, err := f.Ledger.Add(ctx, events)
	if f.err != nil {
		return nil, f.err
	}
	return outcomes, err
}
