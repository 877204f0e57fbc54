package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/shared/slack/slacktest"
)

// sendTest sends test messages by the real command.
func sendTest(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), append([]string{"test-message"}, args...), console{environ: environ, stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

func TestTestMessage(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	code, stdout, stderr := sendTest(t, environ)
	if want := "slack (slack): delivered in en\ndingtalk (dingtalk): delivered in en\nfeishu (feishu): delivered in en\nwecom (wecom): delivered in en\nwebhook (webhook): delivered in en\n"; code != exitOK || stdout != want || stderr != "" {
		t.Errorf("test-message = %d, %q, %q; want 0 and %q", code, stdout, stderr, want)
	}
	for _, m := range e.slack.Inbox() {
		if !strings.Contains(m.Plain(), "Test message of Signalbox") || !strings.Contains(m.Plain(), "nothing is to be done") {
			t.Errorf("Slack got %s", m.Plain())
		}
	}
	for _, r := range e.receivers {
		if shown := r.fake.Inbox(); len(shown) != 1 || !strings.Contains(shown[0].Title+shown[0].Text, "Test message of Signalbox") {
			t.Errorf("%s got %d messages, want one test message", r.name, len(shown))
		}
	}
	code, stdout, _ = sendTest(t, environ, "--receiver", "slack", "--language", "zh")
	inbox := e.slack.Inbox()
	if code != exitOK || stdout != "slack (slack): delivered in zh\n" || len(inbox) != 2 || !strings.Contains(inbox[1].Plain(), "测试消息") {
		t.Errorf("in Chinese to Slack: code %d, %q, inbox %+v", code, stdout, inbox)
	}
	if code, _, stderr := sendTest(t, environ, "--receiver", "nobody"); code != exitError || !strings.Contains(stderr, `there is no receiver "nobody", but slack, dingtalk`) {
		t.Errorf("to nobody: code %d, %q", code, stderr)
	}
}

// TestTestMessageAlone has receivers fail in each way, beside one that works: all are tried
// at the same time, those that hang too.
func TestTestMessageAlone(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	const rules = `version: 1
receivers:
- {name: unset, wecom: {url_env: NO_SUCH_URL}}
- {name: clear, webhook: {url_env: CLEAR_URL}}
- {name: inside, webhook: {url_env: INSIDE_URL}}
- {name: refused, slack: {url_env: OLD_URL}}
- {name: bot, slack: {channel: C99999999}}
- {name: hangs, webhook: {url_env: SILENT_URL}}
- {name: hangs-too, webhook: {url_env: SILENT_URL}}
- {name: well, slack: {url_env: SIGNALBOX_SLACK_WEBHOOK_URL, language: zh}}
`
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	fake := slacktest.New(slacktest.Options{Token: sealedBot})
	api := (&patient{t: t}).serve(fake)
	environ = append(environ, "SIGNALBOX_RULES_FILE="+path, "CLEAR_URL=http://example.com/sealed", "INSIDE_URL=https://10.0.0.1/sealed",
		"OLD_URL="+e.base+"/services/T1/B1/sealed", "SILENT_URL=http://"+silent(t)+"/sealed", "SIGNALBOX_SLACK_BOT_TOKEN="+sealedBot, "SIGNALBOX_SLACK_API_URL="+api+"/api/")
	began := time.Now()
	code, stdout, stderr := sendTest(t, environ, "--timeout", "10s")
	if took := time.Since(began); took > 19*time.Second {
		t.Errorf("it took %s, want the 10 s of those that hang, which both wait at once", took)
	}
	lines := strings.Split(stdout, "\n")
	for i, want := range []string{
		"unset (wecom): not delivered: what it needs is not set", "clear (webhook): not delivered: ", "inside (webhook): not delivered: ",
		"refused (slack): not delivered: post to slack: ", "bot (slack): not delivered: post to slack: ", "hangs (webhook): perhaps delivered: ", "hangs-too (webhook): perhaps delivered: ", "well (slack): delivered in zh",
	} {
		if len(lines) <= i || !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d lacks %q:\n%s", i+1, want, stdout)
		}
	}
	if code != exitError || !strings.Contains(stderr, "7 of 8 receivers did not take the message") || !strings.Contains(stderr, "the rules file has 1 mistakes") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if strings.Contains(stdout+stderr, "sealed") {
		t.Errorf("a secret is shown: %s%s", stdout, stderr)
	}
	if inbox := e.slack.Inbox(); len(inbox) != 1 || !strings.Contains(inbox[0].Plain(), "测试消息") {
		t.Errorf("the one that works got %+v", inbox)
	}
}
