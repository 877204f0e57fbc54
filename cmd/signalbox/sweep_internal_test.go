package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/slack"
)

// startEnvironment serves a dev environment, and returns the variables with
// which a terminal would reach it.
func startEnvironment(t *testing.T) (e *environment, environ []string) {
	t.Helper()
	return startEnvironmentOf(t, 60)
}

// startEnvironmentOf has so many cards.
func startEnvironmentOf(t *testing.T, cards int) (e *environment, environ []string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Start()
	t.Cleanup(server.Close)
	e, err := newEnvironment(server.URL, t.TempDir(), devOptions{cards: cards}, nil, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	server.Config.Handler = e
	return e, e.environ("sweep.db")
}

func TestSweepCommand(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	sweep := func(args ...string) (stdout, stderr string, code int) {
		var out, errs strings.Builder
		code = run(t.Context(), append([]string{"sweep"}, args...), console{environ: environ, stdout: &out, stderr: &errs})
		return out.String(), errs.String(), code
	}

	out, errs, code := sweep("--dry-run")
	if errs != "" {
		t.Errorf("dry run that posts said %q", errs)
	}
	if code != exitOK || !strings.Contains(out, "Package ends soon") || !strings.Contains(out, `"checked": 60`) || len(e.slack.Inbox()) != 0 {
		t.Errorf("dry run: code %d, %d messages posted, printed\n%s", code, len(e.slack.Inbox()), out)
	}
	if left, err := filepath.Glob(filepath.Join(e.folder, "sweep*")); err != nil || len(left) > 0 {
		t.Errorf("a dry run leaves %v, %v", left, err)
	}
	out, errs, code = sweep()
	if code != exitOK || !strings.Contains(out, `"messages": 5`) || len(e.slack.Inbox()) != 1 || errs != "" {
		t.Errorf("sweep after a dry run: code %d, %d messages posted, printed\n%s\n%s", code, len(e.slack.Inbox()), out, errs)
	}
	if out, _, code := sweep(); code != exitOK || !strings.Contains(out, `"messages": 0`) {
		t.Errorf("second sweep: code %d, printed\n%s", code, out)
	}
	if _, errs, code := sweep("--dry-run"); code != exitOK || !strings.Contains(errs, "Nothing would be posted") {
		t.Errorf("dry run without a change: code %d, said %q", code, errs)
	}
}

// TestSweepCommandWithoutATemporaryFolder needs none where nothing is thrown away.
func TestSweepCommandWithoutATemporaryFolder(t *testing.T) {
	_, environ := startEnvironment(t)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	if code := run(t.Context(), []string{"sweep"}, console{environ: environ, stdout: t.Output(), stderr: t.Output()}); code != exitOK {
		t.Errorf("sweep: code %d, want %d", code, exitOK)
	}
}

func TestSweepCommandOfSomeCards(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	list := filepath.Join(t.TempDir(), "cards")
	text := "# the two of the demonstration\n" + e.cloud.ICCID(1) + "\n\n  " + e.cloud.ICCID(2) + "\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if code := run(t.Context(), []string{"sweep", "--cards", list}, console{environ: environ, stdout: &out, stderr: t.Output()}); code != exitOK ||
		!strings.Contains(out.String(), `"cards": 2`) || !strings.Contains(out.String(), `"listCalls": 2`) {
		t.Errorf("sweep of two cards: code %d, printed\n%s", code, &out)
	}
}

func TestSweepCommandRefuses(t *testing.T) {
	t.Parallel()
	_, environ := startEnvironment(t)
	folder := t.TempDir()
	bad, empty := filepath.Join(folder, "bad"), filepath.Join(folder, "empty")
	for name, text := range map[string]string{bad: "89860321000000015668\nnonsense\n", empty: "# none\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name    string
		args    []string
		environ []string
		code    int
		want    string
	}{
		{"no environment", nil, nil, exitError, "SIGNALBOX_SLACK_WEBHOOK_URL: is not set"},
		{"a flag that is not known", []string{"--fast"}, environ, exitUsage, "unknown flag: --fast"},
		{"an argument", []string{"now"}, environ, exitUsage, `"now" is one argument too many`},
		{"no such file", []string{"--cards", filepath.Join(folder, "missing")}, environ, exitError, "read cards"},
		{"a line that is no card", []string{"--cards", bad}, environ, exitError, "line 2: an ICCID is"},
		{"no cards", []string{"--cards", empty}, environ, exitError, "names none"},
	}
	for _, tt := range tests {
		var stderr strings.Builder
		if code := run(t.Context(), append([]string{"sweep"}, tt.args...), console{environ: tt.environ, stdout: t.Output(), stderr: &stderr}); code != tt.code || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%s: code %d, said %q; want %d and %q", tt.name, code, &stderr, tt.code, tt.want)
		}
	}
}

