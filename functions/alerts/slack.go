package alerts

import (
	"context"
	"log/slog"
	"strings"

	"signalbox/functions/alerts/message"
	"signalbox/shared/cardlink"
	"signalbox/shared/config"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// SlackReceiver names the receiver that the environment configures.
const SlackReceiver = "slack"

// Slack is where notifications go: a webhook, or one of Slack's channels by a bot.
type Slack struct {
	WebhookURL config.SecretURL `env:"SIGNALBOX_SLACK_WEBHOOK_URL"`
	BotToken   config.Secret    `env:"SIGNALBOX_SLACK_BOT_TOKEN"`
	Channel    string           `env:"SIGNALBOX_SLACK_CHANNEL"`
	APIURL     config.SecretURL `env:"SIGNALBOX_SLACK_API_URL" envDefault:"https://slack.com/api/"`
	ShowICCID  bool             `env:"SIGNALBOX_SLACK_SHOW_ICCID" envDefault:"false"`
	ConsoleURL config.Link      `env:"SIGNALBOX_CONSOLE_URL"`

	SigningSecrets config.LinkSecrets `env:"SIGNALBOX_SLACK_SIGNING_SECRET"`
	Operators      Operators          `env:"SIGNALBOX_SLACK_OPERATORS"`
}

// Bot reports whether a bot posts.
func (s Slack) Bot() bool { return s.BotToken != "" }

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

// receivers are Slack's, by webhook or bot.
func (e Env) receivers(logger *slog.Logger) ([]notify.Receiver, error) {
	if e.Slack.Bot() {
		bot, err := slack.NewBot(slack.BotConfig{
			Token: string(e.Slack.BotToken), Channel: e.Slack.Channel, APIURL: string(e.Slack.APIURL.Secret), Logger: logger,
		})
		return []notify.Receiver{{Name: SlackReceiver, Bot: bot, Channel: e.Slack.Channel, Render: message.Slack}}, err
	}
	webhook, err := slack.NewWebhook(slack.WebhookConfig{URL: string(e.Slack.WebhookURL.Secret), Logger: logger})
	return []notify.Receiver{{Name: SlackReceiver, Poster: slackPoster{webhook}}}, err
}

// slackPoster posts to an incoming webhook of Slack's.
type slackPoster struct{ webhook *slack.Webhook }

func (p slackPoster) Post(ctx context.Context, m notify.Message) error {
	return p.webhook.Post(ctx, message.Slack(m))
}

func (e Env) style() message.Style {
	return message.Style{
		Language: e.Language, Zone: e.Linkcard.Zone.Location, ShowICCID: e.Slack.ShowICCID, Console: string(e.Slack.ConsoleURL),
		Pages: cardlink.New(e.Pages.Links()), Incidents: e.incidentLinks(),
	}
}
