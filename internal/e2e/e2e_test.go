package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/slack/slacktest"
)

const token = "end-to-end-token"

// clouds are the fakes that a bootstrap calls over the network.
type clouds struct {
	cloud *aliyuntest.Server
	slack *slacktest.Server
	env   []string
}

func newClouds(t *testing.T) *clouds {
	t.Helper()
	c := &clouds{cloud: aliyuntest.New(aliyuntest.Options{Cards: 60}), slack: slacktest.New(slacktest.Options{})}
	mux := http.NewServeMux()
	mux.Handle("/", c.cloud)
	mux.Handle("/services/", c.slack)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c.env = []string{
		"SIGNALBOX_LINKCARD_ENDPOINT=" + server.URL,
		"SIGNALBOX_DYSMS_ENDPOINT=" + server.URL,
		"SIGNALBOX_SLACK_WEBHOOK_URL=" + server.URL + c.slack.WebhookPath(),
		"SIGNALBOX_STATE_FILE=" + filepath.Join(t.TempDir(), "state.db"),
		"SIGNALBOX_API_TOKENS=" + token,
		"ALIBABA_CLOUD_ACCESS_KEY_ID=testid",
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret",
	}
	return c
}

// of is the environment of a function on a platform: there conversion takes no file.
func (c *clouds) of(function string) []string {
	if function == "alerts" {
		return c.env
	}
	return slices.DeleteFunc(slices.Clone(c.env), func(v string) bool { return strings.HasPrefix(v, "SIGNALBOX_STATE_FILE=") })
}

// request is one HTTP request, in the form of each platform.
type request struct{ method, path, body string }

// answer is what came back of it. What differs from call to call is left out.
type answer struct {
	Status int
	Type   string
	Body   map[string]any
}

const contentType = "application/json"

func (r request) context() string {
	return fmt.Sprintf(`{"http":{"method":%q,"path":%q,"protocol":"HTTP/1.1","sourceIp":"203.0.113.7"}}`, r.method, r.path)
}

func (r request) fcEvent() []byte {
	return fmt.Appendf(nil, `{"version":"v1","rawPath":%q,"body":%q,"isBase64Encoded":false,"queryParameters":{},
		"headers":{"Authorization":"Bearer %s","Content-Type":%q},"requestContext":%s}`,
		r.path, r.body, token, contentType, r.context())
}

func (r request) lambdaEvent() []byte {
	return fmt.Appendf(nil, `{"version":"2.0","rawPath":%q,"rawQueryString":"","body":%q,"isBase64Encoded":false,
		"headers":{"authorization":"Bearer %s","content-type":%q},"requestContext":%s}`,
		r.path, r.body, token, contentType, r.context())
}

func (r request) send(t *testing.T, base string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.method, base+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", contentType)
	resp, err := contract.Transport(t, http.DefaultTransport).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header.Get("Content-Type"), steady(t, body)}
}

func fromPlatform(t *testing.T, result servetest.Result) answer {
	t.Helper()
	var payload struct {
		StatusCode int
		Headers    map[string]string
		Body       string
	}
	if err := json.Unmarshal(result.Payload, &payload); err != nil || result.Err != nil {
		t.Fatalf("answer %s, error %+v: %v", result.Payload, result.Err, err)
	}
	return answer{payload.StatusCode, payload.Headers["Content-Type"], steady(t, []byte(payload.Body))}
}

// steady decodes an answer and takes out what is new in each.
func steady(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var decoded map[string]any
	if err := json.Unmarshal(body, &decoded); err != nil {
		t.Fatalf("answer %s: %v", body, err)
	}
	delete(decoded, "requestId")
	delete(decoded, "sweep") // named after the time
	delete(decoded, "retrievedAt")
	return decoded
}

const (
	fcTimer   = `{"triggerTime":"2026-11-22T10:00:00Z","triggerName":"sweep","payload":""}`
	scheduled = `{"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event","source":"aws.events",` +
		`"account":"123456789012","time":"2026-11-22T10:00:00Z","region":"eu-central-1","resources":["arn:aws:events:eu-central-1:123456789012:rule/sweep"],"detail":{}}`
)

