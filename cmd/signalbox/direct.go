package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"

	"signalbox/functions/conversion"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/upstream"
	"signalbox/shared/web"
)

// directEnv is what of the conversion function's environment a report to Alibaba
// needs: no store, and no tokens of callers.
type directEnv struct {
	Account config.Account
	Quota   config.Quota
	Dysms   conversion.Dysms
	// LogLevel is above the function's own: the answer says what became of the report.
	LogLevel config.Level `env:"SIGNALBOX_LOG_LEVEL" envDefault:"warn"`
}

// Validate reports what is missing.
func (e directEnv) Validate() []config.Problem { return e.Account.Validate() }

// openDirect returns a conversion function within this process, which judges and
// forwards a report as a deployed one does.
func openDirect(c console, o serverOptions, say func(string, ...any)) (*server, error) {
	env, err := config.Load[directEnv](c.environ)
	if err != nil {
		return nil, err
	}
	logger := logging.New(c.stderr, env.LogLevel.Level)
	service, err := upstream.Open(upstream.Settings{
		Endpoint: env.Dysms.DysmsEndpoint, PerSecond: env.Dysms.DysmsQPS,
		Account: env.Account, Quota: env.Quota, Meter: metric.New(), Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	return o.within(conversion.New(conversion.Config{Sink: dysms.New(service.Client), Guard: web.Open, Logger: logger}), say), nil
}

// within returns a function of this process as if it were a server.
func (o *serverOptions) within(function http.Handler, say func(string, ...any)) *server {
	return &server{
		base: &url.URL{Scheme: "http", Host: "localhost"}, where: "in this process", client: &http.Client{Transport: within{function}},
		function: o.function, timeout: o.timeout, retryFor: o.retryFor, say: say,
	}
}

// within has a handler of this process answer requests.
type within struct{ handler http.Handler }

// RoundTrip returns the handler's answer, if it came in time.
func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}
