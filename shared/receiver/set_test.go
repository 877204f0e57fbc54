package receiver_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"signalbox/shared/config"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/route"
)

// rulesFile writes one; "": there is none.
func rulesFile(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const hookAlone = "version: 1\nreceivers: [{name: hook, webhook: {url_env: HOOK_URL, language: zh}}]\n"

// TestFromEnv needs Slack's variables only where they are used.
func TestFromEnv(t *testing.T) {
	t.Parallel()
	hooks := receiver.Slack{WebhookURL: config.SecretURL{Secret: "https://hooks.slack.com/services/T/B/X"}}
	bot := receiver.Slack{BotToken: "xoxb-1", Channel: "C1", APIURL: config.SecretURL{Secret: "https://slack.com/api/"}}
	everyKind := "version: 1\nreceivers:\n- {name: a, slack: {channel: C2}}\n- {name: b, slack: {url_env: SLACK_URL}}\n" +
		"- {name: c, dingtalk: {url_env: HOOK_URL}}\n- {name: d, feishu: {url_env: HOOK_URL}}\n- {name: e, wecom: {url_env: HOOK_URL}}\n- {name: f, webhook: {url_env: HOOK_URL}}\n"
	environ := []string{"HOOK_URL=https://hook.example/secret?x=a", "SLACK_URL=https://hooks.slack.com/services/T/B/Y", "SIGNALBOX_SLACK_BOT_TOKEN=xoxb-1"}
	tests := []struct {
		name, rules string
		slack       receiver.Slack
		environ     []string
		names       []string
		wrong       string // in the error; "": none
	}{
		{"nothing", "", receiver.Slack{}, nil, nil, ""},
		{"a rules file without receivers", "version: 1\n", receiver.Slack{}, nil, nil, ""},
		{"a webhook of Slack's", "", hooks, nil, []string{"slack"}, ""},
		{"a bot", "version: 1\n", bot, nil, []string{"slack"}, ""},
		{"half a bot", "", receiver.Slack{BotToken: "xoxb-1"}, nil, nil, "SIGNALBOX_SLACK_CHANNEL: is not set"},
		{"a channel alone", "", receiver.Slack{Channel: "C1"}, nil, nil, "SIGNALBOX_SLACK_WEBHOOK_URL: is not set"},
		{"the file comes before the environment", hookAlone, hooks, environ, []string{"hook"}, ""},
		{"half a bot that nobody uses", hookAlone, receiver.Slack{BotToken: "xoxb-1"}, environ, []string{"hook"}, ""},
		{"every kind", everyKind, bot, environ, []string{"a", "b", "c", "d", "e", "f"}, ""},
		{"variable not set", hookAlone, hooks, nil, nil, "line 2: receivers.webhook.url_env: variable HOOK_URL is not set"},
		{"not https", hookAlone, hooks, []string{"HOOK_URL=http://hook.example/secret"}, nil, "SIGNALBOX_RULES_FILE: line 2: receiver hook: webhook URL: must be https"},
		{"not YAML", "version: [", hooks, nil, nil, "SIGNALBOX_RULES_FILE: rules file "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, err := receiver.FromEnv(tt.slack, rulesFile(t, tt.rules), tt.environ, logging.Discard())
			if (err == nil) != (tt.wrong == "") || err != nil && (!strings.Contains(err.Error(), tt.wrong) || strings.Contains(err.Error(), "hook.example")) {
				t.Fatalf("FromEnv = %v, want %q", err, tt.wrong)
			}
			var names []string
			for _, r := range set.Receivers {
				names = append(names, r.Name)
			}
			if !slices.Equal(names, tt.names) {
				t.Errorf("receivers %q, want %q", names, tt.names)
			}
			if _, err := notify.New(receiver.ConfigFor(set, factsOf)); err != nil {
				t.Errorf("New = %v", err)
			}
		})
	}
	if _, err := receiver.FromEnv(receiver.Slack{}, filepath.Join(t.TempDir(), "none.yaml"), nil, logging.Discard()); err == nil {
		t.Error("FromEnv accepts a file that is not there")
	}
}

func factsOf(i incident.Incident[string]) route.Facts {
	return route.Facts{Rule: i.Key.Rule, Severity: i.Severity, Country: i.Details}
}

func TestConfigFor(t *testing.T) {
	t.Parallel()
	text := hookAlone[:len(hookAlone)-2] + ", {name: sg, webhook: {url_env: HOOK_URL}}]\n" +
		"routes:\n- {match: {country: SG}, receivers: [sg], fallback: [hook], mention: here}\n- {receivers: [hook]}\n"
	set, err := receiver.FromEnv(receiver.Slack{}, rulesFile(t, text), []string{"HOOK_URL=https://hook.example/x"}, logging.Discard())
	if err != nil {
		t.Fatal(err)
	}
	c := receiver.ConfigFor(set, factsOf)
	in := func(country string) incident.Incident[string] {
		return incident.Incident[string]{Key: incident.Key{Rule: "pumping"}, Details: country}
	}
	for _, tt := range []struct {
		receiver, country string
		notified          bool
	}{{"sg", "SG", true}, {"sg", "MY", false}, {"hook", "SG", false}, {"hook", "MY", true}} {
		if got := c.Route(tt.receiver, in(tt.country)); got != tt.notified {
			t.Errorf("%s is notified of %s: %t, want %t", tt.receiver, tt.country, got, tt.notified)
		}
	}
	if !c.Mention("sg", in("SG")) || c.Mention("hook", in("MY")) || !slices.Equal(c.Fallback("sg", in("SG")), []string{"hook"}) || !c.Announces("sg") {
		t.Error("mentions, fallbacks or announcements are not as the routes say")
	}
	if set.Language("hook", language.English) != language.Chinese || set.Language("sg", language.English) != language.English ||
		set.Kinds["sg"] != receiver.KindWebhook {
		t.Errorf("languages %v, kinds %v", set.Languages, set.Kinds)
	}
}
