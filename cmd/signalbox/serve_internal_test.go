package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/internal/contract"
	"signalbox/internal/testlog"
	"signalbox/shared/buildinfo"
	"signalbox/shared/serve"
	"signalbox/shared/serve/servetest"
)

// serving is a running signalbox serve.
type serving struct {
	environ []string
	url     string
	logs    *testlog.Buffer
	stop    func() int // its exit code
}

// startServe starts it against the fakes, and waits until it answers.
func startServe(t *testing.T, environ []string, args ...string) *serving {
	t.Helper()
	port := servetest.FreePort(t)
	s := &serving{environ: append(environ, "PORT="+port), url: "http://127.0.0.1:" + port, logs: new(testlog.Buffer)}
	ctx, cancel := context.WithCancel(t.Context())
	code, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		code = run(ctx, append([]string{"serve"}, args...), console{environ: s.environ, stdout: io.Discard, stderr: s.logs})
	}()
	s.stop = func() int {
		cancel()
		<-done
		return code
	}
	t.Cleanup(func() { s.stop() })
	until(t, s.logs.String, func() bool { return s.health() == exitOK })
	return s
}

// health is the exit code of signalbox health.
func (s *serving) health(args ...string) int {
	return run(context.Background(), append([]string{"health"}, args...), console{environ: s.environ, stdout: io.Discard, stderr: io.Discard})
}

// get asks for a path, with the token.
func (s *serving) get(t *testing.T, method, path string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+devToken)
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// getPatiently comes again where too many wait for what is answered to one at a time, as on a
// busy machine.
func (s *serving) getPatiently(t *testing.T, path string) (status int, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		status, body = s.get(t, http.MethodGet, path)
		if !strings.Contains(body, "too-many-readers") || pause(ctx, time.Second) != nil {
			return status, body
		}
	}
}

// until waits until something is so.
func until(t *testing.T, explain func() string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !is() {
		if pause(ctx, 5*time.Millisecond) != nil {
			t.Fatalf("it never came to be so:\n%s", explain())
		}
	}
}

// servableEnviron are the variables of a dev environment for signalbox serve.
func servableEnviron(t *testing.T) (e *environment, environ []string, folder string) {
	t.Helper()
	e, environ = startEnvironment(t)
	return e, without(environ, stateFileVariable), t.TempDir()
}

func TestServe(t *testing.T) {
	t.Parallel()
	e, environ, folder := servableEnviron(t)
	environ = append(environ, "SIGNALBOX_RULES_FILE=", "SIGNALBOX_SLACK_WEBHOOK_URL=", "SIGNALBOX_SLACK_BOT_TOKEN=xoxb-test",
		"SIGNALBOX_SLACK_CHANNEL=alerts", "SIGNALBOX_SLACK_API_URL="+e.base+"/api/", "SIGNALBOX_SLACK_SIGNING_SECRET=signing-secret-0123")
	s := startServe(t, environ, "--state", folder)
	for _, tag := range []string{"cardflow", "conversion", "alerts"} {
		for _, r := range contract.Requests(t, tag) {
			if status, body := s.get(t, r.Method, r.URL.RequestURI()); strings.Contains(body, "no-such-path") || status == http.StatusMethodNotAllowed {
				t.Errorf("%s %s of %s = %d, %s; want it answered by that function", r.Method, r.URL.Path, tag, status, body)
			}
		}
	}
	for path, want := range map[string]string{
		"/healthz": `"status":"ok"`, "/openapi.yaml": "openapi: 3.1.0", "/readyz": `{"status":"ready"}`, "/": "<form",
	} {
		if status, body := s.get(t, http.MethodGet, path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("GET %s = %d, %s; want %s", path, status, body, want)
		}
	}
	for _, path := range []string{"/invoke/conversion", "/invoke/alerts"} {
		if status, body := s.get(t, http.MethodPost, path); status != http.StatusOK && status != http.StatusConflict {
			t.Errorf("POST %s = %d, %s", path, status, body)
		}
	}
	until(t, s.logs.String, func() bool { return len(e.slack.Inbox()) > 0 }) // The timer's sweep, or ours.
	_, page := s.get(t, http.MethodGet, "/metrics")
	for _, want := range []string{
		`signalbox_upstream_call_duration_seconds_count{function="alerts",action="ListCardInfo",outcome="ok"}`, `signalbox_unauthorized_requests_total{function="conversion"} 0`,
		`signalbox_unauthorized_requests_total{function="cardflow"} 0`, "signalbox_build_info{version=",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("GET /metrics lacks %s:\n%s", want, page)
		}
	}
	until(t, s.logs.String, func() bool { return s.health("--ready") == exitOK }) // A busy machine may miss its time once.
	if code := s.stop(); code != exitOK {
		t.Errorf("exit code %d, want 0:\n%s", code, s.logs)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.db"))
	if want := []string{filepath.Join(folder, "alerts.db"), filepath.Join(folder, "conversion.db")}; err != nil || !slices.Equal(files, want) {
		t.Errorf("state files %q, %v; want %q", files, err, want)
	}
	if code := s.health(); code != exitError {
		t.Errorf("signalbox health after the end = %d, want 1", code)
	}
}

