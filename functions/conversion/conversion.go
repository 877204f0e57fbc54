// Package conversion takes conversion rates of one-time passwords, over HTTP or
// from a queue, and forwards them to Alibaba's text message service, which
// routes messages by them.
package conversion

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/serve/function"
	"signalbox/shared/upstream"
	"signalbox/shared/web"
)

// Sink is what conversion asks Alibaba.
type Sink interface {
	ConversionData(ctx context.Context, r dysms.ConversionDataRequest) (dysms.ConversionDataResponse, error)
}

var _ Sink = (*dysms.Client)(nil)

// Config is what the function is made of. Sink, Guard and Logger are required.
type Config struct {
	Sink   Sink
	Guard  web.Guard // who may report
	Logger *slog.Logger
	// Ledger counts OTP events. Nil, as without a store: they are refused.
	Ledger Ledger
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
	// Timeout bounds the forwarding of one report, all attempts included.
	// Zero: 20 s.
	Timeout time.Duration
}

// Function forwards reports. It is safe for concurrent use.
type Function struct {
	config Config
	routes http.Handler
}

// New returns the function.
func New(c Config) *Function {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	f := &Function{config: c}
	mux := web.NewMux(c.Logger)
	mux.HandleFunc("POST /conversions", c.Guard(f.handleConversion))
	mux.HandleFunc("POST /otp-events", c.Guard(f.handleOTPEvents))
	f.routes = mux
	return f
}

// ServeHTTP answers reports that come over HTTP.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.routes.ServeHTTP(w, r) }

// Dysms is the text message service.
type Dysms struct {
	DysmsEndpoint config.Endpoint `env:"SIGNALBOX_DYSMS_ENDPOINT" envDefault:"https://dysmsapi.ap-southeast-1.aliyuncs.com"`
	DysmsQPS      config.Rate     `env:"SIGNALBOX_DYSMS_QPS" envDefault:"10"`
}

// Env is the function's environment.
type Env struct {
	Process config.Process
	Account config.Account
	Quota   config.Quota
	Dysms   Dysms
	Auth    config.Auth
}

// Validate reports what is missing.
func (e Env) Validate() []config.Problem {
	return append(e.Account.Validate(), e.Auth.Validate()...)
}

// FromEnv makes the function from environ, with logs as JSON lines on logs.
// The error names every variable that is wrong.
func FromEnv(environ []string, logs io.Writer) (function.Function, error) {
	env, err := config.Load[Env](environ)
	if err != nil {
		return function.Function{}, err
	}
	logger, meter := env.Process.Logger(logs), metric.New()
	service, err := upstream.Open(upstream.Settings{
		Endpoint: env.Dysms.DysmsEndpoint, PerSecond: env.Dysms.DysmsQPS,
		Account: env.Account, Quota: env.Quota, Meter: meter, Logger: logger,
	})
	if err != nil {
		return function.Function{}, err
	}
	f := New(Config{Sink: dysms.New(service.Client), Guard: web.GuardFor(env.Auth), Logger: logger})
	return function.Function{Name: "conversion", Handler: f, Batch: f.Batch, Ready: service.Ready, Logger: logger, Meter: meter}, nil
}
