package cardflow

import (
	"io"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/cardflow/lookup"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/cardlink"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
	"signalbox/shared/redisdial"
	"signalbox/shared/serve/function"
	"signalbox/shared/upstream"
	"signalbox/shared/web"
)

// Cache is how long answers are kept.
type Cache struct {
	TTL   config.Period `env:"SIGNALBOX_CACHE_TTL" envDefault:"60s"`
	Stale config.Period `env:"SIGNALBOX_CACHE_STALE" envDefault:"1h"`
}

// functionName is the function's.
const functionName = "cardflow"

// Env is the function's environment.
type Env struct {
	Process  config.Process
	Account  config.Account
	Quota    config.Quota
	Linkcard config.Linkcard
	Auth     config.Auth
	Cache    Cache
	Pages    config.Pages

	Origins config.Origins `env:"SIGNALBOX_CORS_ORIGINS"`
}

// longestStale is how old an answer may be at most: a day says something else than the
// one before it.
const longestStale = 24 * time.Hour

// Validate reports what is missing, and what is too long.
func (e Env) Validate() []config.Problem {
	problems := slices.Concat(e.Account.Validate(), e.Auth.Validate(), e.Pages.Validate())
	if time.Duration(e.Cache.TTL) > time.Hour {
		problems = append(problems, config.Problem{Variable: "SIGNALBOX_CACHE_TTL", Rule: "must be at most 1h; 0s keeps nothing"})
	}
	if time.Duration(e.Cache.Stale) > longestStale {
		problems = append(problems, config.Problem{Variable: "SIGNALBOX_CACHE_STALE", Rule: "must be at most 24h; 0s gives nothing that is older than SIGNALBOX_CACHE_TTL"})
	}
	return problems
}

// FromEnv makes the function from environ, with logs as JSON lines on logs.
// The error names every variable that is wrong.
func FromEnv(environ []string, logs io.Writer) (function.Function, error) {
	return FromEnvIn(new(quota.Process), environ, logs)
}

// FromEnvIn is [FromEnv] in a process that has other functions, too.
func FromEnvIn(process *quota.Process, environ []string, logs io.Writer) (function.Function, error) {
	env, err := config.Load[Env](environ)
	if err != nil {
		return function.Function{}, err
	}
	logger, meter := env.Process.LoggerOf(functionName, logs), metric.New()
	service, err := upstream.Open(upstream.Settings{
		Endpoint: env.Linkcard.LinkcardEndpoint, PerSecond: env.Linkcard.LinkcardQPS,
		Account: env.Account, Quota: env.Quota, Process: process, Meter: meter, Logger: logger,
	})
	if err != nil {
		return function.Function{}, err
	}
	client, err := openRedis(env.Quota)
	if err != nil {
		return function.Function{}, err
	}
	cards := linkcard.New(service.Client)
	handler := New(Config{
		Source: cards, Lister: cards,
		Guard: web.GuardFor(env.Auth), PageGuard: web.BrowserGuardFor(env.Auth),
		Links: cardlink.New(env.Pages.Links()), Origins: env.Origins,
		Zone:   env.Linkcard.Zone.Location,
		Logger: logger, Meter: meter,
		TTL: time.Duration(env.Cache.TTL), Stale: time.Duration(env.Cache.Stale),
		Redis: client, Account: env.Quota.AccountID(),
	})
	return function.Function{
		Name: functionName, Handler: handler, Ready: service.Ready, Memory: function.RequestMemory + lookup.MaxBytes, Logger: logger, Meter: meter,
	}, nil
}

// redisTimeout bounds each step of a call of the Redis that keeps answers.
const redisTimeout = 250 * time.Millisecond

// openRedis returns the Redis that keeps answers, nil where there is none. It does not
// connect.
//
//nolint:ireturn // which one is the URL's choice
func openRedis(q config.Quota) (redis.UniversalClient, error) {
	if q.RedisURL.Secret == "" {
		return nil, nil //nolint:nilnil // both mean that answers are not shared
	}
	return redisdial.Open(string(q.RedisURL.Secret), redisTimeout)
}
