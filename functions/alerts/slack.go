package alerts

import (
	"signalbox/functions/alerts/message"
	"signalbox/shared/cardlink"
	"signalbox/shared/config"
	"signalbox/shared/receiver"
)

// SlackReceiver names the receiver that the environment configures.
const SlackReceiver = receiver.SlackName

// Slack is where notifications go, what they show, and who may act from there.
type Slack struct {
	receiver.Slack

	ShowICCID  bool        `env:"SIGNALBOX_SLACK_SHOW_ICCID" envDefault:"false"`
	ConsoleURL config.Link `env:"SIGNALBOX_CONSOLE_URL"`

	SigningSecrets config.LinkSecrets `env:"SIGNALBOX_SLACK_SIGNING_SECRET"`
	Operators      Operators          `env:"SIGNALBOX_SLACK_OPERATORS"`
}

func (e Env) style() message.Style {
	return message.Style{
		Language: e.Language, Zone: e.Linkcard.Zone.Location, ShowICCID: e.Slack.ShowICCID, Console: string(e.Slack.ConsoleURL),
		Pages: cardlink.New(e.Pages.Links()), Incidents: e.incidentLinks(),
	}
}
