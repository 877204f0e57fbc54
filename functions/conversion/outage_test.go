package conversion_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/dysms"
)

// TestOutageAboveTheQuota has windows of one second close, and reports come, while
// Alibaba is down for ten minutes: more than it takes in a run. When it is back, of two
// instances that are asked to run at the same time one works, and all windows are
// reported in their order, then all reports in theirs, at the quota and no faster.
func TestOutageAboveTheQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		var err error
		w.ledger, err = ledger.Open(w.store.Store, ledger.Config{Rules: window.Rules{Length: time.Second, Grace: time.Second}})
		if err != nil {
			t.Fatal(err)
		}
		w.Function = w.instance(t, time.Now, 5, w.logs)
		other := w.instance(t, time.Now, 5, io.Discard)
		begin := time.Now().Truncate(time.Second).Add(time.Second)
		time.Sleep(time.Until(begin))
		w.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault {
			if time.Since(begin) < 10*time.Minute {
				return aliyuntest.Fault{Kind: aliyuntest.Unavailable503}
			}
			return aliyuntest.Fault{}
		})
		var want, reports []string
		for second := range 600 {
			at := begin.Add(time.Duration(second) * time.Second)
			w.otp(t, at, 10, second%11)
			want = append(want, fmt.Sprint(at.Add(time.Second).UnixMilli(), " ", dysms.FormatRate(float64(second%11)/10)))
			if second%60 == 0 {
				reports = append(reports, w.accept(t, at, 100)...)
				runBoth(t, w.Function, other)
			}
			time.Sleep(time.Until(at.Add(time.Second)))
		}
		back, runs := time.Now(), 0
		for ; len(arrived(w.cloud)) < len(want)+len(reports) && runs < 20; runs++ {
			runBoth(t, w.Function, other)
		}
		if diff := cmp.Diff(slices.Concat(want, reports), arrived(w.cloud)); diff != "" {
			t.Errorf("at the fake (-want +got):\n%.2000s", diff)
		}
		if n := w.cloud.MaxPerSecond("ConversionData"); n > 10 {
			t.Errorf("%d calls in one second, want 10 at most", n)
		}
		if took := time.Since(back); took > 8*time.Minute {
			t.Errorf("after the outage it took %v and %d runs, want about the quota's 320 s", took, runs)
		}
	})
}

// accept has reports wait, and returns them as they are to arrive.
func (w *world) accept(t *testing.T, at time.Time, n int) (want []string) {
	t.Helper()
	var items []string
	for i := range n {
		rate, ms := dysms.FormatRate(float64(i)/1000), at.UnixMilli()+int64(i)+1
		items = append(items, fmt.Sprintf(`{"conversionRate":%s,"reportTime":%d}`, rate, ms))
		want = append(want, fmt.Sprint(ms, " ", rate))
	}
	if got := ask(t, w, "POST", "/conversions", "["+strings.Join(items, ",")+"]", "Prefer", "respond-async"); got.Code != http.StatusAccepted {
		t.Errorf("POST /conversions = %d, %s", got.Code, got.Body)
	}
	return want
}

// runBoth asks two instances at the same time, of which one is busy unless the other
// had ended before.
func runBoth(t *testing.T, one, other *conversion.Function) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(t, other)
	}()
	run(t, one)
	<-done
}
