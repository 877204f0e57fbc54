package receiver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"signalbox/shared/dingtalk"
	"signalbox/shared/feishu"
	"signalbox/shared/language"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/outbound"
	"signalbox/shared/slack"
	"signalbox/shared/webhook"
	"signalbox/shared/wecom"
)

// Open makes the receivers of a rules file, or, where it has none, that of the environment.
// With neither nobody is notified.
func Open(f File, s Slack, logger *slog.Logger) (Set, error) {
	set := Set{Routes: f.Routes, Languages: make(map[string]language.Language), Kinds: make(map[string]Kind)}
	var errs []error
	for _, r := range f.Receivers {
		opened, err := r.open(s, logger)
		if err != nil {
			errs = append(errs, fmt.Errorf("SIGNALBOX_RULES_FILE: line %d: receiver %s: %w", r.Line, r.Name, err))
		}
		set.Receivers, set.Kinds[r.Name] = append(set.Receivers, opened), r.Kind
		if r.Language != nil {
			set.Languages[r.Name] = *r.Language
		}
	}
	if len(f.Receivers) == 0 && s.IsSet() {
		opened, err := s.receiver(logger)
		set.Receivers, errs = []notify.Receiver{opened}, append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return Set{}, err
	}
	return set, nil
}

func (r Receiver) open(s Slack, logger *slog.Logger) (notify.Receiver, error) {
	if r.Kind == KindSlack && r.Channel != "" {
		return s.bot(r.Name, r.Channel, logger)
	}
	poster, err := r.poster(logger)
	return notify.Receiver{Name: r.Name, Poster: poster}, err
}

// poster is what posts to a receiver by its URL.
func (r Receiver) poster(logger *slog.Logger) (notify.PosterFunc, error) {
	to := outbound.Config{URL: string(r.URL), Secret: string(r.Secret), AllowPrivate: r.AllowPrivate}
	switch r.Kind {
	case KindDingTalk:
		robot, err := dingtalk.New(to)
		return func(ctx context.Context, m notify.Message) error { return robot.Post(ctx, layout.DingTalk(m)) }, err
	case KindFeishu:
		bot, err := feishu.New(to)
		return func(ctx context.Context, m notify.Message) error { return bot.Post(ctx, layout.Feishu(m)) }, err
	case KindWeCom:
		robot, err := wecom.New(to)
		return func(ctx context.Context, m notify.Message) error { return robot.Post(ctx, layout.WeCom(m)) }, err
	case KindWebhook:
		hook, err := webhook.New(to)
		return func(ctx context.Context, m notify.Message) error {
			return hook.Post(ctx, m.ID, layout.Webhook(m, r.Name, time.Now()))
		}, err
	default:
		return webhookOf(to.URL, logger)
	}
}

// webhookOf posts to an incoming webhook of Slack's.
func webhookOf(url string, logger *slog.Logger) (notify.PosterFunc, error) {
	hook, err := slack.NewWebhook(slack.WebhookConfig{URL: url, Logger: logger})
	return func(ctx context.Context, m notify.Message) error { return hook.Post(ctx, layout.Slack(m)) }, err
}
