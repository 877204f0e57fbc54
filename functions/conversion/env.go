package conversion

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/otplink"
	"signalbox/shared/quota"
	"signalbox/shared/serve/event"
	"signalbox/shared/serve/function"
	"signalbox/shared/store"
	"signalbox/shared/upstream"
	"signalbox/shared/web"
)

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
	State   config.State
	Invoke  config.Invoke
	Watch   Watching

	Window     config.Period `env:"SIGNALBOX_OTP_WINDOW" envDefault:"5m"`
	Grace      config.Period `env:"SIGNALBOX_OTP_GRACE" envDefault:"10m"`
	Keep       config.Period `env:"SIGNALBOX_CONVERSION_KEEP" envDefault:"72h"`
	RunTimeout config.Period `env:"SIGNALBOX_RUN_TIMEOUT" envDefault:"10m"`
}

// Validate reports what is missing.
func (e Env) Validate() []config.Problem {
	problems := slices.Concat(e.Account.Validate(), e.Auth.Validate(), e.Watch.Validate())
	rule := func(ok bool, variable, rule string) {
		if !ok {
			problems = append(problems, config.Problem{Variable: variable, Rule: rule})
		}
	}
	length, grace := e.rules(), window.Rules{Length: time.Second, Grace: time.Duration(e.Grace)}
	length.Grace = 0
	rule(length.Validate() == nil, "SIGNALBOX_OTP_WINDOW", "must be whole seconds, from 1s to 24h")
	rule(grace.Validate() == nil, "SIGNALBOX_OTP_GRACE", "must be at most 24h")
	rule(e.Keep >= config.Period(time.Minute), "SIGNALBOX_CONVERSION_KEEP", "must be at least 1m")
	rule(e.RunTimeout >= config.Period(5*time.Second), "SIGNALBOX_RUN_TIMEOUT", "must be at least 5s")
	if e.State.Shared() && e.Quota.RedisURL.Secret == "" {
		rule(e.State.File == "", "SIGNALBOX_STATE_FILE", ledger.ErrUnsuitable.Error())
	}
	return problems
}

func (e Env) rules() window.Rules {
	return window.Rules{Length: time.Duration(e.Window), Grace: time.Duration(e.Grace)}
}

// functionName is the function's, and separates its state from those of others in one Redis.
const functionName = "conversion"

// StateConfig says where the state of e is kept. Without a file or a Redis there is none.
func (e Env) StateConfig() store.Config {
	return store.Config{
		File: e.State.File, Shared: e.State.Shared(), RedisURL: string(e.Quota.RedisURL.Secret),
		Account: e.Quota.AccountID(), Namespace: functionName, Reset: e.State.Reset,
	}
}

// open opens the store and the ledger in it, or neither where there is none.
func (e Env) open() (s store.Store, l *ledger.Ledger, err error) {
	if e.State.File == "" && e.Quota.RedisURL.Secret == "" {
		return nil, nil, nil
	}
	s, err = store.Open(e.StateConfig())
	if err != nil {
		return nil, nil, err
	}
	// A window is in the list for longer than it is tried.
	l, err = ledger.Open(s, ledger.Config{Rules: e.rules(), Keep: time.Duration(e.Keep) + 4*24*time.Hour})
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, l, nil
}

// FromEnv makes the function from environ, with logs as JSON lines on logs.
// The error names every variable that is wrong.
func FromEnv(environ []string, logs io.Writer) (function.Function, error) {
	return FromEnvIn(new(quota.Process), environ, logs)
}

// FromEnvIn is [FromEnv] in a process that has other functions, too.
func FromEnvIn(process *quota.Process, environ []string, logs io.Writer) (function.Function, error) {
	env, err := config.Load[Env](environ)
	logger, meter := env.Process.LoggerOf(functionName, logs), metric.New()
	to, receiversErr := env.Watch.receivers(environ, logger)
	if err = errors.Join(err, receiversErr); err != nil {
		return function.Function{}, err
	}
	service, err := upstream.Open(upstream.Settings{
		Endpoint: env.Dysms.DysmsEndpoint, PerSecond: env.Dysms.DysmsQPS,
		Account: env.Account, Quota: env.Quota, Process: process, Meter: meter, Logger: logger,
	})
	if err != nil {
		return function.Function{}, err
	}
	c := Config{
		Sink: dysms.New(service.Client), Guard: web.GuardFor(env.Auth), Logger: logger,
		PageGuard: web.BrowserGuardFor(env.Auth), Links: env.Watch.Links(), Zone: env.Watch.Zone.Location,
		Length: time.Duration(env.Window), Grace: time.Duration(env.Grace), Keep: time.Duration(env.Keep), PerSecond: float64(env.Dysms.DysmsQPS), Meter: meter, Ready: service.Ready,
	}
	state, counter, err := env.open()
	if err != nil {
		return function.Function{}, err
	}
	meter.WatchFile(env.State.File)
	if counter != nil {
		c.Store, c.Ledger, c.Windows = state, counter, counter
		if c.Watch, err = env.Watch.open(state, counter, c.Length, to, logger, meter); err != nil {
			return function.Function{}, errors.Join(err, state.Close())
		}
	}
	served := New(c).served()
	served.RunTimeout, served.InvokeTokens = time.Duration(env.RunTimeout), env.Invoke.Tokens()
	return served, nil
}

// served is the function with what serves it. Without a store it has no schedule: a
// timer just keeps an instance warm.
func (f *Function) served() function.Function {
	served := function.Function{
		Name: functionName, Handler: f, Batch: f.Batch, Ready: f.Ready, Close: f.Close,
		Memory: function.RequestMemory, Logger: f.config.Logger, Meter: f.config.Meter,
		Roots: []string{"conversions", "otp-events", "otp-windows", "dead-letters", strings.Trim(otplink.Path, "/")},
	}
	if f.outbox != nil {
		served.Timers = []function.Timer{{Name: "reports", Every: time.Minute}}
		served.Scheduled = func(ctx context.Context, e event.Scheduled) (any, error) { return f.Scheduled(ctx, e) }
	}
	return served
}
