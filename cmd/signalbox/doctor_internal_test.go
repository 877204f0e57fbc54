package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	bolt "go.etcd.io/bbolt"

	"signalbox/cmd/signalbox/doctor"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// patient is an environment to look at, in which all is well until a test makes it ill.
type patient struct {
	t       *testing.T
	cloud   *aliyuntest.Server
	slack   *slacktest.Server
	folder  string
	environ []string
	timeout time.Duration // how long a check may take
}

// The secrets of a patient, none of which may be seen.
const (
	sealedKey    = "sealed-key-secret"
	sealedToken  = "sealed-api-token-1"
	sealedBot    = "xoxb-sealed-bot-token"
	sealedLinks  = "sealed-link-secret"
	sealedHook   = "sealedHookPath"
	sealedRedis  = "sealed-redis-word"
	sealedPrefix = "sealed" // in all of them
)

func newPatient(t *testing.T) *patient {
	t.Helper()
	p := &patient{
		t:     t,
		cloud: aliyuntest.New(aliyuntest.Options{AccessKeyID: "an-id", AccessKeySecret: sealedKey, Cards: 40}), folder: t.TempDir(),
		slack:   slacktest.New(slacktest.Options{Token: sealedBot}),
		timeout: time.Minute, // a busy machine is not ill
	}
	endpoint := p.serve(p.cloud)
	p.set(
		"ALIBABA_CLOUD_ACCESS_KEY_ID=an-id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+sealedKey,
		"SIGNALBOX_LINKCARD_ENDPOINT="+endpoint, "SIGNALBOX_DYSMS_ENDPOINT="+endpoint,
		"SIGNALBOX_API_TOKENS=somebody:"+sealedToken, "SIGNALBOX_LINK_SECRET="+sealedLinks,
		"SIGNALBOX_STATE_DIR="+p.folder,
		"SIGNALBOX_SLACK_BOT_TOKEN="+sealedBot, "SIGNALBOX_SLACK_CHANNEL=C00000001", "SIGNALBOX_SLACK_API_URL="+p.serve(p.slack)+"/api/",
	)
	return p
}

// serve serves a handler on this machine.
func (p *patient) serve(handler http.Handler) string {
	p.t.Helper()
	server := httptest.NewServer(handler)
	p.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// set sets variables, and takes those away that have no value.
func (p *patient) set(lines ...string) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		p.environ = without(p.environ, name)
		if value != "" {
			p.environ = append(p.environ, line)
		}
	}
}

// write writes a file into its folder and returns its path.
func (p *patient) write(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

func (p *patient) rules(text string) {
	p.t.Helper()
	p.set("SIGNALBOX_RULES_FILE=" + p.write("rules.yaml", "version: 1\n"+text))
}

// webhook notifies by an incoming webhook.
func (p *patient) webhook(address string) {
	p.set("SIGNALBOX_SLACK_BOT_TOKEN=", "SIGNALBOX_SLACK_CHANNEL=", "SIGNALBOX_SLACK_WEBHOOK_URL="+address)
}

// look asks the doctor, and fails the test where a secret is shown.
func (p *patient) look(t *testing.T, args ...string) (code int, results []doctor.Result) {
	t.Helper()
	var out, errs strings.Builder
	args = append([]string{"doctor", "--json", "--timeout", p.timeout.String()}, args...)
	code = run(t.Context(), args, console{environ: p.environ, stdout: &out, stderr: &errs})
	var said struct{ Checks []doctor.Result }
	if err := json.Unmarshal([]byte(out.String()), &said); err != nil {
		t.Fatalf("%v: %s%s", err, &out, &errs)
	}
	if shown := out.String() + errs.String(); strings.Contains(shown, sealedPrefix) {
		t.Errorf("a secret is shown: %s", shown)
	}
	return code, said.Checks
}

// silent is a server that takes connections and says nothing.
func silent(t *testing.T) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

// silent is a server that takes connections and says nothing, which is not waited for long.
func (p *patient) silent() (address string) {
	p.timeout = 2 * time.Second
	return silent(p.t)
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// dated is a service whose clock is off.
func dated(by time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusBadRequest)
	})
}