// TestEveryBootstrapOnEveryPlatform starts each bootstrap under FC's runtime
// API, under Lambda's and as a plain server, and wants one answer of the three.
func TestEveryBootstrapOnEveryPlatform(t *testing.T) {
	t.Parallel()
	fleet := aliyuntest.New(aliyuntest.Options{Cards: 60})
	tests := []struct {
		function string
		request  request
		status   int
		has      string // a member that the answer must have
		timer    string // a member of the answer to a timer
	}{
		{"cardflow", request{"GET", "/cards/" + fleet.ICCID(2) + "/flow", ""}, 200, "packages", "status"},
		{"cardflow", request{"GET", "/cards/short/flow", ""}, 400, "field", "status"},
		{"conversion", request{"POST", "/conversions", `{"conversionRate":0.53,"reportTime":1349055900000}`}, 200, "responseCode", "status"},
		{"conversion", request{"POST", "/conversions", `{"verified":2,"requested":1}`}, 422, "field", "status"},
		{"alerts", request{"GET", "/healthz", ""}, 200, "status", "opened"},
	}
	for _, tt := range tests {
		t.Run(tt.function+" "+tt.request.method+" "+tt.has, func(t *testing.T) {
			t.Parallel()
			binary := executable(t, tt.function)
			fc := servetest.StartFC(t, binary, newClouds(t).of(tt.function)...)
			lambda := servetest.StartLambda(t, binary, newClouds(t).of(tt.function)...)
			plain := servetest.StartHTTP(t, binary, newClouds(t).of(tt.function)...)

			want := tt.request.send(t, plain.URL)
			if _, ok := want.Body[tt.has]; want.Status != tt.status || !ok {
				t.Errorf("plain HTTP answers %+v, want status %d with %q", want, tt.status, tt.has)
			}
			if diff := cmp.Diff(want, fromPlatform(t, fc.Invoke(t.Context(), tt.request.fcEvent()))); diff != "" {
				t.Errorf("Function Compute answers another thing than plain HTTP (-http +fc):\n%s", diff)
			}
			if diff := cmp.Diff(want, fromPlatform(t, lambda.Invoke(t.Context(), tt.request.lambdaEvent()))); diff != "" {
				t.Errorf("Lambda answers another thing than plain HTTP (-http +lambda):\n%s", diff)
			}

			onFC := fc.Invoke(t.Context(), []byte(fcTimer))
			onLambda := lambda.Invoke(t.Context(), []byte(scheduled))
			if onFC.Err != nil || onLambda.Err != nil || !strings.Contains(string(onFC.Payload), `"`+tt.timer+`"`) {
				t.Errorf("timers answer %s, %+v and %s, %+v", onFC.Payload, onFC.Err, onLambda.Payload, onLambda.Err)
			}
			if diff := cmp.Diff(steady(t, onFC.Payload), steady(t, onLambda.Payload)); diff != "" {
				t.Errorf("timers differ (-fc +lambda):\n%s", diff)
			}
		})
	}
}

// TestSweepReachesSlackOnEveryPlatform follows a timer to its end.
func TestSweepReachesSlackOnEveryPlatform(t *testing.T) {
	t.Parallel()
	binary := alerts(t)
	sweeps := map[string]func(*testing.T, *clouds){
		"fc": func(t *testing.T, c *clouds) {
			t.Helper()
			servetest.StartFC(t, binary, c.env...).Invoke(t.Context(), []byte(fcTimer))
		},
		"lambda": func(t *testing.T, c *clouds) {
			t.Helper()
			servetest.StartLambda(t, binary, c.env...).Invoke(t.Context(), []byte(scheduled))
		},
		"http": func(t *testing.T, c *clouds) {
			t.Helper()
			request{"POST", "/invoke", fcTimer}.send(t, servetest.StartHTTP(t, binary, c.env...).URL)
		},
	}
	for platform, sweep := range sweeps {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			c := newClouds(t)
			sweep(t, c)
			inbox := c.slack.Inbox()
			if len(inbox) != 1 {
				t.Fatalf("%d messages in Slack, want 1", len(inbox))
			}
			for _, words := range []string{"92%", "Package ends soon", "Usage is over its threshold"} {
				if text := inbox[0].Plain(); !strings.Contains(text, words) {
					t.Errorf("the message lacks %q:\n%s", words, text)
				}
			}
		})
	}
}

