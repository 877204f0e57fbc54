package conversion_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
)

// otp counts a window's OTPs: so many requested at a time, and so many of them verified.
func (w *world) otp(t *testing.T, at time.Time, requested, verified int) {
	t.Helper()
	var events []window.Event
	for i := range requested {
		e := window.Event{Kind: window.OTPRequested, ID: fmt.Sprint(at.UnixNano(), "-", i), Time: at, Country: "SG", Prefix: "+659123"}
		events = append(events, e)
		if i < verified {
			e.Kind = window.OTPVerified
			events = append(events, e)
		}
	}
	outcomes, err := w.ledger.Add(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if o != window.Accepted {
			t.Fatalf("an OTP event is %v", o)
		}
	}
}

// arrived lists what has arrived as "time rate", once each, in the order of the first
// arrivals.
func arrived(cloud *aliyuntest.Server) []string {
	var list []string
	for _, c := range cloud.Conversions() {
		if text := strconv.FormatInt(c.ReportTime, 10) + " " + c.Rate; !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// TestOutage counts OTPs and has reports come for an hour in which Alibaba is down for
// ten minutes, and the store for one. Two instances are asked to run every minute. All
// windows are reported, in their order, and no call is above the quota; so is all
// that was accepted.
func TestOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		other := w.instance(t, time.Now, 1, w.logs)
		begin := time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)
		time.Sleep(time.Until(begin))
		w.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault {
			if m := int(time.Since(begin).Minutes()); 25 <= m && m < 35 {
				return aliyuntest.Fault{Kind: aliyuntest.Unavailable503}
			}
			return aliyuntest.Fault{}
		})
		var windows, accepted []string
		for minute := range 90 {
			w.store.set(minute == 40)
			at := begin.Add(time.Duration(minute) * time.Minute)
			if minute < 60 && minute%5 == 0 {
				w.otp(t, at, 10, minute/6)
				windows = append(windows, strconv.FormatInt(at.Add(5*time.Minute).UnixMilli(), 10)+" "+dysms.FormatRate(float64(minute/6)/10))
			}
			if minute < 60 && minute != 40 {
				rate, ms := dysms.FormatRate(float64(minute+100)/1000), strconv.FormatInt(at.UnixMilli(), 10)
				got := ask(t, w, "POST", "/conversions", `{"conversionRate":`+rate+`,"reportTime":`+ms+`}`, "Prefer", "respond-async")
				if got.Code != http.StatusAccepted {
					t.Errorf("minute %d: %d, %s", minute, got.Code, got.Body)
				}
				accepted = append(accepted, ms+" "+rate)
			}
			for _, f := range []*conversion.Function{w.Function, other} {
				if report, err := tryRun(t, f); (err != nil) != (minute == 40) {
					t.Errorf("minute %d: run = %+v, %v", minute, report, err)
				}
			}
			time.Sleep(time.Until(at.Add(time.Minute)))
		}
		got := arrived(w.cloud)
		isWindow := func(text string) bool { return slices.Contains(windows, text) }
		if diff := cmp.Diff(windows, slices.DeleteFunc(slices.Clone(got), func(s string) bool { return !isWindow(s) })); diff != "" {
			t.Errorf("windows in their order (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(accepted, slices.DeleteFunc(got, isWindow)); diff != "" {
			t.Errorf("what was accepted, in its order (-want +got):\n%s", diff)
		}
		if n := w.cloud.MaxPerSecond("ConversionData"); n > 10 {
			t.Errorf("%d calls in one second, want 10 at most", n)
		}
		if report := run(t, w.Function); report != (conversion.Report{}) {
			t.Errorf("a run with nothing to do = %+v", report)
		}
	})
}

// TestBacklog has thousands of reports wait: they leave in their order, at the quota and
// no faster, over several runs.
func TestBacklog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		w.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault { // an answer takes 300 ms
			return aliyuntest.Fault{Kind: aliyuntest.SlowBody, Delay: 300 * time.Millisecond}
		})
		var want []string
		for i := range 3 {
			var items []string
			for j := range 500 {
				rate := dysms.FormatRate(float64(500*i+j) / 10000)
				items, want = append(items, `{"conversionRate":`+rate+`}`), append(want, rate)
			}
			if got := ask(t, w, "POST", "/conversions", "["+strings.Join(items, ",")+"]", "Prefer", "respond-async"); got.Code != http.StatusAccepted {
				t.Fatalf("%d, %s", got.Code, got.Body)
			}
		}
		began := time.Now()
		for waiting, runs := len(want), 1; waiting > 0; runs++ {
			report := run(t, w.Function)
			if waiting = report.Waiting; report.Forwarded < 450 && waiting > 0 || runs > 4 {
				t.Fatalf("run %d = %+v, want the quota of a minute", runs, report)
			}
		}
		var got []string // What a deadline has cut off came again.
		for _, rate := range rates(w.cloud) {
			if !slices.Contains(got, rate) {
				got = append(got, rate)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at the fake (-want +got):\n%.500s", diff)
		}
		if took, n := time.Since(began), w.cloud.MaxPerSecond("ConversionData"); took > 4*time.Minute || n > 10 {
			t.Errorf("%d reports took %s, up to %d a second", len(want), took, n)
		}
	})
}

