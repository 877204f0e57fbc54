package e2e_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/slack/slacktest"
)

const (
	signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"
	postedIn      = "C00000001"
	// answers is how often the time until an answer is taken, and soon what half of them
	// keep to.
	answers = 5
	soon    = 100 * time.Millisecond
)

// listening is a bot whose buttons people press.
func listening(t *testing.T) (*outside, slacktest.App) {
	t.Helper()
	o := newOutside(t, 120).bot()
	o.env = append(o.env, "SIGNALBOX_SLACK_CHANNEL="+postedIn, "SIGNALBOX_SLACK_SIGNING_SECRET="+signingSecret)
	return o, slacktest.App{SigningSecret: signingSecret, Responses: o.url}
}

// button is a message that has one, of those that nobody has pressed.
func (o *outside) button(t *testing.T) slacktest.Message {
	t.Helper()
	for _, m := range o.slack.Inbox() {
		if len(m.Controls()) > 0 {
			return m
		}
	}
	t.Fatalf("no message has a button:\n%s", said(o.slack.Inbox()))
	return slacktest.Message{}
}

// pressed is what Slack sends where somebody presses a button.
func (o *outside) pressed(t *testing.T, app slacktest.App, n int) *slacktest.Sent {
	t.Helper()
	who := slacktest.Person{ID: fmt.Sprintf("U%03d", n), Name: "Ann"}
	id := []string{"acknowledge", "silence"}[n%2]
	s, err := o.slack.Press(app, slacktest.Press{By: who, Channel: postedIn, TS: o.button(t).TS, ActionID: id, Choice: "24h"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// delay has a sweep wait for Alibaba, so that the run under way keeps its lease.
func (o *outside) delay() (arrived <-chan struct{}) {
	o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Page: "2", Kind: aliyuntest.Slow, Delay: time.Minute})
	listed := make(chan struct{})
	var once sync.Once
	moment := func() { once.Do(func() { close(listed) }) }
	o.moment.Store(&moment)
	return listed
}

// busy is how many times as long as a start that answers nothing but GET /healthz an action
// may take, where the machine is too busy even for that.
const busy = 3

// compare wants half of the times to be soon. bare are those of a process that does
// nothing, taken in turn with them.
func compare(t *testing.T, what string, times, bare []time.Duration) {
	t.Helper()
	slices.Sort(times)
	slices.Sort(bare)
	median, start := times[len(times)/2], bare[len(bare)/2]
	t.Logf("%s: median %v, longest %v of %d; without doing anything %v", what, median, times[len(times)-1], len(times), start)
	if median > max(soon, busy*start) {
		t.Errorf("%s: half of the answers took more than %v, want at most %v", what, median, soon)
	}
}

// onPlatform starts alerts on a cloud.
var onPlatform = map[string]func(*testing.T, *outside) servetest.Instance{
	"fc": func(t *testing.T, o *outside) servetest.Instance {
		t.Helper()
		return servetest.StartFC(t, alerts(t), o.env...).Instance
	},
	"lambda": func(t *testing.T, o *outside) servetest.Instance {
		t.Helper()
		return servetest.StartLambda(t, alerts(t), o.env...).Instance
	},
}

// slackWaits is for how long Slack waits for the answer to a press, see
// https://docs.slack.dev/interactivity/handling-user-interaction.
const slackWaits = 3 * time.Second

// TestActionWhileSlackHangs has Slack take no change of a message: on a cloud, where the
// answer leaves when all is done, it is there in time all the same.
func TestActionWhileSlackHangs(t *testing.T) {
	t.Parallel()
	for platform, start := range onPlatform {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			o, app := listening(t)
			o.env = append(o.env, "SIGNALBOX_STATE_FILE=", "SIGNALBOX_REDIS_URL=redis://"+miniredis.RunT(t).Addr())
			i := start(t, o)
			do := func(event []byte) servetest.Result {
				return i.Do(t.Context(), servetest.Invocation{Event: event, Deadline: time.Now().Add(20 * time.Second)})
			}
			do(timer(""))
			event := httpEvent(t, platform, o.pressed(t, app, 0))
			o.slack.Refuse(slacktest.Refusal{Method: "chat.update", Hang: true, Count: -1})
			began := time.Now()
			text, took := inWords(do(event)), time.Since(began)
			// A second more is for a machine whose processors are all at work.
			if text != "answered 200" || took > slackWaits+time.Second {
				t.Errorf("a press is %s after %v, want 200 in %v", text, took, slackWaits)
			}
		})
	}
}