func TestDoctorOfWhatIsWell(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.set("SIGNALFX_API_TOKEN=of-others", "REDIS_URL=redis://others", "AWS_REGION=eu-central-1", "LOG_LEVEL=debug")
	code, results := p.look(t)
	if code != exitOK {
		t.Errorf("code %d, want 0", code)
	}
	for _, r := range results {
		if r.Status != doctor.OK && r.Check != "dysms permission" {
			t.Errorf("%+v, want all to be well", r)
		}
	}
	if calls := len(p.cloud.Calls("ListCardInfo")); calls != 1 {
		t.Errorf("%d calls of ListCardInfo, want one harmless one", calls)
	}
	if reported, posted := len(p.cloud.Conversions()), len(p.slack.Inbox()); reported+posted != 0 {
		t.Errorf("it reported %d rates and posted %d messages, want none", reported, posted)
	}
	if left, err := os.ReadDir(p.folder); err != nil || len(left) != 0 {
		t.Errorf("it leaves %v, %v in the folder of the state", left, err)
	}
	var out strings.Builder
	code = run(t.Context(), []string{"doctor", "--only", "cardflow"}, console{environ: p.environ, stdout: &out, stderr: t.Output()})
	if text := out.String(); code != exitOK || !strings.Contains(text, "ok         credentials: ListCardInfo was answered: the account has 40 cards\n") || strings.Contains(text, "slack") {
		t.Errorf("of cardflow alone: code %d,\n%s", code, text)
	}
}

// TestDoctorAfterASweep says what the state has.
func TestDoctorAfterASweep(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	environ := append(without(p.environ, "SIGNALBOX_STATE_DIR"), "SIGNALBOX_STATE_FILE="+filepath.Join(p.folder, "alerts.db"))
	if code := run(t.Context(), []string{"sweep"}, console{environ: environ, stdout: t.Output(), stderr: t.Output()}); code != exitOK {
		t.Fatalf("sweep: code %d", code)
	}
	before, err := os.ReadFile(filepath.Join(p.folder, "alerts.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, results := p.look(t, "--only", "alerts")
	if !slices.ContainsFunc(results, func(r doctor.Result) bool {
		return r.Check == "state of alerts" && r.Status == doctor.OK && strings.Contains(r.What, " incidents are open, the last sweep finished at 20")
	}) {
		t.Errorf("after a sweep: %+v", results)
	}
	if after, err := os.ReadFile(filepath.Join(p.folder, "alerts.db")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the state was written to, %v", err)
	}
}

// illness is a wrong set-up, and what the doctor is to say of it.
type illness struct {
	name   string
	infect func(p *patient)
	check  string
	status doctor.Status
	what   string // part of it
	action string // likewise
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	for _, tt := range slices.Concat(wrongVariables, wrongAlibaba, wrongStates, wrongRedis, wrongSlack, wrongRules) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			tt.infect(p)
			begun := time.Now()
			code, results := p.look(t)
			if took := time.Since(begun); took > p.timeout+15*time.Second {
				t.Errorf("it took %s", took)
			}
			if (code == exitError) != slices.ContainsFunc(results, func(r doctor.Result) bool { return r.Status == doctor.Failed }) || tt.status == doctor.Failed && code != exitError {
				t.Errorf("code %d", code)
			}
			if !slices.ContainsFunc(results, func(r doctor.Result) bool {
				return r.Check == tt.check && r.Status == tt.status && strings.Contains(r.What, tt.what) && strings.Contains(r.Action, tt.action) && r.Action != ""
			}) {
				var said strings.Builder
				for _, r := range results {
					fmt.Fprintf(&said, "%+v\n", r)
				}
				t.Errorf("want %s: %s: %q -> %q, got\n%s", tt.check, tt.status, tt.what, tt.action, &said)
			}
		})
	}
}

func unset(names ...string) func(*patient) {
	return func(p *patient) {
		for _, name := range names {
			p.set(name + "=")
		}
	}
}

func set(lines ...string) func(*patient) {
	return func(p *patient) { p.set(lines...) }
}

