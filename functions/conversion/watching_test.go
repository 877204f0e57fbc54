package conversion_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/message"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// watched is a world whose windows are watched, and whose receiver takes what it gets
// unless block is set.
type watched struct {
	*world

	meter *metric.Meter
	file  string
	to    receiver.Set

	mu     sync.Mutex
	posted []string
	block  bool
}

// newWatched has two weeks of 60 OTPs a window to each of three prefixes, of which 70 % are
// verified, be the past.
func newWatched(t *testing.T) *watched {
	t.Helper()
	config := stores["file"](t)
	w := &watched{world: newWorld(t, config, aliyuntest.Options{}, time.Now), meter: metric.New(), file: config.File}
	w.to.Receivers = []notify.Receiver{{Name: "ops", Poster: notify.PosterFunc(w.post)}}
	w.teach(t)
	w.Function = w.watching(t)
	return w
}

var prefixes = []window.Key{{Country: "SG", Prefix: "+658123"}, {Country: "SG", Prefix: "+659456"}, {Country: "MY", Prefix: "+60123"}}

func (w *watched) teach(t *testing.T) {
	t.Helper()
	p := new(watch.Profile)
	var recent []window.Window
	for at := time.Now().Add(-14 * 24 * time.Hour); at.Before(time.Now()); at = at.Add(5 * time.Minute) {
		one := window.Window{Start: at, End: at.Add(5 * time.Minute), Status: window.Reported}
		for i, k := range prefixes {
			verified := 40 + (at.Unix()/300+int64(i))%5
			one.By = append(one.By, window.Group{Key: k, Counts: window.Counts{Requested: 60, Verified: verified}})
			one.Requested, one.Verified = one.Requested+60, one.Verified+verified
		}
		recent = append(recent, one)
		recent = recent[max(len(recent)-watch.Longest, 0):]
		p.Step(recent, watch.Settings{})
	}
	encoded, err := p.Encode()
	value, jsonErr := json.Marshal(map[string]any{"begun": time.Now().Add(-time.Hour), "profile": json.RawMessage(encoded)})
	record := store.Record{Collection: "watch", Key: "profile", Value: value}
	if err = errors.Join(err, jsonErr, w.store.Apply(t.Context(), store.Batch{Put: []store.Record{record}})); err != nil {
		t.Fatal(err)
	}
}

