package conversion_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/internal/contract"
	"signalbox/internal/testlog"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// world is a function with a store and the fake that it forwards to.
type world struct {
	*conversion.Function

	cloud  *aliyuntest.Server
	store  *flaky
	ledger *ledger.Ledger
	logs   *testlog.Buffer
}

// choosy has Alibaba refuse the rate 0.777 for good.
type choosy struct{ conversion.Sink }

func (c choosy) ConversionData(ctx context.Context, r dysms.ConversionDataRequest) (dysms.ConversionDataResponse, error) {
	if r.Rate == 0.777 {
		return dysms.ConversionDataResponse{}, &aliyun.Error{Action: "ConversionData", Kind: aliyun.Invalid, Code: "ACCOUNT_ILLEGAL", Attempts: 1}
	}
	return c.Sink.ConversionData(ctx, r)
}

// flaky is a store that is unavailable at times.
type flaky struct {
	store.Store

	mu   sync.Mutex
	down bool
}

var errDown = errors.New("connection refused")

func (f *flaky) set(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

func (f *flaky) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return errDown
	}
	return nil
}

func (f *flaky) Get(ctx context.Context, collection, key string) ([]byte, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.Store.Get(ctx, collection, key)
}

func (f *flaky) List(ctx context.Context, collection string) ([]store.Record, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.Store.List(ctx, collection)
}

func (f *flaky) Apply(ctx context.Context, b store.Batch) error {
	if err := f.err(); err != nil {
		return err
	}
	return f.Store.Apply(ctx, b)
}

// windows is a ledger that is unavailable with its store.
type windows struct {
	*ledger.Ledger
	store *flaky
}

func (w windows) CloseDue(ctx context.Context) (int, error) {
	if err := w.store.err(); err != nil {
		return 0, err
	}
	return w.Ledger.CloseDue(ctx)
}

func (w windows) Windows(ctx context.Context, from, to time.Time) ([]window.Window, error) {
	if err := w.store.err(); err != nil {
		return nil, err
	}
	return w.Ledger.Windows(ctx, from, to)
}

func (w windows) Oldest(ctx context.Context, s window.Status, limit int) ([]window.Window, error) {
	if err := w.store.err(); err != nil {
		return nil, err
	}
	return w.Ledger.Oldest(ctx, s, limit)
}

func (w windows) Waiting(ctx context.Context) (int, error) {
	if err := w.store.err(); err != nil {
		return 0, err
	}
	return w.Ledger.Waiting(ctx)
}

func (w windows) Mark(ctx context.Context, marked window.Window) error {
	if err := w.store.err(); err != nil {
		return err
	}
	return w.Ledger.Mark(ctx, marked)
}

// stores are the kinds of stores that a function may have.
var stores = map[string]func(*testing.T) store.Config{
	"file": func(t *testing.T) store.Config {
		t.Helper()
		return store.Config{File: filepath.Join(t.TempDir(), "state.db"), Namespace: "conversion"}
	},
	"redis": func(t *testing.T) store.Config {
		t.Helper()
		return store.Config{RedisURL: "redis://" + miniredis.RunT(t).Addr(), Account: "main", Namespace: "conversion"}
	},
}

// eachStore runs a test with every kind of store.
func eachStore(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	for name, config := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, newWorld(t, config(t), aliyuntest.Options{}, time.Now))
		})
	}
}

// newWorld has windows of 5 minutes with 10 minutes of grace. The quota is 9 calls a
// second, so that one is left for another instance.
func newWorld(t *testing.T, c store.Config, o aliyuntest.Options, clock func() time.Time) *world {
	t.Helper()
	opened, err := store.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	w := &world{cloud: aliyuntest.New(o), store: &flaky{Store: opened}, logs: new(testlog.Buffer)}
	rules := window.Rules{Length: 5 * time.Minute, Grace: 10 * time.Minute}
	if w.ledger, err = ledger.Open(opened, ledger.Config{Rules: rules, Now: clock}); err != nil {
		t.Fatal(err)
	}
	w.Function = w.instance(t, clock, 9, w.logs)
	return w
}

// sink is the fake, with a quota.
func (w *world) sink(t *testing.T, perSecond float64) *dysms.Client {
	t.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://dysmsapi.ap-southeast-1.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(perSecond),
		HTTPClient:  &http.Client{Transport: w.cloud.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return dysms.New(api)
}

// instance is one more that has the same store.
func (w *world) instance(t *testing.T, clock func() time.Time, perSecond float64, logs io.Writer) *conversion.Function {
	t.Helper()
	return conversion.New(conversion.Config{
		Sink: choosy{w.sink(t, perSecond)}, Guard: web.Open, Logger: logging.New(logs, slog.LevelInfo),
		Store: w.store, Ledger: w.ledger, Windows: windows{w.ledger, w.store}, Now: clock,
	})
}

// run has one instance do what the timer asks for, within a minute.
func run(t *testing.T, f *conversion.Function) conversion.Report {
	t.Helper()
	report, err := tryRun(t, f)
	if err != nil {
		t.Errorf("Scheduled = %+v, %v", report, err)
	}
	return report
}

func tryRun(t *testing.T, f *conversion.Function) (conversion.Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return f.Scheduled(ctx, event.Scheduled{})
}

// ask sends a request with a JSON body. The header is pairs of a name and a value.
func ask(t *testing.T, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(recorder, r)
	return recorder
}

// decoded reads an answer that must have a status.
func decoded[T any](t *testing.T, got *httptest.ResponseRecorder, status int) (answer T) {
	t.Helper()
	if got.Code != status {
		t.Fatalf("answer = %d, %s; want %d", got.Code, got.Body, status)
	}
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
		t.Fatalf("answer %s: %v", got.Body, err)
	}
	return answer
}

// rates lists the rates that have arrived, in their order.
func rates(cloud *aliyuntest.Server) []string {
	var list []string
	for _, c := range cloud.Conversions() {
		list = append(list, c.Rate)
	}
	return list
}