var wrongVariables = []illness{
	{"no key", unset("ALIBABA_CLOUD_ACCESS_KEY_ID"), "ALIBABA_CLOUD_ACCESS_KEY_ID", doctor.Failed, "is not set (cardflow, conversion, alerts)", "set ALIBABA_CLOUD_ACCESS_KEY_ID: it is the key"},
	{"no tokens", unset("SIGNALBOX_API_TOKENS"), "SIGNALBOX_API_TOKENS", doctor.Failed, "is not set (cardflow, conversion)", "set SIGNALBOX_API_TOKENS: give the tokens"},
	{"a short token", set("SIGNALBOX_API_TOKENS=sealed"), "SIGNALBOX_API_TOKENS", doctor.Failed, "name:token (cardflow, conversion, alerts)", "correct SIGNALBOX_API_TOKENS"},
	{"an endpoint in the clear", set("SIGNALBOX_LINKCARD_ENDPOINT=http://example.com"), "SIGNALBOX_LINKCARD_ENDPOINT", doctor.Failed, "must begin with https://", "correct"},
	{"a zone that is none", set("SIGNALBOX_TIMEZONE=Beijing"), "SIGNALBOX_TIMEZONE", doctor.Failed, "must be an IANA time zone", "correct"},
	{"a misspelt variable", set("SIGNALBOX_REDIS_ULR=redis://:sealed@host"), "SIGNALBOX_REDIS_ULR", doctor.Failed, "nothing reads it", "did you mean SIGNALBOX_REDIS_URL?"},
	{"a misspelt variable of Alibaba's", set("ALIBABA_CLOUD_SECURTY_TOKEN=sealed-one"), "ALIBABA_CLOUD_SECURTY_TOKEN", doctor.Failed, "nothing reads it", "did you mean ALIBABA_CLOUD_SECURITY_TOKEN?"},
	{"small letters", set("signalbox_log_level=debug"), "signalbox_log_level", doctor.Failed, "nothing reads it", "did you mean SIGNALBOX_LOG_LEVEL?"},
	{"a misspelt beginning", set("SINGALBOX_REDIS_URL=redis://:sealed@host"), "SINGALBOX_REDIS_URL", doctor.Failed, "nothing reads it", "did you mean SIGNALBOX_REDIS_URL?"},
	{"a name that a terminal obeys", set("SIGNALBOX_\x1b]0;x\x07=sealed-one"), "SIGNALBOX_?]0;x?", doctor.Warning, "nothing reads it", "remove it"},
	{"misspelt beside the right one", set("SIGNALBOX_API_TOKEN=sealed-one"), "SIGNALBOX_API_TOKEN", doctor.Warning, "nothing reads it", "SIGNALBOX_API_TOKENS is set"},
	{"a variable of nobody's", set("SIGNALBOX_FAVOURITE_COLOUR=blue"), "SIGNALBOX_FAVOURITE_COLOUR", doctor.Warning, "nothing reads it", "remove it"},
	{"quotes within", set(`SIGNALBOX_LINK_SECRET="` + sealedLinks + `"`), "SIGNALBOX_LINK_SECRET", doctor.Failed, "has quotes", "take it away"},
	{"white space within", set("SIGNALBOX_LINK_SECRET=" + sealedLinks + "\r"), "SIGNALBOX_LINK_SECRET", doctor.Failed, "has white space", "take it away"},
}

