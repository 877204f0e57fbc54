// Package conversion takes conversion rates of one-time passwords, over HTTP or
// from a queue, and forwards them to Alibaba's text message service, which
// routes messages by them.
//
// With a store it also remembers keys, so that what is sent again is forwarded once,
// keeps what Alibaba cannot take now, and reports the windows of the ledger. A timer
// has it do the latter two.
package conversion

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/outbox"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/metric"
	"signalbox/shared/otplink"
	"signalbox/shared/serve/function"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// Sink is what conversion asks Alibaba.
type Sink interface {
	ConversionData(ctx context.Context, r dysms.ConversionDataRequest) (dysms.ConversionDataResponse, error)
}

var _ Sink = (*dysms.Client)(nil)

// Windows is what conversion asks the ledger to report.
type Windows interface {
	CloseDue(ctx context.Context) (closed int, err error)
	Windows(ctx context.Context, from, to time.Time) ([]window.Window, error)
	Oldest(ctx context.Context, s window.Status, limit int) ([]window.Window, error)
	Waiting(ctx context.Context) (int, error)
	Mark(ctx context.Context, w window.Window) error
	Warning(ctx context.Context) (string, error)
}

var _ Windows = (*ledger.Ledger)(nil)

// Config is what the function is made of. Sink, Guard and Logger are required.
type Config struct {
	Sink   Sink
	Guard  web.Guard // who may report
	Logger *slog.Logger
	// Store keeps keys, what waits, and dead letters. It is closed with the function.
	// Nil: reports are forwarded at once or not at all.
	Store store.Store
	// Ledger counts OTP events in Store. Nil, as without a Store: they are refused.
	Ledger Ledger
	// Windows are the windows in which Ledger counts. Nil, as without a Store: there
	// are none.
	Windows Windows
	// Watch watches the windows, in Store. Nil, as without a Store: nobody does.
	Watch *otpwatch.Watch
	// PageGuard is who may see the page of the rates, beside those who come by one of Links.
	// Nil: Guard.
	PageGuard web.Guard
	// Links are those to the page. Zero: there are none.
	Links otplink.Links
	// Zone is of the times on the page. Nil: UTC.
	Zone *time.Location
	// Length is that of a window. Zero: 5 min.
	Length time.Duration
	// Grace is how long after its end a window closes. Zero: 10 min.
	Grace time.Duration
	// Keep is how long a report is tried before it is a dead letter. Zero: 72 h.
	Keep time.Duration
	// LeaseTime is how long a run that has died keeps others from sending. Zero: 2 min.
	LeaseTime time.Duration
	// PerSecond is the quota, in calls a second, that Sink keeps to. Zero: 10.
	PerSecond float64
	// Meter counts what becomes of reports. Nil: nothing is counted.
	Meter *metric.Meter
	// Ready says what keeps Sink from making calls. Nil: nothing does.
	Ready func(ctx context.Context) []function.Unusable
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
	// Timeout bounds the forwarding of one report, all attempts included, and the
	// answer to a request. Zero: 20 s.
	Timeout time.Duration
}

// Function forwards reports. It is safe for concurrent use: of several runs one
// works, and the others leave.
type Function struct {
	config Config
	outbox *outbox.Outbox // nil without a store
	routes http.Handler
}

// afterTimeout is how much longer a key is in flight than a request may take.
const afterTimeout = 10 * time.Second

// New returns the function.
func New(c Config) *Function {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Timeout = cmp.Or(c.Timeout, 20*time.Second)
	c.Length = cmp.Or(c.Length, 5*time.Minute)
	c.Grace = cmp.Or(c.Grace, 10*time.Minute)
	c.Keep = cmp.Or(c.Keep, 72*time.Hour)
	c.LeaseTime = cmp.Or(c.LeaseTime, 2*time.Minute)
	c.PerSecond = cmp.Or(c.PerSecond, 10)
	c.Meter = cmp.Or(c.Meter, metric.New())
	if c.PageGuard == nil {
		c.PageGuard = c.Guard
	}
	f := &Function{config: c}
	f.expect()
	if c.Store != nil {
		f.outbox = outbox.New(outbox.Config{Store: c.Store, InFlight: c.Timeout + afterTimeout, Now: c.Now})
	}
	mux := web.NewMux(c.Logger)
	mux.HandleFunc("POST /conversions", c.Guard(f.handleConversions))
	mux.HandleFunc("GET /conversions/{key}", c.Guard(f.stored(f.handleConversion)))
	mux.HandleFunc("GET /otp-windows", c.Guard(f.stored(f.oneReader(f.handleWindows))))
	mux.HandleFunc("GET /dead-letters", c.Guard(f.stored(f.handleDeadLetters)))
	mux.HandleFunc("POST /dead-letters/{id}/retry", c.Guard(f.stored(f.handleRetry)))
	mux.HandleFunc("POST /otp-events", c.Guard(f.handleOTPEvents))
	f.addPage(mux)
	f.routes = mux
	return f
}

// ServeHTTP answers requests.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.routes.ServeHTTP(w, r) }

// Close gives up the state.
func (f *Function) Close() error {
	if f.config.Store == nil {
		return nil
	}
	return f.config.Store.Close()
}

// stored lets a request pass where there is a store.
func (f *Function) stored(h web.HandlerFunc) web.HandlerFunc {
	if f.outbox == nil {
		return func(http.ResponseWriter, *http.Request) error { return withoutStore("This path") }
	}
	return h
}

// withoutStore refuses what needs a store.
func withoutStore(what string) *web.Error {
	return web.NewError(http.StatusNotImplemented, "no-store",
		what+" needs a store, which this function does not have: set SIGNALBOX_REDIS_URL or SIGNALBOX_STATE_FILE.")
}

// storeFailed refuses what the store cannot take now.
func storeFailed(err error) *web.Error {
	return web.NewError(http.StatusServiceUnavailable, "store-unavailable",
		"The store cannot be used now; try again after the time in Retry-After.").RetryAfter(10 * time.Second).Because(err)
}
