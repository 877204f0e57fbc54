package receiver_test

import (
	"testing"

	"signalbox/shared/config"
	"signalbox/shared/receiver"
)

func TestSlackIsAWebhookOrABot(t *testing.T) {
	t.Parallel()
	webhook := config.SecretURL{Secret: "https://hooks.slack.com/services/T/B/X"}
	tests := []struct {
		name  string
		slack receiver.Slack
		wrong string // the variable; none: nothing is
	}{
		{"nothing", receiver.Slack{}, "SIGNALBOX_SLACK_WEBHOOK_URL"},
		{"webhook", receiver.Slack{WebhookURL: webhook}, ""},
		{"bot", receiver.Slack{BotToken: "xoxb", Channel: "C1"}, ""},
		{"bot without a channel", receiver.Slack{BotToken: "xoxb"}, "SIGNALBOX_SLACK_CHANNEL"},
		{"bot with the name of a channel", receiver.Slack{BotToken: "xoxb", Channel: "#alerts"}, "SIGNALBOX_SLACK_CHANNEL"},
		{"both", receiver.Slack{WebhookURL: webhook, BotToken: "xoxb", Channel: "C1"}, "SIGNALBOX_SLACK_WEBHOOK_URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			problems := tt.slack.Validate()
			if len(problems) > 1 || (len(problems) == 0) != (tt.wrong == "") || len(problems) == 1 && problems[0].Variable != tt.wrong {
				t.Errorf("Validate = %v, want %q named", problems, tt.wrong)
			}
		})
	}
}
