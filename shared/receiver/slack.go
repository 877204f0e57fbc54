package receiver

import (
	"log/slog"
	"strings"

	"signalbox/shared/config"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// SlackName is the name of the receiver that the environment configures.
const SlackName = "slack"

// Slack is where notifications go: a webhook, or one of Slack's channels by a bot.
type Slack struct {
	WebhookURL config.SecretURL `env:"SIGNALBOX_SLACK_WEBHOOK_URL"`
	BotToken   config.Secret    `env:"SIGNALBOX_SLACK_BOT_TOKEN"`
	Channel    string           `env:"SIGNALBOX_SLACK_CHANNEL"`
	APIURL     config.SecretURL `env:"SIGNALBOX_SLACK_API_URL" envDefault:"https://slack.com/api/"`
}

// Bot reports whether a bot posts.
func (s Slack) Bot() bool { return s.BotToken != "" }

// IsSet reports whether somebody has begun to say where notifications go.
func (s Slack) IsSet() bool { return s.Bot() || s.WebhookURL.Secret != "" || s.Channel != "" }

// Validate asks for the webhook, or for both parts of the bot.
func (s Slack) Validate() []config.Problem {
	switch {
	case s.Bot() && s.WebhookURL.Secret != "":
		return []config.Problem{{Variable: "SIGNALBOX_SLACK_WEBHOOK_URL", Rule: "is set beside SIGNALBOX_SLACK_BOT_TOKEN; choose one of them"}}
	case s.Bot() && s.Channel == "":
		return []config.Problem{config.Missing("SIGNALBOX_SLACK_CHANNEL", "it is where the bot posts")}
	case s.Bot() && strings.HasPrefix(s.Channel, "#"):
		return []config.Problem{{Variable: "SIGNALBOX_SLACK_CHANNEL", Rule: "must be the id of the channel, such as C0123456789, not its name"}}
	case !s.Bot() && s.WebhookURL.Secret == "":
		return []config.Problem{config.Missing("SIGNALBOX_SLACK_WEBHOOK_URL", "it is where notifications are posted; or set SIGNALBOX_SLACK_BOT_TOKEN")}
	default:
		return nil
	}
}

// receiver is Slack's, by webhook or bot.
func (s Slack) receiver(logger *slog.Logger) (notify.Receiver, error) {
	if s.Bot() {
		return s.bot(SlackName, s.Channel, logger)
	}
	poster, err := webhookOf(string(s.WebhookURL.Secret), logger)
	return notify.Receiver{Name: SlackName, Poster: poster}, err
}

// bot posts to a channel.
func (s Slack) bot(name, channel string, logger *slog.Logger) (notify.Receiver, error) {
	bot, err := slack.NewBot(slack.BotConfig{
		Token: string(s.BotToken), Channel: channel, APIURL: string(s.APIURL.Secret), Logger: logger,
	})
	return notify.Receiver{Name: name, Bot: bot, Channel: channel, Render: layout.Slack}, err
}
