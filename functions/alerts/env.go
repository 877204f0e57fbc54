package alerts

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"signalbox/functions/alerts/channel"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/config"
	"signalbox/shared/metric"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// Env is the function's environment.
type Env struct {
	Process  config.Process
	Account  config.Account
	Quota    config.Quota
	Linkcard config.Linkcard
	Slack    config.Slack
	State    config.State

	ICCIDs     ICCIDs        `env:"SIGNALBOX_ICCIDS"`
	Triage     Triage        `env:"SIGNALBOX_TRIAGE" envDefault:"all"`
	Usage      config.Steps  `env:"SIGNALBOX_ALERT_USAGE" envDefault:"80,90,100"`
	ExpiryDays config.Steps  `env:"SIGNALBOX_ALERT_EXPIRY_DAYS" envDefault:"30,14,7,3,1"`
	RulesFile  string        `env:"SIGNALBOX_RULES_FILE"`
	Repeat     config.Period `env:"SIGNALBOX_ALERT_REPEAT" envDefault:"0s"`
	Every      config.Period `env:"SIGNALBOX_SWEEP_EVERY" envDefault:"10m"`
	Lease      config.Period `env:"SIGNALBOX_SWEEP_LEASE" envDefault:"2m"`
}

// Validate reports what is missing.
func (e Env) Validate() []config.Problem {
	return slices.Concat(e.Account.Validate(), e.Slack.Validate(), e.State.Needed(e.Quota))
}

// FromEnv makes the function from environ, with logs as JSON lines on logs.
// The error names every variable that is wrong.
func FromEnv(environ []string, logs io.Writer) (*Function, error) {
	c, err := Configure(environ, logs)
	if err != nil {
		return nil, err
	}
	return New(c), nil
}

// Configure is FromEnv for those who want to change a part before [New].
func Configure(environ []string, logs io.Writer) (Config, error) {
	env, err := config.Load[Env](environ)
	if err != nil {
		return Config{}, err
	}
	logger, meter := env.Process.Logger(logs), metric.New()
	api, apiErr := aliyun.Open(aliyun.Settings{
		Endpoint: env.Linkcard.LinkcardEndpoint, PerSecond: env.Linkcard.LinkcardQPS,
		Account: env.Account, Quota: env.Quota, Background: true, Meter: meter, Logger: logger,
	})
	state, stateErr := store.Open(store.Config{
		File: env.State.StateFile, RedisURL: string(env.Quota.RedisURL.Secret), Account: env.Quota.AccountID(),
	})
	people, slackErr := env.channel(logger)
	rules, filters, rulesErr := env.rules()
	if err := errors.Join(apiErr, stateErr, slackErr, rulesErr); err != nil {
		return Config{}, err
	}
	return Config{
		Cards:   linkcard.New(api),
		Pools:   linkcard.New(api),
		Rules:   rules,
		Channel: people,
		Store:   state,
		Zone:    env.Linkcard.Zone.Location,
		Logger:  logger,
		Watch:   env.ICCIDs,
		Filters: filters,
		Style:   env.style(),
		Repeat:  time.Duration(env.Repeat),
		Every:   time.Duration(env.Every),

		LeaseTime: time.Duration(env.Lease),
		Meter:     meter,
	}, nil
}

// rules are the thresholds, and the filters that follow from them.
func (e Env) rules() (rule.Policy, Filters, error) {
	policy, err := e.policy()
	if err != nil || e.Triage != TriageFiltered {
		return policy, Filters{}, err
	}
	filters, err := FiltersOf(policy)
	if err != nil {
		return policy, Filters{}, fmt.Errorf("SIGNALBOX_TRIAGE: must be all with these rules: %w", err)
	}
	return policy, filters, nil
}

// policy is the thresholds of the environment, and the rules file's beside them.
func (e Env) policy() (rule.Policy, error) {
	defaults := rule.NewSettings(e.Usage, e.ExpiryDays)
	if e.RulesFile == "" {
		return rule.Policy{Default: defaults}, nil
	}
	return rulefile.Load(e.RulesFile, defaults)
}

func (e Env) channel(logger *slog.Logger) (channel.Channel, error) {
	if e.Slack.Bot() {
		bot, err := slack.NewBot(slack.BotConfig{
			Token: string(e.Slack.BotToken), Channel: e.Slack.Channel, APIURL: string(e.Slack.APIURL.Secret), Logger: logger,
		})
		if err != nil {
			return nil, err
		}
		return channel.NewBot(bot, e.style()), nil
	}
	webhook, err := slack.NewWebhook(slack.WebhookConfig{URL: string(e.Slack.WebhookURL.Secret), Logger: logger})
	if err != nil {
		return nil, err
	}
	return channel.NewWebhook(webhook, e.style()), nil
}

func (e Env) style() message.Style {
	return message.Style{Zone: e.Linkcard.Zone.Location, ShowICCID: e.Slack.ShowICCID, Console: string(e.Slack.ConsoleURL)}
}