// TestQueueOnLambda sends a batch of which one message can be forwarded.
func TestQueueOnLambda(t *testing.T) {
	t.Parallel()
	c := newClouds(t)
	lambda := servetest.StartLambda(t, executable(t, "conversion"), c.of("conversion")...)
	got := lambda.Invoke(t.Context(), []byte(`{"Records":[
		{"messageId":"m-1","eventSource":"aws:sqs","body":"{\"conversionRate\":0.53}"},
		{"messageId":"m-2","eventSource":"aws:sqs","body":"{\"conversionRate\":53}"}]}`))
	if want := `{"batchItemFailures":[{"itemIdentifier":"m-2"}]}`; got.Err != nil || string(got.Payload) != want {
		t.Errorf("batch answers %s, %+v; want %s", got.Payload, got.Err, want)
	}
	if sent := c.cloud.Conversions(); len(sent) != 1 || sent[0].Rate != "0.53" {
		t.Errorf("forwarded %+v, want the one good rate", sent)
	}
}

// TestInvocationCredentialsOnFC gives the function no key of its own.
func TestInvocationCredentialsOnFC(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{AccessKeyID: "STS.role", AccessKeySecret: "role", SecurityToken: "of-this-invocation"})
	server := httptest.NewServer(cloud)
	defer server.Close()
	fc := servetest.StartFC(t, executable(t, "cardflow"),
		"SIGNALBOX_LINKCARD_ENDPOINT="+server.URL, "SIGNALBOX_API_TOKENS="+token)
	result := fc.Do(t.Context(), servetest.Invocation{
		Event:       request{"GET", "/cards/" + cloud.ICCID(0) + "/flow", ""}.fcEvent(),
		AccessKeyID: "STS.role", AccessKeySecret: "role", SecurityToken: "of-this-invocation",
	})
	if got := fromPlatform(t, result); got.Status != http.StatusOK {
		t.Errorf("lookup with the role's credentials = %+v, want 200", got)
	}
}

// TestCallsAreCounted wants the counts where each platform's users look.
func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	binary := executable(t, "cardflow")
	c := newClouds(t)
	lookup := request{"GET", "/cards/" + c.cloud.ICCID(0) + "/flow", ""}

	plain := servetest.StartHTTP(t, binary, c.env...)
	lookup.send(t, plain.URL)
	if text := scrape(t, plain.URL+"/metrics"); !strings.Contains(text, `signalbox_upstream_call_duration_seconds_count{function="cardflow",action="GetCardFlowInfo",outcome="ok"} 1`) {
		t.Errorf("GET /metrics says\n%s", text)
	}

	fc := servetest.StartFC(t, binary, c.env...)
	fc.Invoke(t.Context(), lookup.fcEvent())
	lambda := servetest.StartLambda(t, binary, c.env...)
	lambda.Invoke(t.Context(), lookup.lambdaEvent())
	outputs := []struct{ platform, output, want string }{
		{"Function Compute", fc.Output(), `"message":"metrics"`},
		{"Lambda", lambda.Output(), `"_aws":{"CloudWatchMetrics"`},
	}
	for _, o := range outputs {
		if !strings.Contains(o.output, o.want) || strings.Contains(o.output, c.cloud.ICCID(0)) {
			t.Errorf("%s: want %s and no whole ICCID in\n%s", o.platform, o.want, o.output)
		}
	}
}

func scrape(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := contract.Transport(t, http.DefaultTransport).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