// TestSweepCommandThatIsInterrupted has Ctrl-C come when most pages are read: what they have
// shown is kept, and the next sweep goes on there.
func TestSweepCommandThatIsInterrupted(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironmentOf(t, 800)
	ctx, interrupt := context.WithCancel(t.Context())
	e.cloud.Inject(aliyuntest.Fault{
		Kind: aliyuntest.Slow, Action: "ListCardInfo", Page: "18", Delay: time.Hour,
		When: func(aliyuntest.Call) bool { interrupt(); return true },
	})
	var out, errs strings.Builder
	if code := run(ctx, []string{"sweep"}, console{environ: environ, stdout: &out, stderr: &errs}); code != exitAgain ||
		!strings.Contains(errs.String(), "start it again to go on") || strings.Contains(errs.String(), "the time ran out") {
		t.Errorf("an interrupted sweep: code %d, want %d; said %s", code, exitAgain, &errs)
	}
	var report alerts.Report
	if err := json.Unmarshal([]byte(out.String()), &report); err != nil || report.Done || report.Checked == 0 || report.Checked >= 800 {
		t.Errorf("an interrupted sweep says %s, %v; want some of 800 cards", &out, err)
	}
	e.cloud.ClearFaults()
	out.Reset()
	if code := run(t.Context(), []string{"sweep"}, console{environ: environ, stdout: &out, stderr: t.Output()}); code != exitOK || !strings.Contains(out.String(), `"checked": 800`) {
		t.Errorf("the next sweep: code %d, %s", code, &out)
	}
	first := 0
	for _, call := range e.cloud.Calls("ListCardInfo") {
		if call.Params.Get("PageNo") == "1" {
			first++
		}
	}
	if first != 1 {
		t.Errorf("the first page was asked for %d times, want once", first)
	}
}

func TestSweepCommandThatIsInterruptedAtOnce(t *testing.T) {
	t.Parallel()
	_, environ := startEnvironment(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"sweep"}, {"sweep", "--dry-run"}, {"sweep", "--dry-run", "--json"}} {
		if code := run(ctx, args, console{environ: environ, stdout: t.Output(), stderr: t.Output()}); code != exitAgain {
			t.Errorf("%q with an ended ctx: code %d, want %d", args, code, exitAgain)
		}
	}
}