// TestFailsAlone has one report of many fail for days. Those behind it do not wait for
// it for more than half an hour, and after 72 h it is a dead letter, with its reason.
func TestFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		poisoned := true
		w.cloud.Draw(func(c aliyuntest.Call) aliyuntest.Fault {
			if poisoned && c.Params.Get("ConversionRate") == "0.666" {
				return aliyuntest.Fault{Kind: aliyuntest.Status500}
			}
			return aliyuntest.Fault{}
		})
		accept := func(rate string) string {
			return decoded[struct{ Key string }](t, ask(t, w, "POST", "/conversions", `{"conversionRate":`+rate+`}`, "Prefer", "respond-async"), 202).Key
		}
		key := accept("0.666")
		var others []string
		for n := range 20 {
			others = append(others, dysms.FormatRate(float64(n)/100))
			accept(others[n])
		}
		if report := run(t, w.Function); report.Waiting < 18 {
			t.Errorf("run = %+v, want those behind it to wait, but for the few on their way", report)
		}
		time.Sleep(31 * time.Minute)
		report := run(t, w.Function)
		if diff := cmp.Diff(others, rates(w.cloud)); diff != "" || report.Waiting != 1 {
			t.Errorf("run = %+v; at the fake (-want +got):\n%s", report, diff)
		}
		time.Sleep(72 * time.Hour)
		if report := run(t, w.Function); report.DeadLetters != 1 || report.Waiting != 0 {
			t.Errorf("run after 72 h = %+v, want a dead letter", report)
		}
		if got := decoded[keyAnswer](t, ask(t, w, "GET", "/conversions/"+key, ""), 200); got.Status != "dead" || got.Reason != "unavailable (InternalError)" {
			t.Errorf("its key = %+v, want it dead", got)
		}
		letters := decoded[lettersAnswer](t, ask(t, w, "GET", "/dead-letters", ""), 200)
		if len(letters.DeadLetters) != 1 || letters.DeadLetters[0].Reason != "unavailable (InternalError)" || letters.DeadLetters[0].ConversionRate != 0.666 {
			t.Fatalf("dead letters = %+v", letters)
		}
		poisoned = false
		retry := "/dead-letters/" + letters.DeadLetters[0].ID + "/retry"
		if got := ask(t, w, "POST", retry, ""); got.Code != http.StatusAccepted {
			t.Errorf("retry = %d, %s", got.Code, got.Body)
		}
		if got := ask(t, w, "POST", retry, ""); got.Code != http.StatusNotFound {
			t.Errorf("retry again = %d, want 404", got.Code)
		}
		run(t, w.Function)
		if got := rates(w.cloud); got[len(got)-1] != "0.666" {
			t.Errorf("at the fake %v, want 0.666 in the end", got)
		}
		if !strings.Contains(w.logs.String(), `"report became a dead letter"`) {
			t.Errorf("the log does not say so:\n%s", w.logs)
		}
	})
}

// lettersAnswer is the answer to GET /dead-letters.
type lettersAnswer struct {
	DeadLetters []struct {
		ID, Reason, Key string
		ConversionRate  float64
		Window          bool
	}
	Total int
}

// TestRefusedForGood has Alibaba refuse one window and one report for good: the others
// are reported in the same run.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		time.Sleep(time.Hour)
		begin := time.Now().Truncate(5 * time.Minute)
		w.otp(t, begin.Add(-10*time.Minute), 4, 1)
		w.otp(t, begin.Add(-5*time.Minute), 1000, 777)
		w.otp(t, begin, 4, 2)
		for _, rate := range []string{"0.1", "0.777", "0.2"} {
			ask(t, w, "POST", "/conversions", `{"conversionRate":`+rate+`}`, "Prefer", "respond-async")
		}
		time.Sleep(20 * time.Minute)
		want := conversion.Report{Closed: 3, Windows: 2, Forwarded: 2, DeadLetters: 2}
		if report := run(t, w.Function); report != want {
			t.Errorf("run = %+v, want %+v", report, want)
		}
		if diff := cmp.Diff([]string{"0.25", "0.5", "0.1", "0.2"}, rates(w.cloud)); diff != "" {
			t.Errorf("at the fake (-want +got):\n%s", diff)
		}
		letters := decoded[lettersAnswer](t, ask(t, w, "GET", "/dead-letters?limit=10", ""), 200)
		if letters.Total != 2 || letters.DeadLetters[0].Reason != "invalid (ACCOUNT_ILLEGAL)" || !letters.DeadLetters[0].Window || letters.DeadLetters[1].Window {
			t.Fatalf("dead letters = %+v", letters)
		}
	})
}

// TestLostLease has a run go on while another takes its lease: it settles nothing more.
func TestLostLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		ask(t, w, "POST", "/conversions", "["+strings.Repeat(rate53+",", 99)+rate53+"]", "Prefer", "respond-async")
		w.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault {
			return aliyuntest.Fault{Kind: aliyuntest.SlowBody, Delay: 2 * time.Second}
		})
		done := make(chan error)
		go func() {
			_, err := w.Scheduled(t.Context(), event.Scheduled{})
			done <- err
		}()
		time.Sleep(5 * time.Second)
		thief := store.Record{Collection: "leases", Key: "report/holder", Value: []byte("thief")}
		if err := w.store.Apply(t.Context(), store.Batch{Put: []store.Record{thief}}); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err == nil {
			t.Error("a run that lost its lease succeeded")
		}
		if n := len(rates(w.cloud)); n > 40 {
			t.Errorf("%d reports were sent, want the run to end", n)
		}
	})
}

// TestBusy has a run overlap another.
func TestBusy(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		t.Helper()
		lease, err := store.Acquire(t.Context(), w.store, store.LeaseConfig{Name: "report", Length: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if report := run(t, w.Function); report != (conversion.Report{Busy: true}) {
			t.Errorf("run = %+v, want it busy", report)
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if report := run(t, w.Function); report.Busy {
			t.Errorf("run = %+v, want it to work", report)
		}
	})
}