// TestActionFromColdStart presses buttons while a sweep has the lease, each in a process
// that is begun for it, on both clouds with a Redis: half of the answers are there within
// 100 ms of exec.
func TestActionFromColdStart(t *testing.T) { //nolint:paralleltest // it takes times
	for platform, start := range onPlatform { //nolint:paralleltest // likewise
		t.Run(platform, func(t *testing.T) {
			o, app := listening(t)
			o.env = append(o.env, "SIGNALBOX_STATE_FILE=", "SIGNALBOX_REDIS_URL=redis://"+miniredis.RunT(t).Addr())
			alerts(t) // built before the clock runs
			sweeper := start(t, o)
			do := func(i servetest.Instance, event []byte) servetest.Result {
				return i.Do(t.Context(), servetest.Invocation{Event: event, Deadline: time.Now().Add(20 * time.Second)})
			}
			do(sweeper, timer(""))
			listed := o.delay()
			ctx, cancel := context.WithCancel(t.Context())
			swept := make(chan struct{})
			go func() {
				defer close(swept)
				sweeper.Do(ctx, servetest.Invocation{Event: timer(""), Deadline: time.Now().Add(20 * time.Second)})
			}()
			<-listed
			var times, bare []time.Duration
			for n := range answers {
				health := &slacktest.Sent{URL: "/healthz"}
				begun := time.Now()
				do(start(t, o), httpEvent(t, platform, health))
				bare = append(bare, time.Since(begun))
				event := httpEvent(t, platform, o.pressed(t, app, n))
				began := time.Now()
				instance := start(t, o)
				result := do(instance, event)
				times = append(times, time.Since(began))
				if text := inWords(result); text != "answered 200" {
					t.Fatalf("press %d: %s\n%s", n, text, instance.Output())
				}
			}
			compare(t, platform, times, bare)
			cancel()
			sweeper.Stop()
			<-swept
		})
	}
}

// httpEvent is a request as a platform's event.
func httpEvent(t *testing.T, platform string, s *slacktest.Sent) []byte {
	t.Helper()
	headers := make(map[string]string)
	for name := range s.Header {
		headers[name] = s.Header.Get(name)
	}
	method, path := http.MethodPost, "/slack/actions"
	if s.Body == nil {
		method, path = http.MethodGet, s.URL
	}
	version := map[string]string{"fc": "v1", "lambda": "2.0"}[platform]
	event, err := json.Marshal(map[string]any{
		"version": version, "rawPath": path, "headers": headers, "queryParameters": map[string]string{},
		"body": base64.StdEncoding.EncodeToString(s.Body), "isBase64Encoded": true,
		"requestContext": map[string]any{"http": map[string]any{"method": method, "path": path}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// TestActionOnServer presses a button of a server with a file while it sweeps: it is
// stored, said in the thread and shown once the sweep is over; and of one that was just
// started half of the answers are there within 100 ms of exec.
func TestActionOnServer(t *testing.T) { //nolint:paralleltest // it takes times
	o, app := listening(t)
	f := o.start(t)
	f.sweep()
	f.stop()
	var times, bare []time.Duration
	for n := range answers {
		s := o.pressed(t, app, n)
		began := time.Now()
		f = o.start(t)
		started := time.Since(began)
		bare = append(bare, started)
		listed := o.delay()
		swept := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer close(swept)
			_ = f.send(ctx, timer(""))
		}()
		<-listed
		pressed := time.Now()
		answered := post(t, f.url+"/slack/actions", s)
		times = append(times, started+time.Since(pressed))
		if answered != http.StatusOK {
			t.Fatalf("press %d is answered %d\n%s", n, answered, f.output())
		}
		f.stop()
		cancel()
		<-swept
	}
	compare(t, "server", times, bare)
	o.cloud.ClearFaults()
	f = o.start(t)
	f.try("")
	wants(t, said(o.slack.Inbox()), "acknowledged by Ann", "Ann has acknowledged", "Ann has silenced")
	if strings.Contains(f.output(), signingSecret) {
		t.Error("the log has the signing secret")
	}
}

func post(t *testing.T, url string, s *slacktest.Sent) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(s.Body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = s.Header.Clone()
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}