// TestDryRunWithoutReceivers needs nobody who would be notified, and no place for a state.
func TestDryRunWithoutReceivers(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	for _, name := range []string{"SIGNALBOX_STATE_FILE", "SIGNALBOX_SLACK_WEBHOOK_URL", "DINGTALK_URL", "DINGTALK_SECRET", "FEISHU_URL", "WECOM_URL", "HOOK_URL", "HOOK_SECRET"} {
		environ = without(environ, name)
	}
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bot := filepath.Join(t.TempDir(), "bot.yaml")
	if err := os.WriteFile(bot, []byte("version: 1\nreceivers: [{name: ops, slack: {channel: C0123456}}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		environ []string
		want    string
	}{
		{"Slack's variables", without(environ, "SIGNALBOX_RULES_FILE"), "Package ends soon"},
		{"Slack's variables, with a rules file", append(without(environ, "SIGNALBOX_RULES_FILE"), "SIGNALBOX_RULES_FILE="+rules), "Package ends soon"},
		{"the variables of receivers", environ, "=== wecom (wecom)\n"},
		{"a bot's token", append(without(environ, "SIGNALBOX_RULES_FILE"), "SIGNALBOX_RULES_FILE="+bot), "=== ops (slack)"},
	}
	for _, tt := range tests {
		var out, errs strings.Builder
		if code := run(t.Context(), []string{"sweep", "--dry-run"}, console{environ: tt.environ, stdout: &out, stderr: &errs}); code != exitOK || !strings.Contains(out.String(), tt.want) {
			t.Errorf("a dry run without %s: code %d, %s\n%s", tt.name, code, &errs, &out)
		}
	}
	if n := len(e.slack.Inbox()); n != 0 {
		t.Errorf("dry runs post %d messages", n)
	}
}

// TestDryRunSaysWhatIsSuppressed has silences and a mute time of the rules file.
func TestDryRunSaysWhatIsSuppressed(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	const rules = `version: 1
silences:
- {match: {iccid: %q}, until: 2126-12-01T08:00:00+08:00, comment: it is known}
mute:
- {from: 00:00, to: 24:00, zone: UTC}
`
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, rules, e.cloud.ICCID(1)), 0o600); err != nil {
		t.Fatal(err)
	}
	e.cloud.SetCard(e.cloud.ICCID(3), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes }) // is used up
	environ = append(environ, "SIGNALBOX_RULES_FILE="+path)
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"sweep", "--dry-run"}, console{environ: environ, stdout: &out, stderr: &errs}); code != exitOK {
		t.Fatalf("dry run: code %d, %s", code, &errs)
	}
	for _, want := range []string{
		"1 card used up", "=== suppressed, and so not notified now: ",
		card.ICCID(e.cloud.ICCID(1)).Masked() + " expiry, ", ": silenced by the rules file until 2126-12-01T08:00:00+08:00, it is known\n",
		card.ICCID(e.cloud.ICCID(2)).Masked() + " usage, ", ": a mute time of the rules file\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("a dry run lacks %q:\n%s", want, &out)
		}
	}
	out.Reset()
	errs.Reset()
	if code := run(t.Context(), []string{"sweep", "--dry-run", "--json"}, console{environ: environ, stdout: &out, stderr: &errs}); code != exitOK || errs.Len() > 0 {
		t.Errorf("dry run as JSON: code %d, said %q", code, &errs)
	}
	var got dryRun
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	if len(got.Notifications) != 1 || got.Notifications[0].Kind != "slack" || !strings.Contains(got.Notifications[0].Text, "1 card used up") || got.Report.Cards != 60 {
		t.Errorf("a dry run as JSON has %+v", got)
	}
	by := make(map[string]bool)
	for _, s := range got.Suppressed {
		by[s.SuppressedBy] = true
	}
	if !by["silence"] || !by["muteTime"] {
		t.Errorf("a dry run as JSON has %+v, want what is silenced and muted", got.Suppressed)
	}
}

// draftRules has receivers of each kind and in two languages, of which two get what is
// critical, one is mentioned to, and one gets nothing.
const draftRules = `version: 1
receivers:
  - {name: ops, slack: {channel: C0123456}}
  - {name: hook, slack: {url_env: SIGNALBOX_SLACK_WEBHOOK_URL}}
  - {name: factory, dingtalk: {url_env: DINGTALK_URL, secret_env: DINGTALK_SECRET, language: zh}}
  - {name: duty, feishu: {url_env: FEISHU_URL, secret_env: FEISHU_SECRET, language: zh}}
  - {name: office, wecom: {url_env: WECOM_URL}}
  - {name: robot, webhook: {url_env: HOOK_URL, secret_env: HOOK_SECRET}}
  - {name: idle, wecom: {url_env: WECOM_URL}}
routes:
  - {match: {tag: no-such-*}, receivers: [idle]}
  - {match: {severity: critical}, receivers: [factory, duty, ops], mention: here}
  - {receivers: [hook, office, robot]}
`