// TestServeSaysWhoseStateIsDamaged wants the state of one function that is damaged said as that function's,
// and the others served.
func TestServeSaysWhoseStateIsDamaged(t *testing.T) {
	t.Parallel()
	_, environ, folder := servableEnviron(t)
	if err := os.WriteFile(filepath.Join(folder, "conversion.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, append(environ, stateFolderVariable+"="+folder))
	status, body := s.get(t, http.MethodGet, "/readyz")
	if status != http.StatusServiceUnavailable || !strings.Contains(body, `"unusable":[{"function":"conversion","part":"state"`) {
		t.Errorf("GET /readyz = %d, %s; want conversion's state unusable", status, body)
	}
	if code := s.health("--ready"); code != exitError {
		t.Errorf("signalbox health --ready = %d, want 1", code)
	}
	if status, body := s.get(t, http.MethodGet, "/incidents"); status != http.StatusOK {
		t.Errorf("GET /incidents = %d, %s; want it served", status, body)
	}
}

func TestServeOnly(t *testing.T) {
	t.Parallel()
	_, environ, _ := servableEnviron(t)
	s := startServe(t, environ, "--only", "cardflow")
	if status, body := s.get(t, http.MethodGet, "/incidents"); status != http.StatusNotFound {
		t.Errorf("GET /incidents = %d, %s; want 404 without alerts", status, body)
	}
	if status, body := s.get(t, http.MethodPost, "/invoke"); status != http.StatusNotFound || !strings.Contains(body, "no runs") {
		t.Errorf("POST /invoke = %d, %s; want that there are no runs", status, body)
	}
	if code := s.stop(); code != exitOK {
		t.Errorf("exit code %d, want 0:\n%s", code, s.logs)
	}
}

// TestServeSaysAllThatIsWrong wants every mistake of all functions at once, each once.
func TestServeSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	base := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SIGNALBOX_API_TOKENS", "SIGNALBOX_SLACK_WEBHOOK_URL",
	}
	aws := []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} // of a table of DynamoDB's
	tests := []struct {
		name          string
		args, environ []string
		want          []string
	}{
		{"nothing is set", nil, nil, append(slices.Clip(base), "SIGNALBOX_STATE_DIR")},
		{"a file of one function", nil, []string{"SIGNALBOX_STATE_FILE=" + missing, "PORT=http"}, append(slices.Clip(base), "SIGNALBOX_STATE_DIR", "SIGNALBOX_STATE_FILE", "PORT")},
		{"no such folder", []string{"--state", missing}, []string{"SIGNALBOX_ALERT_USAGE=many", "SIGNALBOX_OTP_WINDOW=1ms"}, append(slices.Clip(base), "SIGNALBOX_ALERT_USAGE", "SIGNALBOX_OTP_WINDOW", "SIGNALBOX_STATE_DIR")},
		{"cardflow keeps no state", []string{"--only", "cardflow"}, nil, base[:3]},
		{"a table keeps that of alerts", []string{"--only", "cardflow,alerts"}, []string{"SIGNALBOX_STATE_TABLE=dynamodb:state"}, append(slices.Clip(base), aws...)},
		{"a table keeps nothing of conversion", nil, []string{"SIGNALBOX_STATE_TABLE=dynamodb:state"}, append(append(slices.Clip(base), aws...), "SIGNALBOX_STATE_DIR")},
		{"Redis keeps it", nil, []string{"SIGNALBOX_REDIS_URL=redis://127.0.0.1:1"}, base},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said strings.Builder
			code := run(t.Context(), append([]string{"serve"}, tt.args...), console{environ: tt.environ, stdout: io.Discard, stderr: &said})
			var got []string
			for line := range strings.Lines(strings.TrimPrefix(said.String(), "signalbox: ")) {
				name, _, _ := strings.Cut(line, ":")
				got = append(got, name)
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.want))
			if diff := cmp.Diff(want, got); diff != "" || code != exitError {
				t.Errorf("exit code %d, variables (-want +got):\n%s\n%s", code, diff, said.String())
			}
		})
	}
}

func TestServeUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--only", "cards"}, {"--only", "alerts,alerts"}, {"more"}} {
		code := run(t.Context(), append([]string{"serve"}, args...), console{stdout: io.Discard, stderr: io.Discard})
		if code != exitUsage {
			t.Errorf("serve %q = %d, want %d", args, code, exitUsage)
		}
	}
}

func TestAskedAddress(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"": "127.0.0.1:9000", "HOST=0.0.0.0 PORT=80": "127.0.0.1:80", "HOST=:: PORT=80": "[::1]:80", "HOST=10.1.2.3": "10.1.2.3:9000",
	}
	for environ, want := range tests {
		if got, err := askedAddress(strings.Fields(environ)); got != want || err != nil {
			t.Errorf("askedAddress(%q) = %q, %v; want %q", environ, got, err, want)
		}
	}
	for _, environ := range []string{"PORT=http", "FC_RUNTIME_API=127.0.0.1:9"} {
		if got, err := askedAddress([]string{environ}); err == nil {
			t.Errorf("askedAddress(%q) = %q, want an error", environ, got)
		}
	}
}

// TestHealthOfAServerThatHangs gives it up in the time that was asked for.
func TestHealthOfAServerThatHangs(t *testing.T) {
	t.Parallel()
	_, port, err := net.SplitHostPort(silent(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var errs strings.Builder
	code := run(ctx, []string{"health", "--timeout", "1s"}, console{environ: []string{"HOST=127.0.0.1", "PORT=" + port}, stdout: io.Discard, stderr: &errs})
	if code != exitError || !strings.Contains(errs.String(), "no answer within 1s") {
		t.Errorf("signalbox health = %d, said %q; want 1, in time", code, &errs)
	}
}

// TestNotReady escapes what a server says, which may be another one.
func TestNotReady(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(map[string]any{"unusable": []serve.Unusable{{Function: "alerts", Part: "state", Reason: "lost\x1b[2J", Action: "mend it"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := "status 503\nalerts state: lost?[2J; mend it"
	if got := notReady(http.StatusServiceUnavailable, body).Error(); got != want {
		t.Errorf("notReady = %q, want %q", got, want)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	build := buildinfo.Read()
	var text, object strings.Builder
	code := run(t.Context(), []string{"version"}, console{stdout: &text, stderr: t.Output()})
	code += run(t.Context(), []string{"version", "--json"}, console{stdout: &object, stderr: t.Output()})
	want := fmt.Sprintf("signalbox %s, revision %s, %s %s/%s\n", build.Version, build.Revision, build.GoVersion, runtime.GOOS, runtime.GOARCH)
	var got buildinfo.Info
	if err := json.Unmarshal([]byte(object.String()), &got); err != nil || got != build || text.String() != want || code != exitOK {
		t.Errorf("version = %q and %q, %v, code %d; want %q and the same as JSON", text.String(), object.String(), err, code, want)
	}
}

// TestServeSharesTheQuota has people look cards up and ask for explanations at once: Alibaba
// counts the calls of both functions together, and throttles hardly any.
func TestServeSharesTheQuota(t *testing.T) {
	t.Parallel()
	e, environ, folder := servableEnviron(t)
	// Some calls less than the fake takes: on a busy machine they arrive unevenly.
	s := startServe(t, append(environ, "SIGNALBOX_LOG_LEVEL=debug", "SIGNALBOX_LINKCARD_QPS=14"), "--state", folder)
	var all sync.WaitGroup
	for n := range 30 {
		for path, ask := range map[string]func(*testing.T, string) (int, string){
			"/cards/" + e.cloud.ICCID(n) + "/flow": func(t *testing.T, path string) (int, string) { t.Helper(); return s.get(t, http.MethodGet, path) },
			"/explain/" + e.cloud.ICCID(n):         s.getPatiently,
		} {
			all.Go(func() {
				if status, body := ask(t, path); status >= http.StatusInternalServerError {
					t.Errorf("GET %s = %d, %s", path, status, body)
				}
			})
		}
	}
	all.Wait()
	calls, throttled := e.cloud.Calls(""), 0
	for _, call := range calls {
		if strings.HasPrefix(call.Code, "Throttling") {
			throttled++
		}
	}
	// A machine that stands still for a moment lets some calls arrive at once; of two quotas there would be a tenth.
	if throttled > len(calls)/20 {
		t.Errorf("%d of %d calls were throttled", throttled, len(calls))
	}
	for line := range strings.Lines(s.logs.String()) {
		if strings.Count(line, `"function":"`) != 1 {
			t.Fatalf("the line does not say once which function logs: %s", line)
		}
	}
}
