// Package cardflow answers over HTTP how much data a card has used and what is
// left of its packages.
package cardflow

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/serve/function"
	"signalbox/shared/upstream"
	"signalbox/shared/web"
)

// Source is what cardflow asks Alibaba.
type Source interface {
	GetCardFlowInfo(ctx context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error)
}

var _ Source = (*linkcard.Client)(nil)

// Config is what the function is made of. All fields but Timeout are required.
type Config struct {
	Source Source
	Guard  web.Guard      // who may ask
	Zone   *time.Location // of the times in Alibaba's answers
	Logger *slog.Logger
	// Timeout bounds one lookup, all attempts included. Zero: 20 s.
	Timeout time.Duration
}

// New returns the function as an http.Handler.
func New(c Config) http.Handler {
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	s := &server{c}
	mux := web.NewMux(c.Logger)
	mux.HandleFunc("GET /cards/{iccid}/flow", c.Guard(s.handleFlow))
	return mux
}

// Env is the function's environment.
type Env struct {
	Process  config.Process
	Account  config.Account
	Quota    config.Quota
	Linkcard config.Linkcard
	Auth     config.Auth
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
		Endpoint: env.Linkcard.LinkcardEndpoint, PerSecond: env.Linkcard.LinkcardQPS,
		Account: env.Account, Quota: env.Quota, Meter: meter, Logger: logger,
	})
	if err != nil {
		return function.Function{}, err
	}
	handler := New(Config{
		Source: linkcard.New(service.Client),
		Guard:  web.GuardFor(env.Auth),
		Zone:   env.Linkcard.Zone.Location,
		Logger: logger,
	})
	return function.Function{
		Name: "cardflow", Handler: handler, Ready: service.Ready, Memory: function.RequestMemory, Logger: logger, Meter: meter,
	}, nil
}