var wrongAlibaba = []illness{
	{"a wrong secret", set("ALIBABA_CLOUD_ACCESS_KEY_SECRET=sealed-other"), "credentials", doctor.Failed, "denied (SignatureDoesNotMatch)", "correct ALIBABA_CLOUD_ACCESS_KEY_ID"},
	{"a wrong key", set("ALIBABA_CLOUD_ACCESS_KEY_ID=other"), "credentials", doctor.Failed, "denied (InvalidAccessKeyId", "correct ALIBABA_CLOUD_ACCESS_KEY_ID"},
	{"no permission", fault(aliyuntest.NoPermission), "credentials", doctor.Failed, "denied (NoPermission)", "linkcard:ListCardInfo"},
	{"no permission by the service", fault(aliyuntest.RAMDenied200), "credentials", doctor.Failed, "RamActionPermissionDeny", "linkcard:ListCardInfo"},
	{"a token that is over", fault(aliyuntest.ExpiredToken), "credentials", doctor.Failed, "expired", "renew ALIBABA_CLOUD_SECURITY_TOKEN"},
	{"throttled", fault(aliyuntest.Throttle), "credentials", doctor.Warning, "throttled", "SIGNALBOX_LINKCARD_QPS"},
	{"a fault of Alibaba's", fault(aliyuntest.Status500), "credentials", doctor.Failed, "unavailable (InternalError)", "try again later"},
	{"nobody listens", func(p *patient) { p.set("SIGNALBOX_LINKCARD_ENDPOINT=http://" + closedPort(p.t)) }, "linkcard", doctor.Failed, "the connection is refused", "check SIGNALBOX_LINKCARD_ENDPOINT"},
	{"no call with the key", func(p *patient) { p.set("SIGNALBOX_LINKCARD_ENDPOINT=http://" + closedPort(p.t)) }, "credentials", doctor.Unchecked, "not reached", "mend that first"},
	{"an endpoint that hangs", func(p *patient) { p.set("SIGNALBOX_DYSMS_ENDPOINT=http://" + p.silent()) }, "dysms", doctor.Failed, "no answer in time", "check SIGNALBOX_DYSMS_ENDPOINT"},
	{"TLS where there is none", func(p *patient) {
		p.set("SIGNALBOX_DYSMS_ENDPOINT=https" + strings.TrimPrefix(valueIn(p.environ, "SIGNALBOX_DYSMS_ENDPOINT"), "http"))
	}, "dysms", doctor.Failed, "it does not speak TLS", "check SIGNALBOX_DYSMS_ENDPOINT"},
	{"a clock that is late", func(p *patient) {
		p.set("SIGNALBOX_LINKCARD_ENDPOINT=" + p.serve(dated(20*time.Minute)))
	}, "clock by linkcard", doctor.Failed, "behind that of the service", "set the clock"},
	{"a clock that is early", func(p *patient) {
		p.set("SIGNALBOX_DYSMS_ENDPOINT=" + p.serve(dated(-30*time.Second)))
	}, "clock by dysms", doctor.Warning, "ahead of that of the service", "set the clock"},
	{"something else answers", func(p *patient) {
		p.set("SIGNALBOX_DYSMS_ENDPOINT=" + p.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil })))
	}, "dysms", doctor.Failed, "answers without a date", "what is between"},
}

func fault(kind aliyuntest.Kind) func(*patient) {
	return func(p *patient) { p.cloud.Inject(aliyuntest.Fault{Kind: kind, Count: -1}) }
}

var wrongStates = []illness{
	{"no folder", func(p *patient) { p.set("SIGNALBOX_STATE_DIR=" + filepath.Join(p.folder, "missing")) }, "state of alerts", doctor.Failed, "does not exist", "create it"},
	{"a file for a folder", func(p *patient) { p.set("SIGNALBOX_STATE_DIR=" + p.write("file", "")) }, "state of conversion", doctor.Failed, "is not a folder", "name a file in a folder"},
	{"a folder for a file", func(p *patient) { p.set("SIGNALBOX_STATE_DIR=", "SIGNALBOX_STATE_FILE="+p.folder) }, "state of alerts", doctor.Failed, "is not a file", "name a file"},
	{"an empty file", func(p *patient) { p.write("alerts.db", "") }, "state of alerts", doctor.Failed, "is damaged: the file is empty", "SIGNALBOX_STATE_RESET="},
	{"a file that is cut off", func(p *patient) { p.write("conversion.db", strings.Repeat("x", 5000)) }, "state of conversion", doctor.Failed, "is damaged: the file was cut off", "SIGNALBOX_STATE_RESET="},
	{"a record that is none", func(p *patient) { p.record("alerts.db", "alerts/incidents", "key", "{}") }, "state of alerts", doctor.Failed, "is damaged: a record of incidents", "SIGNALBOX_STATE_RESET="},
	{"a newer version's", func(p *patient) { p.record("alerts.db", "alerts/meta", "schema", "99") }, "state of alerts", doctor.Failed, "has schema 99", "deploy the version that wrote it"},
	{"open in another process", func(p *patient) {
		s, err := store.Open(store.Config{File: filepath.Join(p.folder, "alerts.db"), Namespace: "alerts"})
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(func() { s.Close() })
		p.timeout = 5 * time.Second // less than a lock is waited for
	}, "state of alerts", doctor.Unchecked, "is held by ", "signalbox health --ready"},
	{"one file for two functions", func(p *patient) {
		p.set("SIGNALBOX_STATE_DIR=", "SIGNALBOX_STATE_FILE="+filepath.Join(p.folder, "state.db"))
	}, "SIGNALBOX_STATE_FILE", doctor.Warning, "both alerts and conversion", "--only"},
	{"no state", unset("SIGNALBOX_STATE_DIR"), "SIGNALBOX_STATE_FILE", doctor.Failed, "is not set (alerts)", "name a file"},
	{"no state for conversion", unset("SIGNALBOX_STATE_DIR"), "state of conversion", doctor.Warning, "OTP events are not counted", "SIGNALBOX_STATE_FILE"},
	{"a table without a region", set("SIGNALBOX_STATE_TABLE=dynamodb:signalbox"), "AWS_REGION", doctor.Failed, "is not set (alerts)", "set AWS_REGION"},
}

