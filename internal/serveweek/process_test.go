package serveweek_test

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/conversion"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/quota"
	"signalbox/shared/serve"
	"signalbox/shared/serve/event"
	"signalbox/shared/serve/function"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// planned has the test's executable live as a process of this plan.
var planned = flag.String("plan", "", "plan of a process to live as, as JSON; none: the tests are run")

// plan is one process's life.
type plan struct {
	Folder string
	From   time.Duration // since the beginning of the simulated time
	Until  time.Duration
	KillAt int64         // the moment at which it dies; 0: it does not
	KillOn string        // "": at whatever that moment is; otherwise at the next of this kind
	Later  time.Duration // how much of real time later it dies
}

// moment is one before or after something that crosses the process's border.
type moment struct {
	At   time.Duration
	What string
}

// killer ends the process from outside the bubble, in real time.
var killer = make(chan time.Duration)

// TestMain lives as the process of a plan, or runs the tests.
func TestMain(m *testing.M) {
	flag.Parse()
	if *planned != "" {
		if err := flag.Set("test.run", "^TestLife$"); err != nil {
			panic(err) // the flag exists
		}
		go func() {
			time.Sleep(<-killer)
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			panic(fmt.Sprint("the process outlives its death: ", err))
		}()
	}
	os.Exit(m.Run())
}

// TestLife lives undisturbed for half a day, or as the plan in the environment has it.
func TestLife(t *testing.T) {
	t.Parallel()
	p := plan{Until: 12 * time.Hour}
	if *planned == "" {
		p.Folder = t.TempDir() // One that is killed would leave it behind.
	} else if err := json.Unmarshal([]byte(*planned), &p); err != nil {
		t.Fatal(err)
	}
	p.live(t)
	if got := summaries(lines[posted](t, p.Folder, "messages")); p.Until == 12*time.Hour && len(got) != 1 {
		t.Errorf("summaries %v in half a day, want one", got)
	}
}

// world is what the process finds around it.
type world struct {
	book
	plan

	cloud   *aliyuntest.Server
	began   time.Time // of the simulated time
	moments atomic.Int64
	dying   atomic.Bool
}

func (p plan) live(t *testing.T) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			book: book{folder: p.Folder}, plan: p, began: time.Now(),
			cloud: aliyuntest.New(aliyuntest.Options{Cards: 40, QPS: map[string]int{"ConversionData": 1000}}),
		}
		time.Sleep(p.From)
		for _, c := range changes {
			if c.at <= p.From {
				c.make(w)
			}
		}
		w.run(t)
	})
}

// pass is a moment: the process may die here.
func (w *world) pass(what string) {
	late := w.moments.Add(1) >= w.KillAt && w.KillAt > 0
	if err := w.write("moments", moment{time.Since(w.began), what}); err != nil {
		panic(err)
	}
	if late && (w.KillOn == "" || w.KillOn == what) && w.dying.CompareAndSwap(false, true) {
		killer <- w.Later
		if w.Later == 0 {
			select {}
		}
	}
}

// run serves until the end of the plan.
func (w *world) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), w.Until-w.From)
	defer cancel()
	listener := newPipes()
	var all sync.WaitGroup
	all.Go(func() { w.change(ctx) })
	all.Go(func() { w.report(ctx, t, listener) })
	if err := serve.TogetherOn(ctx, []serve.Function{w.alerts(t), w.conversion(t)}, listener); err != nil {
		t.Error(err)
	}
	all.Wait()
	if err := w.write("done", true); err != nil {
		t.Error(err)
	}
}

// change is what happens to the fleet at some time.
type change struct {
	at   time.Duration
	make func(*world)
}

// changes are hours apart, so that a process that is killed sees each, too.
var changes = func() (all []change) {
	for day := range 7 {
		for hour, share := range map[int]int64{3: 85, 8: 95, 13: 100, 18: 0} {
			at := time.Duration(day)*24*time.Hour + time.Duration(hour)*time.Hour
			all = append(all, change{at, func(w *world) { w.use(share, 10+day, 20+day) }})
		}
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	return all
}()

// use has cards that have used so many percent of their data.
func (w *world) use(percent int64, cards ...int) {
	for _, i := range cards {
		w.cloud.SetCard(w.cloud.ICCID(i), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * percent / 100 })
	}
}

// change changes the fleet when its time has come.
func (w *world) change(ctx context.Context) {
	for _, c := range changes {
		if c.at > w.From && !sleepUntil(ctx, w.began.Add(c.at)) {
			return
		}
		if c.at > w.From {
			c.make(w)
		}
	}
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	select {
	case <-time.After(time.Until(at)):
		return true
	case <-ctx.Done():
		return false
	}
}

