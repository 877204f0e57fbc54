package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

var (
	bootstrap = flag.String("bootstrap", "", "the alerts function's executable to test; none: the one of this tree")
	builds    = flag.String("builds", "", "folder of the functions' executables to test, as make build writes it; none: those of this tree")
)

// executable returns a function's, built unless a flag names one.
func executable(t *testing.T, function string) string {
	t.Helper()
	switch {
	case function == "alerts" && *bootstrap != "":
		return *bootstrap
	case *builds != "":
		return filepath.Join(*builds, function, "bootstrap")
	default:
		return servetest.Build(t, "signalbox/functions/"+function+"/bootstrap")
	}
}

func alerts(t *testing.T) string {
	t.Helper()
	return executable(t, "alerts")
}

// unlimited is a quota that no test uses up.
const unlimited = 1 << 20

// outside is what the alerts function finds around it: Alibaba and Slack on the
// loopback interface, and a file for its state.
type outside struct {
	cloud *aliyuntest.Server
	slack *slacktest.Server
	url   string
	state string
	env   []string
	shown int // messages that were looked at already
	asked atomic.Int64
	// moment is called as each request arrives and before its answer leaves.
	moment atomic.Pointer[func()]

	// stateConfig says where the state is.
	stateConfig func() store.Config
	// tableMoment is moment for calls to the table that the state is in, which tableCalls counts.
	tableMoment atomic.Pointer[func()]
	tableCalls  atomic.Int64
}

// newOutside has a fleet of cards, and a webhook of Slack's channel alerts. Later
// variables win over earlier ones of the same name.
func newOutside(t *testing.T, cards int, env ...string) *outside {
	t.Helper()
	o := &outside{
		cloud: aliyuntest.New(aliyuntest.Options{
			Cards: cards, QPS: map[string]int{"ListCardInfo": unlimited, "GetCardFlowInfo": unlimited, "ConversionData": unlimited},
		}),
		slack: slacktest.New(slacktest.Options{Burst: unlimited, Channels: []string{"alerts", "second"}}),
		state: filepath.Join(t.TempDir(), "alerts.db"),
	}
	o.stateConfig = func() store.Config { return store.Config{File: o.state, Namespace: "alerts"} }
	mux := http.NewServeMux()
	mux.Handle("/", o.cloud)
	for _, path := range []string{"/services/", "/api/", "/upload/"} {
		mux.Handle(path, o.slack)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.pass()
		mux.ServeHTTP(w, r)
		o.pass()
	}))
	t.Cleanup(server.Close)
	o.url = server.URL
	o.env = append([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
		"SIGNALBOX_LINKCARD_ENDPOINT=" + o.url, "SIGNALBOX_LINKCARD_QPS=2000",
		"SIGNALBOX_SLACK_WEBHOOK_URL=" + o.url + o.slack.WebhookPath(), "SIGNALBOX_SLACK_SHOW_ICCID=true",
		"SIGNALBOX_STATE_FILE=" + o.state, "SIGNALBOX_INVOKE_TOKEN=" + token,
	}, env...)
	return o
}

func (o *outside) pass() {
	if moment := o.moment.Load(); moment != nil {
		(*moment)()
	}
}

// bot has a bot instead of the webhook.
func (o *outside) bot() *outside {
	o.env = append(o.env, "SIGNALBOX_SLACK_WEBHOOK_URL=", "SIGNALBOX_SLACK_BOT_TOKEN=xoxb-test",
		"SIGNALBOX_SLACK_CHANNEL=alerts", "SIGNALBOX_SLACK_API_URL="+o.url+"/api/")
	return o
}

const (
	warning  = 85  // percent of its data at which a card is a warning
	critical = 100 // and critical
)

// use has cards that have used so many percent of their data.
func (o *outside) use(percent int64, cards ...int) {
	for _, i := range cards {
		o.cloud.SetCard(o.cloud.ICCID(i), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * percent / 100 })
	}
}

// healthy returns n cards that no rule has anything to say of.
func (o *outside) healthy(n int) []int {
	var found []int
	for i := range o.cloud.Cards() {
		c, ok := o.cloud.Card(o.cloud.ICCID(i))
		calm := ok && c.Status == aliyuntest.StatusInUse && c.UsedBytes < c.PackageBytes*2/3 && time.Until(c.Expires) > 40*24*time.Hour
		if calm && len(found) < n {
			found = append(found, i)
		}
	}
	return found
}