// record writes a record into a state file as nobody should.
func (p *patient) record(file, bucket, key, value string) {
	p.t.Helper()
	db, err := bolt.Open(filepath.Join(p.folder, file), 0o600, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte(bucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), []byte(value))
	}); err != nil {
		p.t.Fatal(err)
	}
}

var wrongRedis = []illness{
	{"no Redis there", func(p *patient) { p.redis("redis://", closedPort(p.t)) }, "redis", doctor.Failed, "the connection is refused", "SIGNALBOX_REDIS_URL"},
	{"a Redis that hangs", func(p *patient) { p.redis("redis://", p.silent()) }, "redis", doctor.Failed, "in time", "SIGNALBOX_REDIS_URL"},
	{"another password", func(p *patient) {
		s := miniredis.RunT(p.t)
		s.RequireUserAuth("user", "other")
		p.redis("redis://", s.Addr())
	}, "redis", doctor.Failed, "Redis refuses the user or the password", "correct both in SIGNALBOX_REDIS_URL"},
	{"TLS to a Redis without", func(p *patient) { p.redis("rediss://", miniredis.RunT(p.t).Addr()) }, "redis", doctor.Failed, "", "as rediss:// does"},
	{"a web server for a Redis", func(p *patient) {
		p.redis("redis://", strings.TrimPrefix(p.serve(http.NotFoundHandler()), "http://"))
	}, "redis", doctor.Failed, "", "SIGNALBOX_REDIS_URL"},
	{"a port that is none", func(p *patient) { p.redis("redis://", "host:port") }, "SIGNALBOX_REDIS_URL", doctor.Failed, "must be a URL", "correct"},
}

func (p *patient) redis(scheme, address string) {
	p.set("SIGNALBOX_STATE_DIR=", "SIGNALBOX_REDIS_URL="+scheme+"user:"+sealedRedis+"@"+address+"/0")
}

var wrongSlack = []illness{
	{"another token", set("SIGNALBOX_SLACK_BOT_TOKEN=xoxb-sealed-other"), "slack", doctor.Failed, "invalid_auth", "correct SIGNALBOX_SLACK_BOT_TOKEN"},
	{"a revoked token", func(p *patient) { p.slack.RevokeToken() }, "slack", doctor.Failed, "token_revoked", "install the app again"},
	{"no scope to post", scoped("files:write", "channels:history"), "slack", doctor.Failed, "lacks the scope chat:write", "deploy/slack/manifest.yaml"},
	{"no scope for files", scoped("chat:write", "channels:history"), "slack", doctor.Warning, "lacks the scope files:write", "deploy/slack/manifest.yaml"},
	{"no scope to look", scoped("chat:write", "files:write"), "slack", doctor.Unchecked, "cannot be seen", "/invite @signalbox"},
	{"not a member", func(p *patient) { p.slack.Kick("alerts") }, "slack", doctor.Failed, "is not a member", "/invite @signalbox"},
	{"no such channel", set("SIGNALBOX_SLACK_CHANNEL=C99999999"), "slack", doctor.Failed, "there is no such channel", "correct SIGNALBOX_SLACK_CHANNEL"},
	{"a channel's name", set("SIGNALBOX_SLACK_CHANNEL=#alerts"), "SIGNALBOX_SLACK_CHANNEL", doctor.Failed, "must be the id of the channel", "correct"},
	{"a Slack that hangs", func(p *patient) { p.set("SIGNALBOX_SLACK_API_URL=http://" + p.silent() + "/api/") }, "slack", doctor.Failed, "Slack is not reached", "the way out"},
	{"a webhook and a bot", set("SIGNALBOX_SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T1/B1/" + sealedHook), "SIGNALBOX_SLACK_WEBHOOK_URL", doctor.Failed, "is set beside", "correct"},
	{"half a webhook", func(p *patient) { p.webhook("https://hooks.slack.com/services/T1/" + sealedHook) }, "slack", doctor.Failed, "has not the form", "copy all of it"},
	{"a workflow", func(p *patient) { p.webhook("https://hooks.slack.com/triggers/T1/1/" + sealedHook) }, "slack", doctor.Failed, "of a workflow", "make an incoming webhook"},
	{"another's webhook", func(p *patient) { p.webhook("https://example.com/services/T1/B1/" + sealedHook) }, "slack", doctor.Warning, "is not the host of Slack's webhooks", "correct SIGNALBOX_SLACK_WEBHOOK_URL"},
	{"nobody is notified", unset("SIGNALBOX_SLACK_BOT_TOKEN", "SIGNALBOX_SLACK_CHANNEL"), "SIGNALBOX_SLACK_WEBHOOK_URL", doctor.Failed, "is not set (alerts)", "it is where notifications are posted"},
}