// TestDryRunForEachReceiver prints what each would get: as its routes, its language and
// its kind have it.
func TestDryRunForEachReceiver(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(draftRules), 0o600); err != nil {
		t.Fatal(err)
	}
	environ = append(environ, "SIGNALBOX_RULES_FILE="+rules, "SIGNALBOX_SLACK_BOT_TOKEN=xoxb-test")
	e.cloud.SetCard(e.cloud.ICCID(1), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes }) // is used up
	var out strings.Builder
	if code := run(t.Context(), []string{"sweep", "--dry-run"}, console{environ: environ, stdout: &out, stderr: t.Output()}); code != exitOK {
		t.Fatalf("dry run: code %d", code)
	}
	_, text, _ := strings.Cut(out.String(), "=== ")
	said := strings.Split(text, "\n=== ")
	want := [][]string{
		{"ops (slack), mentions everybody\n", "1 card used up"},
		{"hook (slack)\n🟠", "Package ends soon"},
		{"factory (dingtalk), mentions everybody\n### 🔴", "流量已用完"},
		{"duty (feishu), mentions everybody\n🔴", "流量已用完", "<at id=all></at>", "[ 全部告警 ] http"},
		{"office (wecom)\n### 🟠", "Package ends soon"},
		{"robot (webhook)\n{", `"alertname": "expiry"`},
		{"idle (wecom): nothing\n"},
	}
	if len(said) != len(want) {
		t.Fatalf("a dry run prints %d messages, want %d:\n%s", len(said), len(want), &out)
	}
	for i, words := range want {
		for _, word := range words {
			if !strings.Contains(said[i], word) || !strings.HasPrefix(said[i], words[0]) {
				t.Errorf("message %d lacks %q:\n%s", i+1, word, said[i])
			}
		}
		if warned := i == 1 || i == 4 || i == 5; warned != strings.Contains(said[i], "Package ends soon") {
			t.Errorf("message %d goes by another route:\n%s", i+1, said[i])
		}
	}
	if posted := len(e.slack.Inbox()); posted != 0 {
		t.Errorf("a dry run posts %d messages", posted)
	}
}

// TestDraftBot keeps what a bot would do to what it has posted, too.
func TestDraftBot(t *testing.T) {
	t.Parallel()
	d := newDrafts(alerts.Config{Kinds: map[string]receiver.Kind{"ops": receiver.KindSlack}, Receivers: []notify.Receiver{{Name: "ops", Bot: &draftBot{}}}})
	bot, m := d.receivers()[0].Bot, slack.Message{Text: "a"}
	first, err := bot.Post(t.Context(), m)
	second, again := bot.Post(t.Context(), m.Mentioning())
	if err != nil || again != nil || first == second {
		t.Errorf("Post = %v, %v, then %v, %v; want two names", first, err, second, again)
	}
	_, err = bot.Update(t.Context(), first, m)
	_, inThread := bot.Reply(t.Context(), first, m, false)
	_, beside := bot.Reply(t.Context(), first, m, true)
	_, found, notFound := bot.Find(t.Context(), first, "id", time.Time{})
	if err := errors.Join(err, inThread, beside, notFound, bot.Upload(t.Context(), first, "cards.csv", "3 open", nil)); err != nil || found {
		t.Errorf("the bot's answers: %v, found %t", err, found)
	}
	var out strings.Builder
	if err := d.print(&out); err != nil {
		t.Fatal(err)
	}
	want := "=== ops (slack)\na\n\n=== ops (slack), mentions everybody\n<!here> a\n\n=== ops (slack), changes a message\na\n\n" +
		"=== ops (slack), in a thread\na\n\n=== ops (slack), in a thread and beside it\na\n\n=== ops (slack), in a thread\ncards.csv: 3 open\n\n"
	if out.String() != want {
		t.Errorf("printed\n%s, want\n%s", &out, want)
	}
}
