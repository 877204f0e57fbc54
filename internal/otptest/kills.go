package otptest

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/store"
)

// Windows close while the test runs, and stay open for longer than a restart takes.
const (
	length = time.Second
	grace  = 3 * time.Second
)

// senders is how many send events at the same time, and how many send reports.
const senders = 4

// Config is who is killed, and how often.
type Config struct {
	Kills, Instances int
	// Store is where the function is to keep its state.
	Store store.Config
}

// world is what the function finds around it.
type world struct {
	fake *aliyuntest.Server
	env  []string
	// taken is called when a window's report was taken, before the answer leaves.
	taken atomic.Pointer[func()]
}

// ServeHTTP is Alibaba's.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.fake.ServeHTTP(rw, r)
	taken := w.taken.Load()
	if taken == nil {
		return
	}
	if all := w.fake.Conversions(); len(all) > 0 && ofWindow(all[len(all)-1]) {
		(*taken)()
	}
}

// ofWindow reports whether a report is of a window: the others' times are no whole
// seconds.
func ofWindow(c aliyuntest.Conversion) bool { return c.ReportTime%1000 == 0 }

// newWorld has a fake that loses one answer in thirty.
func newWorld(t *testing.T, s store.Config) *world {
	t.Helper()
	w := &world{fake: aliyuntest.New(aliyuntest.Options{QPS: map[string]int{"ConversionData": 1 << 20}})}
	w.fake.Draw(func(c aliyuntest.Call) aliyuntest.Fault {
		if c.Number%30 == 7 {
			return aliyuntest.Fault{Kind: aliyuntest.LostAnswer}
		}
		return aliyuntest.Fault{}
	})
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.env = append(environment(server.URL, s), "SIGNALBOX_OTP_WINDOW="+length.String(), "SIGNALBOX_OTP_GRACE="+grace.String())
	return w
}

// environment has the function speak to Alibaba at a URL, and keep its state in a store.
func environment(url string, s store.Config) []string {
	return []string{
		"SIGNALBOX_DYSMS_ENDPOINT=" + url, "SIGNALBOX_DYSMS_QPS=1000", "SIGNALBOX_API_TOKENS=" + token,
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_STATE_FILE=" + s.File, "SIGNALBOX_REDIS_URL=" + s.RedisURL, "SIGNALBOX_ACCOUNT=" + s.Account,
	}
}

// closes is the earliest time at which the window of a moment may close.
func (w *world) closes(at time.Time) time.Time { return at.Truncate(length).Add(length + grace) }

// reportedWindow returns a moment of a window that was reported.
func (w *world) reportedWindow() (time.Time, bool) {
	for _, c := range w.fake.Conversions() {
		if ofWindow(c) {
			return time.UnixMilli(c.ReportTime - 1), true
		}
	}
	return time.Time{}, false
}

// arrived are the rates that have arrived, by their ReportTime.
func (w *world) arrived() map[int64][]string {
	arrived := make(map[int64][]string)
	for _, c := range w.fake.Conversions() {
		arrived[c.ReportTime] = append(arrived[c.ReportTime], c.Rate)
	}
	return arrived
}

// Killed kills instances of the function with SIGKILL at random moments, while OTP
// events and reports come and the timer asks for runs, and starts each again on the same
// store. In the end each window must have been reported with the rate that follows
// from the answers, every time that it was, and every accepted report must have arrived.
func Killed(t *testing.T, c Config) {
	t.Helper()
	binary := servetest.Build(t, "signalbox/functions/conversion/bootstrap")
	a := newApplication(t, newWorld(t, c.Store), c.Instances)
	start := func(i int) { a.instances[i].Store(servetest.StartHTTP(t, binary, a.world.env...)) }
	for i := range a.instances {
		start(i)
	}
	stopTimer := a.inBackground(func(ctx context.Context, _ *rand.Rand) { a.invoke(ctx) })
	defer stopTimer()
	stopLoad := a.inBackground(slices.Concat(
		slices.Repeat([]job{a.sendEvents}, senders), slices.Repeat([]job{a.sendReports}, senders))...)
	random := rand.New(rand.NewPCG(3, 4))
	for n := range c.Kills {
		i := random.IntN(len(a.instances))
		kill := sync.OnceFunc(func() { a.instances[i].Swap(nil).Kill() })
		if n%8 == 7 {
			a.whenTaken(kill)
		} else {
			a.awaitMore(random.Int64N(12)) // how long that takes depends on the machine
			pause(t.Context(), time.Duration(random.IntN(20))*time.Millisecond)
		}
		kill()
		endLease(t, c.Store)
		start(i)
	}
	stopLoad()
	a.drain()
	stopTimer()
	a.check(c.Kills)
}

