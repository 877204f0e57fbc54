package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/dingtalk"
	"signalbox/shared/feishu"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/outbound"
	"signalbox/shared/slack"
	"signalbox/shared/webhook"
	"signalbox/shared/wecom"
)

// receiversOf are the rules file's receivers, or else the environment's.
func (e Env) receiversOf(named []rulefile.Receiver, logger *slog.Logger) ([]notify.Receiver, error) {
	if len(named) == 0 {
		return e.receivers(logger)
	}
	receivers, errs := make([]notify.Receiver, len(named)), []error(nil)
	for i, r := range named {
		var err error
		if receivers[i], err = e.receiver(r, logger); err != nil {
			errs = append(errs, fmt.Errorf("SIGNALBOX_RULES_FILE: line %d: receiver %s: %w", r.Line, r.Name, err))
		}
	}
	return receivers, errors.Join(errs...)
}

func (e Env) receiver(r rulefile.Receiver, logger *slog.Logger) (notify.Receiver, error) {
	if r.Kind == rulefile.Slack && r.Channel != "" {
		bot, err := slack.NewBot(slack.BotConfig{
			Token: string(e.Slack.BotToken), Channel: r.Channel, APIURL: string(e.Slack.APIURL.Secret), Logger: logger,
		})
		return notify.Receiver{Name: r.Name, Bot: bot, Channel: r.Channel, Render: message.Slack}, err
	}
	poster, err := posterOf(r, logger)
	return notify.Receiver{Name: r.Name, Poster: poster}, err
}

// posterOf is what posts to a receiver by its URL.
func posterOf(r rulefile.Receiver, logger *slog.Logger) (notify.PosterFunc, error) {
	to := outbound.Config{URL: string(r.URL), Secret: string(r.Secret), AllowPrivate: r.AllowPrivate}
	switch r.Kind {
	case rulefile.DingTalk:
		robot, err := dingtalk.New(to)
		return func(ctx context.Context, m notify.Message) error { return robot.Post(ctx, message.DingTalk(m)) }, err
	case rulefile.Feishu:
		bot, err := feishu.New(to)
		return func(ctx context.Context, m notify.Message) error { return bot.Post(ctx, message.Feishu(m)) }, err
	case rulefile.WeCom:
		robot, err := wecom.New(to)
		return func(ctx context.Context, m notify.Message) error { return robot.Post(ctx, message.WeCom(m)) }, err
	case rulefile.Webhook:
		hook, err := webhook.New(to)
		return func(ctx context.Context, m notify.Message) error {
			return hook.Post(ctx, m.ID, message.Webhook(m, r.Name, time.Now()))
		}, err
	default:
		hook, err := slack.NewWebhook(slack.WebhookConfig{URL: to.URL, Logger: logger})
		return slackPoster{hook}.Post, err
	}
}

// languages are those of the receivers that have one of their own.
func languages(named []rulefile.Receiver) map[string]language.Language {
	all := make(map[string]language.Language)
	for _, r := range named {
		if r.Language != nil {
			all[r.Name] = *r.Language
		}
	}
	return all
}

// kinds says what each receiver of the rules file is, by name.
func kinds(named []rulefile.Receiver) map[string]rulefile.Kind {
	all := make(map[string]rulefile.Kind)
	for _, r := range named {
		all[r.Name] = r.Kind
	}
	return all
}

// styleFor is how things are shown to a receiver.
func (c Config) styleFor(receiver string) message.Style {
	s := c.Style
	if l, ok := c.Languages[receiver]; ok {
		s.Language = l
	}
	return s
}

// route reports whether a receiver is notified of an incident: the routes say so, or it
// was notified of it before. A receiver is not notified of its own incident. Where the
// routes name nobody else for that, all other receivers are notified.
func (c Config) route(receiver string, i rule.Incident) bool {
	if i.Key == receiverKey(receiver) {
		return false
	}
	if len(c.Routes) == 0 || slices.Contains(i.Details.Receivers, receiver) {
		return true
	}
	to := slices.DeleteFunc(c.Routes.Receivers(i), func(name string) bool { return i.Key == receiverKey(name) })
	return slices.Contains(to, receiver) || len(to) == 0
}
