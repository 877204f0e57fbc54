package slack_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options slacktest.Options
		token   string
		edit    func(*slacktest.Server)
		want    slack.Identity
		kind    delivery.Kind // "": no error
		reason  string
	}{
		{name: "all scopes", token: "xoxb-test", want: slack.Identity{
			Team: "Fake", User: "signalbox", Scopes: []string{"chat:write", "files:write", "channels:history", "commands"},
		}},
		{name: "one scope", token: "xoxb-test", options: slacktest.Options{Scopes: []string{"chat:write"}}, want: slack.Identity{
			Team: "Fake", User: "signalbox", Scopes: []string{"chat:write"},
		}},
		{name: "a wrong token", token: "xoxb-sealed", kind: delivery.KindConfig, reason: "invalid_auth"},
		{name: "a revoked token", token: "xoxb-test", edit: (*slacktest.Server).RevokeToken, kind: delivery.KindConfig, reason: "token_revoked"},
		{
			name: "a page in between", token: "xoxb-test", kind: delivery.KindUnavailable, reason: "answered without ok",
			edit: func(s *slacktest.Server) { s.Refuse(slacktest.Refusal{Status: 200, Raw: "<html>xoxb-test</html>"}) },
		},
		{
			name: "no answer", token: "xoxb-test", kind: delivery.KindUnavailable, reason: "",
			edit: func(s *slacktest.Server) { s.Refuse(slacktest.Refusal{Unreachable: true}) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fake := slacktest.New(tt.options)
			if tt.edit != nil {
				tt.edit(fake)
			}
			bot, err := slack.NewBot(slack.BotConfig{Token: tt.token, Channel: "C00000001", Client: &http.Client{Transport: fake.Transport()}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := bot.Identity(t.Context())
			failure, failed := errors.AsType[*delivery.Error](err)
			switch {
			case failed != (tt.kind != ""):
				t.Errorf("Identity = %v, want %q", err, tt.kind)
			case failed && (failure.Kind != tt.kind || tt.reason != "" && failure.Reason != tt.reason || strings.Contains(err.Error(), tt.token)):
				t.Errorf("Identity = %v of kind %s, want %s of kind %s without the token", err, failure.Kind, tt.reason, tt.kind)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Identity (-want +got):\n%s", diff)
			}
			if n := len(fake.Inbox()); n != 0 {
				t.Errorf("it posted %d messages", n)
			}
		})
	}
}