// whenTaken calls kill as soon as Alibaba has taken a window's report and nobody knows
// it, or returns after some time: another instance may have sent it.
func (a *application) whenTaken(kill func()) {
	done := make(chan struct{})
	taken := sync.OnceFunc(func() { kill(); close(done) })
	a.world.taken.Store(&taken)
	defer a.world.taken.Store(nil)
	select {
	case <-done:
	case <-time.After(2 * length):
	}
}

// job is what a goroutine does until ctx ends. No two have the same random numbers.
type job func(ctx context.Context, random *rand.Rand)

// inBackground does jobs until stop is called, which returns when they have ended.
func (a *application) inBackground(jobs ...job) (stop func()) {
	ctx, cancel := context.WithCancel(a.t.Context())
	var all sync.WaitGroup
	for n, do := range jobs {
		all.Go(func() { do(ctx, rand.New(rand.NewPCG(uint64(n), 1))) }) //nolint:gosec // a small number
	}
	return func() {
		cancel()
		all.Wait()
	}
}

// invoke is the timer, of which an instance after the other is asked for a run.
func (a *application) invoke(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		a.send(ctx, n%len(a.instances), http.MethodPost, "/invoke", "")
		pause(ctx, 20*time.Millisecond)
	}
}

// endLease ends the lease of a run that was killed, as it would end a little later.
func endLease(t *testing.T, c store.Config) {
	t.Helper()
	s, err := store.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	over := store.Batch{Put: []store.Record{{Collection: "leases", Key: "report/end"}}}
	if err := s.Apply(t.Context(), over); err != nil {
		t.Fatal(err)
	}
}

// drain waits until all that has to arrive has, and the windows say so: an answer that was
// lost has one wait for the next run although its report has arrived.
func (a *application) drain() {
	for began := time.Now(); ; pause(a.t.Context(), 50*time.Millisecond) {
		arrived, waiting := a.world.arrived(), 0
		for start, c := range a.windows.windows {
			if c.requested > 0 && len(arrived[start*1000+length.Milliseconds()]) == 0 {
				waiting++
			}
		}
		missing := a.reports.missing(arrived)
		if missing+waiting == 0 {
			waiting = a.unreported()
		}
		if missing+waiting == 0 {
			return
		}
		if time.Since(began) > 30*time.Second {
			a.t.Errorf("after 30 s %d reports and %d windows have not arrived\n%s", missing, waiting, a.instances[0].Load().Output())
			return
		}
	}
}

// unreported is how many windows with requests are not shown as reported.
func (a *application) unreported() (waiting int) {
	shown := a.shown()
	for start, c := range a.windows.windows {
		if c.requested > 0 && shown[start].Status != "reported" {
			waiting++
		}
	}
	return waiting
}

// shownWindow is one of GET /otp-windows.
type shownWindow struct {
	Start                     time.Time
	Requested, Verified, Late int
	Status                    string
}

// shown are the windows, by their start in Unix seconds.
func (a *application) shown() map[int64]shownWindow {
	from := url.QueryEscape(time.Now().Add(-time.Hour).Format(time.RFC3339))
	got := a.send(a.t.Context(), 0, http.MethodGet, "/otp-windows?from="+from, "")
	var answer struct{ Windows []shownWindow }
	if err := json.Unmarshal(got.body, &answer); err != nil {
		a.t.Fatalf("GET /otp-windows = %d, %s", got.status, got.body)
	}
	shown := make(map[int64]shownWindow)
	for _, w := range answer.Windows {
		shown[w.Start.Unix()] = w
	}
	return shown
}

// manyKills is from how many on some meet the moment between a report and what is written
// of it.
const manyKills = 100

func (a *application) check(kills int) {
	shown := a.shown()
	arrived := a.world.arrived()
	reports := a.reports.compare(a.t, arrived)
	windows := a.windows.compare(a.t, arrived, shown)
	a.checkKeys()
	if windows == 0 && kills >= manyKills && len(a.instances) == 1 { // of several another one may have sent it
		a.t.Error("no window was reported more than once, want some: the kills missed their moments")
	}
	a.t.Logf("%d windows of which %d were reported again, %d accepted reports of which %d arrived again",
		len(a.windows.windows), windows, len(a.reports.accepted), reports)
}