// arrived returns the messages that are new since it was last called.
func (o *outside) arrived() []slacktest.Message {
	inbox := o.slack.Inbox()
	messages := inbox[o.shown:]
	o.shown = len(inbox)
	return messages
}

// said is what readers see of messages.
func said(messages []slacktest.Message) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString(m.Plain() + "\n\n")
	}
	return b.String()
}

// function is the alerts function as it runs on a platform.
type function struct {
	t      *testing.T
	url    string // of a plain HTTP server
	pid    int    // likewise
	send   func(ctx context.Context, event []byte) error
	output func() string
	stop   func() int
}

// start starts the function as a plain HTTP server.
func (o *outside) start(t *testing.T, env ...string) *function {
	t.Helper()
	p := servetest.StartHTTP(t, alerts(t), append(o.env, env...)...)
	send := func(ctx context.Context, event []byte) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/invoke", bytes.NewReader(event))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := contract.Transport(t, http.DefaultTransport).RoundTrip(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		// Another run that has the lease is nothing that went wrong.
		if err == nil && resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusConflict {
			err = fmt.Errorf("status %d, %s", resp.StatusCode, body)
		}
		return err
	}
	return &function{t: t, url: p.URL, pid: p.PID(), send: send, output: p.Output, stop: p.Stop}
}

// platforms start the function on each of them.
var platforms = map[string]func(*testing.T, *outside) *function{
	"http": func(t *testing.T, o *outside) *function { t.Helper(); return o.start(t) },
	"fc": func(t *testing.T, o *outside) *function {
		t.Helper()
		p := servetest.StartFC(t, alerts(t), o.env...)
		return &function{t: t, send: invoke(p.Do), output: p.Output, stop: p.Stop}
	},
	"lambda": func(t *testing.T, o *outside) *function {
		t.Helper()
		p := servetest.StartLambda(t, alerts(t), o.env...)
		return &function{t: t, send: invoke(p.Do), output: p.Output, stop: p.Stop}
	},
}

func invoke(do func(context.Context, servetest.Invocation) servetest.Result) func(context.Context, []byte) error {
	return func(ctx context.Context, event []byte) error {
		result := do(ctx, servetest.Invocation{Event: event, Deadline: time.Now().Add(time.Minute)})
		if result.Err != nil {
			return result.Err
		}
		return nil
	}
}

// run is what the log says of a run, and Err what its platform got.
type run struct {
	Err         error `json:"-"`
	Busy        bool  `json:"-"`
	Sweep       string
	Done        bool
	Cards       int
	Checked     int
	Failed      int
	ListCalls   int `json:"list_calls"`
	FlowCalls   int `json:"flow_calls"`
	Opened      int
	Worsened    int
	Resolved    int
	Open        int
	Messages    int
	Waiting     int
	DeadLetters int `json:"dead_letters"`
}

// timer is a timer's event that all platforms take.
func timer(payload string) []byte {
	return fmt.Appendf(nil, `{"triggerTime":%q,"triggerName":"timer","payload":%q}`, time.Now().UTC().Format(time.RFC3339), payload)
}

// try asks for a run.
func (f *function) try(payload string) run {
	f.t.Helper()
	before := len(f.output())
	err := f.send(f.t.Context(), timer(payload))
	r := run{Err: err}
	for line := range strings.Lines(f.output()[before:]) {
		switch {
		case strings.Contains(line, `"another run has the lease"`):
			r.Busy = true
		case strings.Contains(line, `"list_calls":`): // of a run that is done
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				f.t.Fatalf("log line %s: %v", line, err)
			}
		}
	}
	return r
}

// sweep asks for a sweep that goes well and is done.
func (f *function) sweep() run {
	f.t.Helper()
	r := f.try("")
	if r.Err != nil || !r.Done {
		f.t.Fatalf("sweep = %+v, want it done\n%s", r, f.output())
	}
	return r
}

// rules writes a rules file and returns the variable that names it.
func rules(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(name, []byte("version: 1\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "SIGNALBOX_RULES_FILE=" + name
}

// wants has text say each of words; the empty one is always there.
func wants(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not said:\n%s", w, text)
		}
	}
}

// lacks has text say none of words.
func lacks(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%q is said:\n%s", w, text)
		}
	}
}
