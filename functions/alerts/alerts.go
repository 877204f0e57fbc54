// Package alerts walks the fleet on a schedule, judges every card's expiry and
// usage, and tells Slack what has changed since the last time.
package alerts

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/slack"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// Cards is what a sweep asks Alibaba.
type Cards interface {
	ListCardInfo(ctx context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error)
	GetCardFlowInfo(ctx context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error)
}

// Notifier delivers one message; an error means that it may not have arrived.
type Notifier interface {
	Post(ctx context.Context, m slack.Message) error
}

// Store keeps what must outlive a sweep.
type Store interface {
	Get(ctx context.Context, key string) (store.Entry, error)
	Put(ctx context.Context, key string, e store.Entry) (store.Entry, error)
}

var (
	_ Cards    = (*linkcard.Client)(nil)
	_ Notifier = (*slack.Webhook)(nil)
	_ Store    = (*store.File)(nil)
)

// Config is what the function is made of. Watch, ShowICCID, Now and Meter may be
// left out; the rest is required.
type Config struct {
	Cards      Cards
	Notifier   Notifier
	Store      Store
	Thresholds rule.Thresholds
	Zone       *time.Location // of the times in Alibaba's answers and in messages
	Logger     *slog.Logger
	Watch      []card.ICCID     // just these cards; none: the whole account
	ShowICCID  bool             // whole numbers in messages, not masked ones
	Now        func() time.Time // nil: time.Now
	Meter      *metric.Meter    // counts the calls that Cards makes; nil: nobody asks
}

// Function sweeps the fleet. It is safe for concurrent use, but only one sweep
// at a time makes sense: a second one that overlaps is refused its save.
type Function struct {
	Logger *slog.Logger
	Meter  *metric.Meter

	config Config
	routes http.Handler
}

// New returns the function.
func New(c Config) *Function {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Function{Logger: c.Logger, Meter: c.Meter, config: c, routes: web.NewMux(c.Logger)}
}

// ServeHTTP answers GET /healthz: the function works by ticks.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.routes.ServeHTTP(w, r) }

// Env is the function's environment.
type Env struct {
	Process  config.Process
	Account  config.Account
	Quota    config.Quota
	Linkcard config.Linkcard
	Slack    config.Slack
	State    config.State

	ICCIDs     ICCIDs       `env:"SIGNALBOX_ICCIDS"`
	Usage      config.Steps `env:"SIGNALBOX_ALERT_USAGE" envDefault:"80,90,100"`
	ExpiryDays config.Steps `env:"SIGNALBOX_ALERT_EXPIRY_DAYS" envDefault:"30,14,7,3,1"`
}

// Validate reports what is missing.
func (e Env) Validate() []config.Problem {
	return slices.Concat(e.Account.Validate(), e.Slack.Validate(), e.State.Validate())
}

// FromEnv makes the function from environ, with logs as JSON lines on logs.
// The error names every variable that is wrong.
func FromEnv(environ []string, logs io.Writer) (*Function, error) {
	env, err := config.Load[Env](environ)
	if err != nil {
		return nil, err
	}
	logger, meter := env.Process.Logger(logs), metric.New()
	api, apiErr := aliyun.Open(aliyun.Settings{
		Endpoint: env.Linkcard.LinkcardEndpoint, PerSecond: env.Linkcard.LinkcardQPS,
		Account: env.Account, Quota: env.Quota, Background: true, Meter: meter, Logger: logger,
	})
	state, stateErr := store.OpenFile(env.State.StateFile)
	webhook, slackErr := slack.NewWebhook(slack.WebhookConfig{URL: string(env.Slack.WebhookURL.Secret)})
	if err := errors.Join(apiErr, stateErr, slackErr); err != nil {
		return nil, err
	}
	return New(Config{
		Cards:      linkcard.New(api),
		Notifier:   webhook,
		Store:      state,
		Thresholds: rule.NewThresholds(env.Usage, env.ExpiryDays),
		Zone:       env.Linkcard.Zone.Location,
		Logger:     logger,
		Watch:      env.ICCIDs,
		ShowICCID:  env.Slack.ShowICCID,
		Meter:      meter,
	}), nil
}
