package main

import (
	"signalbox/functions/cardflow"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/upstream"
	"signalbox/shared/web"
)

// directFlowEnv is what of cardflow's environment a lookup at Alibaba needs: no tokens
// of callers, and nothing that is kept.
type directFlowEnv struct {
	Account  config.Account
	Quota    config.Quota
	Linkcard config.Linkcard
	// LogLevel is above the function's own: the answer says what went wrong.
	LogLevel config.Level `env:"SIGNALBOX_LOG_LEVEL" envDefault:"error"`
}

// Validate reports what is missing.
func (e directFlowEnv) Validate() []config.Problem { return e.Account.Validate() }

// openDirectFlow returns a cardflow function within this process, which looks a card up
// as a deployed one does.
func openDirectFlow(c console, o serverOptions, say func(string, ...any)) (*server, error) {
	env, err := config.Load[directFlowEnv](c.environ)
	if err != nil {
		return nil, err
	}
	logger := logging.New(c.stderr, env.LogLevel.Level)
	service, err := upstream.Open(upstream.Settings{
		Endpoint: env.Linkcard.LinkcardEndpoint, PerSecond: env.Linkcard.LinkcardQPS,
		Account: env.Account, Quota: env.Quota, Meter: metric.New(), Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	cards := linkcard.New(service.Client)
	return o.within(cardflow.New(cardflow.Config{
		Source: cards, Lister: cards, Guard: web.Open, Zone: env.Linkcard.Zone.Location, Logger: logger,
	}), say), nil
}
