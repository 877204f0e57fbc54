package alerts_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signalbox/functions/alerts"
	"signalbox/shared/language"
)

// configure makes the function of an environment with a rules file.
func configure(t *testing.T, rules string, environ ...string) (alerts.Config, error) {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "rules.yaml")
	if err := os.WriteFile(path, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := alerts.Configure(append(environ,
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret",
		"SIGNALBOX_RULES_FILE="+path, "SIGNALBOX_STATE_FILE="+filepath.Join(folder, "state.db")), io.Discard, nil)
	if err == nil {
		t.Cleanup(func() { _ = c.Store.Close() })
	}
	return c, err
}

// TestReceiversOfTheRulesFile needs Slack's variables for a Slack receiver alone.
func TestReceiversOfTheRulesFile(t *testing.T) {
	t.Parallel()
	const hook = "version: 1\nreceivers: [{name: hook, webhook: {url_env: HOOK_URL, language: zh}}]\n"
	const bot = "version: 1\nreceivers: [{name: ops, slack: {channel: C0123456}}]\n"
	tests := []struct {
		name, rules string
		environ     []string
		want        string // in the error; "": none
	}{
		{"webhook without slack", hook, []string{"HOOK_URL=https://hook.example/x"}, ""},
		{"variable not set", hook, nil, "line 2: receivers.webhook.url_env: variable HOOK_URL is not set"},
		{"not https", hook, []string{"HOOK_URL=http://hook.example/secret"}, "line 2: receiver hook: webhook URL: must be https"},
		{"bot", bot, []string{"SIGNALBOX_SLACK_BOT_TOKEN=xoxb-1"}, ""},
		{"bot without token", bot, nil, "line 2: receivers.slack: SIGNALBOX_SLACK_BOT_TOKEN is not set"},
		{"no receivers", "version: 1\n", nil, "SIGNALBOX_SLACK_WEBHOOK_URL: is not set"},
		{"no receivers, slack", "version: 1\n", []string{"SIGNALBOX_SLACK_WEBHOOK_URL=https://hooks.slack.com/services/x"}, ""},
		{"together with others", hook, []string{"SIGNALBOX_SWEEP_EVERY=1s"}, "variable HOOK_URL is not set"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := configure(t, tt.rules, tt.environ...)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Configure = %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "hook.example") {
				t.Errorf("the error quotes the URL: %v", err)
			}
			if err == nil && len(c.Receivers) != 1 {
				t.Errorf("%d receivers, want one", len(c.Receivers))
			}
			if tt.name == "webhook without slack" && c.Languages["hook"] != language.Chinese {
				t.Errorf("languages %v, want zh of the hook", c.Languages)
			}
		})
	}
}