// watching is an instance that watches.
func (w *watched) watching(t *testing.T) *conversion.Function {
	t.Helper()
	logger := logging.New(w.logs, slog.LevelInfo)
	over, err := otpwatch.New(otpwatch.Config{
		Store: w.store, Windows: windows{w.ledger, w.store}, Logger: logger, Meter: w.meter,
		To: w.to,
		Writer: func(_ string, now time.Time) notify.Writer[watch.Details] {
			return message.Writer{At: now}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return conversion.New(conversion.Config{
		Sink: choosy{w.sink(t, 9)}, Guard: web.Open, Logger: logger, Meter: w.meter,
		Store: w.store, Ledger: w.ledger, Windows: windows{w.ledger, w.store}, Watch: over,
	})
}

func (w *watched) post(ctx context.Context, m notify.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.block {
		<-ctx.Done()
		return ctx.Err()
	}
	w.posted = append(w.posted, m.Text())
	return nil
}

// numbers are all telephone numbers that were sent in.
type numbers []string

// window sends the events of one window, of whose prefixes one may fall, as an application
// does, and runs each minute.
func (n *numbers) window(t *testing.T, w *watched, falls string) {
	t.Helper()
	at := time.Now()
	var lines []string
	for _, k := range prefixes {
		for i := range 60 {
			number := k.Prefix + fmt.Sprintf("%04d", (at.Unix()/300*61+int64(i)*131)%10_000)
			*n = append(*n, number)
			id := fmt.Sprint(at.Unix(), k.Prefix[1:], "x", i)
			lines = append(lines, fmt.Sprintf(`{"type":"requested","id":%q,"to":%q}`, id, number))
			if i < 42 && k.Prefix != falls || i == 0 {
				lines = append(lines, fmt.Sprintf(`{"type":"verified","id":%q}`, id))
			}
		}
	}
	if got := ask(t, w, "POST", "/otp-events", "["+strings.Join(lines, ",")+"]"); got.Code != http.StatusOK {
		t.Fatalf("events: %d, %s", got.Code, got.Body)
	}
	for range 5 {
		time.Sleep(time.Minute)
		w.runs(t)
	}
}

// runs is what the timer asks for, within a minute.
func (w *watched) runs(t *testing.T) (report conversion.Report) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	report, err := w.Scheduled(ctx, event.Scheduled{})
	if err != nil {
		t.Errorf("Scheduled = %+v, %v", report, err)
	}
	return report
}

// TestWatch sends real events of a sender of whose prefixes one falls: people are notified
// of it by its name, as it gets worse, and once it is over. In nothing that is kept, counted, logged or said
// is a number of those that were sent in.
func TestWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)))
		w := newWatched(t)
		var all numbers
		for n := range 24 {
			falls := ""
			if 4 <= n && n < 12 {
				falls = "+658123"
			}
			all.window(t, w, falls)
		}
		titles := []string{"🟠 OTP rate low: SG +65 8123, 24% ", "🟠 OTP rate low: SG +65 8123, 2% ", "✅ Resolved: OTP rate"} // new, worse, over
		if len(w.posted) != len(titles) {
			t.Fatalf("messages: %q", w.posted)
		}
		for i, title := range titles {
			if !strings.HasPrefix(w.posted[i], title) || strings.Contains(w.posted[i], "9456") {
				t.Errorf("message %d is %q, want %q", i, w.posted[i], title)
			}
		}
		if got := len(rates(w.cloud)); got != 21 {
			t.Errorf("%d rates at the fake, want those of 21 windows", got)
		}
		for where, text := range w.written(t) {
			for _, number := range all {
				// The number whole, or all but its country code.
				if strings.Contains(text, number) || strings.Contains(text, strings.TrimPrefix(number, "+65")) && !strings.HasPrefix(number, "+60") {
					t.Errorf("the number %s is in %s", number, where)
				}
			}
			if !strings.Contains(text, "8123") && where != "metrics" {
				t.Errorf("in %s is nothing of the prefix: the search finds nothing", where)
			}
		}
	})
}

// written is all that was written.
func (w *watched) written(t *testing.T) map[string]string {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	file, err := os.ReadFile(w.file)
	if err != nil {
		t.Fatal(err)
	}
	var metrics strings.Builder
	w.meter.WritePrometheus(&metrics)
	// The log names prefixes only by the change's id.
	return map[string]string{
		"the store": string(file), "the metrics": metrics.String() + "8123", "the log": w.logs.String() + "8123", "the messages": strings.Join(w.posted, "\n"),
	}
}

// TestReceiverHangs has the receiver never answer, from the beginning of a drop on: rates
// are sent on time all the same, no run takes longer than its share, and the notification
// arrives once the receiver answers.
func TestReceiverHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)))
		w := newWatched(t)
		w.block = true
		var all numbers
		for range 2 {
			all.window(t, w, "")
		}
		for n := range 10 {
			began := time.Now()
			all.window(t, w, "+658123")
			if took := time.Since(began); took > 5*(time.Minute+longest) {
				t.Errorf("window %d took %s", n, took)
			}
		}
		if n := len(rates(w.cloud)); n < 10 {
			t.Errorf("%d rates at the fake, want those of the windows that have closed", n)
		}
		if len(w.posted) > 0 || !strings.Contains(w.logs.String(), "notifications wait for the next run") {
			t.Errorf("arrived: %q", w.posted)
		}
		w.block = false
		all.window(t, w, "+658123")
		if len(w.posted) != 1 || !strings.Contains(w.posted[0], "SG +65 8123") {
			t.Errorf("arrived: %q, want the drop, once", w.posted)
		}
	})
}

// longest is how long a receiver that hangs may keep a run.
const longest = 30 * time.Second