// scoped gives the token these scopes alone.
func scoped(scopes ...string) func(*patient) {
	return func(p *patient) {
		p.slack = slacktest.New(slacktest.Options{Token: sealedBot, Scopes: scopes})
		p.set("SIGNALBOX_SLACK_API_URL=" + p.serve(p.slack) + "/api/")
	}
}

// hooked has one receiver at an address.
func hooked(receiver, address string) func(*patient) {
	return func(p *patient) {
		p.set("HOOK_URL=" + address)
		p.rules("receivers:\n- {name: duty, " + receiver + "}\n")
	}
}

var wrongRules = []illness{
	{"no rules file", set("SIGNALBOX_RULES_FILE=/no/such/file"), "rules file", doctor.Failed, "no such file", "correct SIGNALBOX_RULES_FILE"},
	{"a mistake in the rules", func(p *patient) { p.rules("rules:\n- {usage: [900]}\n") }, "rules file", doctor.Failed, "line 3: rules.usage: must be from 1 to 200", "correct line 3 of "},
	{"a silence that is over", func(p *patient) {
		p.rules("silences:\n- {rule: usage, until: 2020-01-01T00:00:00Z}\n")
	}, "rules file", doctor.Warning, "line 3: silences: it is over", "look at line 3 of "},
	{"a variable that rules name", hooked("wecom: {url_env: OTHER_URL}", "https://example.com/"+sealedHook), "rules file", doctor.Failed, "variable OTHER_URL is not set", "correct line 3 of "},
	{"rules that nobody writes", func(p *patient) {
		pipe := filepath.Join(p.folder, "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			p.t.Fatal(err)
		}
		p.set("SIGNALBOX_RULES_FILE=" + pipe)
		p.timeout = 2 * time.Second
		p.t.Cleanup(func() { _ = os.WriteFile(pipe, nil, 0o600) }) // lets the reader go
	}, "rules file", doctor.Failed, "it took longer than 2s", "find out what it waits for"},
	{"a receiver in a private network", hooked("webhook: {url_env: HOOK_URL}", "https://10.0.0.1/"+sealedHook), "receiver duty", doctor.Failed, "private network", "allow_private: true"},
	{"a receiver in the clear", hooked("webhook: {url_env: HOOK_URL}", "http://example.com/"+sealedHook), "receiver duty", doctor.Failed, "webhook URL: must be https", "url_env"},
	{"a receiver of another kind", hooked("dingtalk: {url_env: HOOK_URL}", "https://open.feishu.cn/open-apis/bot/v2/hook/"+sealedHook), "receiver duty", doctor.Failed, "one of feishu, and it is dingtalk", "correct its kind"},
	{"a receiver that nobody knows", hooked("webhook: {url_env: HOOK_URL}", "https://no-such-host.invalid/"+sealedHook), "receiver duty", doctor.Failed, "the host no-such-host.invalid", "the resolver"},
	{"a receiver with half a webhook", hooked("slack: {url_env: HOOK_URL}", "https://hooks.slack.com/services/"+sealedHook), "receiver duty", doctor.Failed, "has not the form", "url_env"},
	{"a bot outside of its channel", func(p *patient) {
		p.slack.Kick("alerts")
		p.rules("receivers:\n- {name: duty, slack: {channel: C00000001}}\n")
	}, "receiver duty", doctor.Failed, "is not a member", "/invite @signalbox"},
}
