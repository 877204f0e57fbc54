package conversion_test

import (
	"flag"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/ledger/ledgertest"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/dysms"
)

var manyEvents = flag.Int("events", 20_000, "how many OTP events TestManyEvents sends")

// receipt is one request: which of the log are its events, and its answer.
type receipt struct {
	from, to, malformed int
	answer              answer
}

// TestManyEvents sends a stream of OTP events while the timer asks for a run every
// minute, and compares each answer, each window and each rate at the fake with what is
// worked out from all events at once.
func TestManyEvents(t *testing.T) {
	t.Parallel()
	for name, config := range stores {
		if name == "redis" {
			continue // its clock goes by the fake Redis: ledgertest has it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var clock atomic.Int64
			start := time.Now().Truncate(5 * time.Minute)
			at := func() time.Time { return start.Add(time.Duration(clock.Load())) }
			w := newWorld(t, config(t), aliyuntest.Options{Now: at, QPS: map[string]int{"ConversionData": 1000}}, at)
			w.Function = w.instance(t, at, 1000, w.logs)
			s := newStream(*manyEvents)
			log, receipts := sendStream(t, w, s, at, func(d time.Duration) { clock.Store(int64(d)) })
			outcomes, windows := ledgertest.Offline(log, 10*time.Minute)
			compareAnswers(t, receipts, outcomes)
			compareRates(t, w, windows)
			compareWindows(t, w, windows)
			t.Logf("%d events, of which %d came again, %d late, %d overtook and %d were malformed", s.events, s.again, s.late, s.overtaking, s.malformed)
		})
	}
}

// sendStream sends a whole stream, and goes on until all windows have closed.
func sendStream(t *testing.T, w *world, s *stream, now func() time.Time, set func(time.Duration)) (log []ledgertest.Arrival, receipts []receipt) {
	t.Helper()
	var ran time.Duration
	for n := 0; time.Duration(n)*s.step < 2*spanned; n++ {
		at := time.Duration(n) * s.step
		set(at)
		if at-ran >= time.Minute {
			ran = at
			run(t, w.Function)
			log = append(log, ledgertest.Arrival{At: now()})
		}
		lines := s.next(n, now())
		if len(lines) == 0 {
			continue
		}
		media, text := body(n, lines)
		got := send(t, w, media, text)
		events, malformed := arrivals(lines, now())
		if want := len(events) == 0; (got.Code == http.StatusUnprocessableEntity) != want || got.Code != http.StatusOK && !want {
			t.Fatalf("request %d of %d events = %d, %s", n, len(events), got.Code, got.Body)
		}
		receipts = append(receipts, receipt{len(log), len(log) + len(events), malformed, readAnswer(t, got)})
		log = append(log, events...)
		s.due[n] = nil
	}
	return log, receipts
}

// compareAnswers compares what each request was answered, and that there was some of
// each kind.
func compareAnswers(t *testing.T, receipts []receipt, outcomes []window.Outcome) {
	t.Helper()
	var sum answer
	for n, r := range receipts {
		want := answer{Refused: r.malformed}
		for _, o := range outcomes[r.from:r.to] {
			switch o {
			case window.Accepted:
				want.Accepted++
			case window.Duplicate:
				want.Duplicate++
			case window.Late:
				want.Late++
			case window.Ahead, window.Old, window.Damaged:
				want.Refused++
			}
		}
		if len(r.answer.Problems) != r.answer.Refused {
			t.Errorf("request %d has %d problems and %d refused events", n, len(r.answer.Problems), r.answer.Refused)
		}
		r.answer.Problems = nil
		if diff := cmp.Diff(want, r.answer); diff != "" {
			t.Errorf("answer to request %d of %d (-want +got):\n%s", n, len(receipts), diff)
		}
		sum.Accepted += r.answer.Accepted
		sum.Duplicate += r.answer.Duplicate
		sum.Late += r.answer.Late
		sum.Refused += r.answer.Refused
	}
	all := float64(sum.Accepted + sum.Duplicate + sum.Late + sum.Refused)
	for kind, share := range map[string][2]float64{
		"duplicate": {float64(sum.Duplicate), 0.008}, "late": {float64(sum.Late), 0.04}, "refused": {float64(sum.Refused), 0.0006},
	} {
		if share[0]/all < share[1] {
			t.Errorf("%v of %v events are %s, want a share of %v", share[0], all, kind, share[1])
		}
	}
	t.Logf("answered: %+v", sum)
}

// compareRates compares what has arrived at the fake: each window once, in order.
func compareRates(t *testing.T, w *world, windows []window.Window) {
	t.Helper()
	type rate struct {
		Time int64
		Rate string
	}
	var want, got []rate
	for _, of := range windows {
		if of.Requested > 0 {
			want = append(want, rate{of.End.UnixMilli(), dysms.FormatRate(float64(of.Verified) / float64(of.Requested))})
		}
	}
	for _, c := range w.cloud.Conversions() {
		got = append(got, rate{c.ReportTime, c.Rate})
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 30 {
		t.Errorf("%d rates at the fake (-want +got):\n%s", len(got), diff)
	}
}

// compareWindows compares all that windows count.
func compareWindows(t *testing.T, w *world, want []window.Window) {
	t.Helper()
	got, err := w.ledger.Windows(t.Context(), want[0].Start, want[len(want)-1].End)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got { // what is not worked out
		if got[i].Status != window.Reported {
			t.Errorf("the window of %v is %s, want it reported", got[i].Start, got[i].Status)
		}
		got[i] = window.Window{
			Start: got[i].Start, End: got[i].End, Requested: got[i].Requested, Verified: got[i].Verified,
			Late: got[i].Late, Duplicate: got[i].Duplicate, By: got[i].By,
		}
	}
	if diff := cmp.Diff(want, slices.Clip(got)); diff != "" {
		t.Errorf("the windows (-want +got):\n%.4000s", diff)
	}
}