// TestWatchFailsAlone has the records of the watch fail: rates are sent.
func TestWatchFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		broken := unreadable{w.store}
		over, err := otpwatch.New(otpwatch.Config{Store: broken, Windows: windows{w.ledger, w.store}})
		if err != nil {
			t.Fatal(err)
		}
		f := conversion.New(conversion.Config{
			Sink: choosy{w.sink(t, 9)}, Guard: web.Open, Logger: logging.New(w.logs, slog.LevelInfo),
			Store: w.store, Ledger: w.ledger, Windows: windows{w.ledger, w.store}, Watch: over,
		})
		w.otp(t, time.Now(), 10, 5)
		time.Sleep(20 * time.Minute)
		report, err := f.Scheduled(t.Context(), event.Scheduled{})
		if !errors.Is(err, errDown) || report.Windows != 1 || report.Watch.Why == "" {
			t.Errorf("Scheduled = %+v, %v; want the rate sent, and the error", report, err)
		}
		if diff := cmp.Diff([]string{"0.5"}, rates(w.cloud)); diff != "" {
			t.Errorf("at the fake (-want +got):\n%s", diff)
		}
	})
}

// unreadable is a store that has none of the watch's records.
type unreadable struct{ store.Store }

func (r unreadable) Get(ctx context.Context, collection, key string) ([]byte, error) {
	if strings.HasPrefix(collection, "watch") {
		return nil, errDown
	}
	return r.Store.Get(ctx, collection, key)
}

// TestReportsThatFail has Alibaba be down for two hours: people are notified after one, with
// the cause, and when it is over. Meanwhile windows are learnt.
func TestReportsThatFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)))
		w := newWatched(t)
		down := true
		w.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault {
			if down {
				return aliyuntest.Fault{Kind: aliyuntest.Unavailable503}
			}
			return aliyuntest.Fault{}
		})
		var all numbers
		for n := range 30 {
			down = n < 24
			all.window(t, w, "")
		}
		if len(w.posted) != 2 || !strings.Contains(w.posted[0], "reports of rates wait, for up to 60 min") || !strings.Contains(w.posted[0], "Why: ") ||
			!strings.HasPrefix(w.posted[1], "✅ Resolved: Reports of rates") {
			t.Errorf("messages: %q", w.posted)
		}
		if report := w.runs(t); report.Watch.Open != 0 || report.Waiting != 0 {
			t.Errorf("at the end: %+v", report)
		}
	})
}

// TestTwoRuns has two instances be asked at once, minute by minute: each window is learnt by
// one of them, and each change arrives once.
func TestTwoRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)))
		w := newWatched(t)
		other := w.watching(t)
		var all numbers
		learnt := 0
		for range 10 {
			all.window(t, w, "+658123")
			for range 3 {
				var both sync.WaitGroup
				var mu sync.Mutex
				for _, f := range []*conversion.Function{w.Function, other} {
					both.Go(func() {
						report, err := f.Scheduled(t.Context(), event.Scheduled{})
						mu.Lock()
						defer mu.Unlock()
						if learnt += report.Watch.Windows; err != nil {
							t.Errorf("Scheduled = %+v, %v", report, err)
						}
					})
				}
				both.Wait()
			}
		}
		if len(w.posted) != 1 || learnt > 10 {
			t.Errorf("%d windows learnt, messages: %q", learnt, w.posted)
		}
	})
}

// TestWithoutReceivers keeps, logs and counts incidents all the same.
func TestWithoutReceivers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t)
		w.to = receiver.Set{}
		w.Function = w.watching(t)
		var all numbers
		for range 8 {
			all.window(t, w, "+658123")
		}
		report := w.runs(t)
		if report.Watch.Open != 1 || report.Watch.Behind != 0 || len(w.posted) > 0 || !strings.Contains(w.logs.String(), `"became":"opened"`) {
			t.Errorf("%+v, logs:\n%s", report, w.logs)
		}
		var metrics strings.Builder
		w.meter.WritePrometheus(&metrics)
		if !strings.Contains(metrics.String(), `,change="opened"} 1`) {
			t.Errorf("metrics:\n%s", metrics.String())
		}
	})
}