// client calls the cloud; each call may be the process's last.
func (w *world) client(t *testing.T, endpoint string) *aliyun.Client {
	t.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint: endpoint, Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota: quota.NewLocal(20), HTTPClient: &http.Client{Transport: passing{w, w.cloud.Transport()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// passing is a transport with a moment before and after each call.
type passing struct {
	w    *world
	next http.RoundTripper
}

func (p passing) RoundTrip(r *http.Request) (*http.Response, error) {
	p.w.pass("call")
	answer, err := p.next.RoundTrip(r)
	p.w.keepRates()
	p.w.pass("answer")
	return answer, err
}

// keepRates writes down which rates have arrived: the cloud outlives the process.
func (w *world) keepRates() {
	for _, c := range w.cloud.Conversions() {
		if err := w.write("arrived", c.ReportTime); err != nil {
			panic(err)
		}
	}
}

func (w *world) open(t *testing.T, name string) store.Store {
	t.Helper()
	s, err := store.Open(store.Config{File: filepath.Join(w.Folder, name+".db"), Namespace: name})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) logger(t *testing.T) *slog.Logger {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(w.Folder, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return logging.New(file, slog.LevelInfo)
}

// posted is a message that arrived.
type posted struct {
	At     time.Duration
	ID     string
	Title  string
	Alerts []string // what it says of cards
}

// alerts is the function with a receiver that writes down what arrives.
func (w *world) alerts(t *testing.T) serve.Function {
	t.Helper()
	cards := linkcard.New(w.client(t, "https://linkcard.aliyuncs.com"))
	logger := w.logger(t)
	f, err := alerts.New(alerts.Config{
		Cards: cards, Pools: cards, Rules: rule.Policy{Default: rule.Defaults().With(rule.Usage{Percent: []int{80, 90, 100}}, rule.Expiry{Days: []int{30, 14, 7, 3, 1}})}, Store: w.open(t, "alerts"),
		Receivers: []notify.Receiver{{Name: "book", Poster: notify.PosterFunc(w.post)}},
		Zone:      time.UTC, Style: message.Style{Zone: time.UTC, ShowICCID: true}, Logger: logger, Every: sweepEvery,
	})
	if err != nil {
		t.Fatal(err)
	}
	return serve.Function{
		Name: "alerts", Handler: f, Scheduled: f.Scheduled, Close: f.Close, Logger: logger,
		Timers: []function.Timer{
			{Name: "sweep", Every: sweepEvery},
			{Name: "summary", Payload: alerts.SummaryPayload, At: 9 * time.Hour, Zone: time.UTC},
		},
	}
}

func (w *world) post(_ context.Context, m notify.Message) error {
	w.pass("message")
	got := posted{At: time.Since(w.began), ID: m.ID, Title: m.Title}
	if m.Alerts != nil {
		for a := range m.Alerts {
			if a.Labels["kind"] == "card" {
				got.Alerts = append(got.Alerts, strings.Join([]string{
					a.Labels["alertname"], a.Labels["subject"], a.Labels["severity"], fmt.Sprint("firing ", a.IsFiring()),
				}, " "))
			}
		}
	}
	if err := w.write("messages", got); err != nil {
		return err
	}
	w.pass(taken)
	return nil
}

// conversion is the function with a store.
func (w *world) conversion(t *testing.T) serve.Function {
	t.Helper()
	logger := w.logger(t)
	f := conversion.New(conversion.Config{
		Sink: dysms.New(w.client(t, "https://dysmsapi.ap-southeast-1.aliyuncs.com")), Guard: web.Open, Logger: logger,
		Store: w.open(t, "conversion"),
	})
	return serve.Function{
		Name: "conversion", Handler: f, Close: f.Close, Logger: logger, Roots: []string{"conversions"},
		Scheduled: func(ctx context.Context, e event.Scheduled) (any, error) { return f.Scheduled(ctx, e) },
		Timers:    []function.Timer{{Name: "reports", Every: reportsEvery}},
	}
}

// report sends a report every 20 minutes that is to wait, and writes down which were
// accepted.
func (w *world) report(ctx context.Context, t *testing.T, listener *pipes) {
	t.Helper()
	client := &http.Transport{DisableKeepAlives: true, DialContext: listener.dial}
	const every = 20 * time.Minute
	for at := w.From.Truncate(every) + every; sleepUntil(ctx, w.began.Add(at)); at += every {
		when := w.began.Add(at).UnixMilli()
		body := strings.NewReader(fmt.Sprintf(`{"conversionRate":0.5,"reportTime":%d}`, when))
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://serve/conversions", body)
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Prefer", "respond-async")
		w.pass("report")
		answer, err := client.RoundTrip(r)
		if err != nil {
			continue // The process ends.
		}
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusAccepted {
			if err := w.write("accepted", when); err != nil {
				t.Error(err)
			}
		} else {
			t.Errorf("a report = %d, want 202", answer.StatusCode)
		}
	}
}

// pipes is a listener within the process: in a bubble, time passes on its connections as
// everywhere.
type pipes struct {
	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func newPipes() *pipes { return &pipes{incoming: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.incoming:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.incoming <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
