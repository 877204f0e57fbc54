package serve_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/internal/testlog"
	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/serve"
	"signalbox/shared/serve/event"
	"signalbox/shared/serve/function"
)

// together are functions behind one listener.
type together struct {
	*pipes
	t    *testing.T
	end  func()       // as SIGTERM does
	wait func() error // how they ended
	logs *testlog.Buffer
}

// serveTogether serves functions until the test's end. It is for a bubble.
func serveTogether(t *testing.T, functions ...serve.Function) *together {
	t.Helper()
	logs := new(testlog.Buffer)
	for i := range functions {
		functions[i].Logger, functions[i].Meter = logging.New(logs, slog.LevelInfo), metric.New()
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := &together{pipes: newPipes(), t: t, end: cancel, logs: logs}
	result := make(chan error, 1)
	go func() { result <- serve.TogetherOn(ctx, functions, s.pipes) }()
	s.wait = func() error {
		err := <-result
		result <- err
		return err
	}
	t.Cleanup(func() {
		cancel()
		_ = s.wait() // Tests of how it ends ask for themselves.
	})
	return s
}

// get asks for a path, with a token where there is one.
func (s *together) get(method, path, token string) (int, string) {
	s.t.Helper()
	c := s.dial(s.t, "192.0.2.1:1")
	defer c.Close()
	if token != "" {
		token = "Authorization: Bearer " + token + "\n"
	}
	c.send("%s %s HTTP/1.1\nHost: x\n%sContent-Length: 0\n\n", method, path, token)
	status, _, body := c.receive()
	return status, body
}

// named answers with its name.
func named(name string, roots ...string) serve.Function {
	return serve.Function{Name: name, Roots: roots, InvokeTokens: config.Tokens{{Secret: invokeToken}}, Handler: http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			if r.URL.Path == "/otp/panic" {
				panic("of the handler")
			}
			_, _ = w.Write([]byte(name))
		})}
}

func TestTogetherRoutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second := named("first", "cards"), named("second", "otp")
		second.Scheduled = func(_ context.Context, e event.Scheduled) (any, error) { return e.Payload + "ran", nil }
		s := serveTogether(t, first, second)
		tests := []struct {
			method, path, token string
			status              int
			body                string
		}{
			{"GET", "/cards/1", "", 200, "first"},
			{"GET", "/", "", 200, "first"},
			{"GET", "/healthz", "", 200, "first"},
			{"GET", "/otp", "", 200, "second"},
			{"GET", "/otp/1?a=b", "", 200, "second"},
			{"GET", "/otpx", "", 200, "first"},
			{"GET", "/otp/panic", "", 500, "urn:problem-type:signalbox:internal"},
			{"POST", "/invoke/second", invokeToken, 200, `"ran"`},
			{"POST", "/invoke/second", "", 401, "urn:problem-type:signalbox:unauthorized"},
			{"POST", "/invoke", invokeToken, 404, "ask for /invoke/second."},
			{"POST", "/invoke/first", "", 200, "first"}, // it has no runs, and the path is one like any other
			{"GET", "/readyz", "", 200, `{"status":"ready"}`},
		}
		for _, tt := range tests {
			if status, body := s.get(tt.method, tt.path, tt.token); status != tt.status || !strings.Contains(body, tt.body) {
				t.Errorf("%s %s = %d, %s; want %d, %s", tt.method, tt.path, status, body, tt.status, tt.body)
			}
		}
		if line := logged(t, s.logs.String(), "ERROR"); len(line) != 1 || line[0]["function"] != "second" {
			t.Errorf("error lines = %v, want one of the panic, with the function", line)
		}
	})
}

// TestTogetherIsOnePage wants the counts of all functions, each with its name, and wrong
// tokens delayed by how many there were at any of them.
func TestTogetherIsOnePage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serveTogether(t, named("first"), named("second", "otp"))
		began := time.Now()
		s.get("GET", "/", "wrong")
		s.get("GET", "/otp", "wrong")
		if took := time.Since(began); took != 300*time.Millisecond {
			t.Errorf("two wrong tokens took %s, want 100 ms and then 200 ms", took)
		}
		_, page := s.get("GET", "/metrics", "")
		for _, want := range []string{
			`signalbox_unauthorized_requests_total{function="first"} 1` + "\n" + `signalbox_unauthorized_requests_total{function="second"} 1` + "\n",
			"\nsignalbox_build_info{version=",
		} {
			if strings.Count(page, want) != 1 {
				t.Errorf("the page lacks %s:\n%s", want, page)
			}
		}
	})
}

// TestTogetherReady wants whose part it is, also where one function cannot say how it is.
func TestTogetherReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second, third := named("first"), named("second"), named("third")
		part := []serve.Unusable{{Part: "state", Reason: "it is damaged", Action: "restore it"}}
		first.Ready = func(context.Context) []serve.Unusable { panic("of readiness") }
		second.Ready = func(ctx context.Context) []serve.Unusable {
			<-ctx.Done()
			return part
		}
		s := serveTogether(t, first, second, third)
		began := time.Now()
		status, body := s.get("GET", "/readyz", "")
		want := `"unusable":[{"function":"first","part":"readiness","reason":"it could not be found out","action":"see the log"},` +
			`{"function":"second","part":"state","reason":"it is damaged","action":"restore it"}]`
		if status != 503 || !strings.Contains(body, want) || time.Since(began) != 5*time.Second {
			t.Errorf("GET /readyz = %d, %s after %s; want %s after 5 s", status, body, time.Since(began), want)
		}
		if part[0].Function != "" {
			t.Error("what the function has returned was changed")
		}
	})
}

// TestTogetherStops has a request and a run under way, which end in order, and then
// closes every function although one of them fails to.
func TestTogetherStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var order []string
		first, second := named("first"), named("second")
		first.Timers = []function.Timer{{Name: "sweep", Every: time.Hour}}
		first.Scheduled = func(ctx context.Context, _ event.Scheduled) (any, error) {
			<-ctx.Done()
			time.Sleep(3 * time.Second)
			order = append(order, "run: "+context.Cause(ctx).Error())
			return nil, ctx.Err()
		}
		first.Close = func() error { order = append(order, "first closed"); return errors.New("no room") }
		second.Close = func() error { order = append(order, "second closed"); return nil }
		s := serveTogether(t, first, second)
		time.Sleep(2 * time.Second)
		began := time.Now()
		s.end()
		err := s.wait()
		want := []string{"run: the process is asked to end", "first closed", "second closed"}
		if strings.Join(order, ", ") != strings.Join(want, ", ") || time.Since(began) != 3*time.Second {
			t.Errorf("in order %q after %s, want %q after 3 s", order, time.Since(began), want)
		}
		if err == nil || !strings.Contains(err.Error(), `close function "first": no room`) {
			t.Errorf("it ends with %v, want what could not be closed", err)
		}
	})
}

// TestTogetherStopIsBounded has a run that ignores its ctx.
func TestTogetherStopIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stuck, release := named("stuck"), make(chan struct{})
		stuck.Timers = []function.Timer{{Name: "sweep", Every: time.Hour}}
		stuck.Scheduled = func(context.Context, event.Scheduled) (any, error) {
			<-release
			return nil, nil
		}
		stuck.Close = func() error { t.Error("closed what a run still uses"); return nil }
		s := serveTogether(t, stuck)
		time.Sleep(2 * time.Second)
		began := time.Now()
		s.end()
		if err := s.wait(); err == nil || !strings.Contains(err.Error(), "stop within 25s: requests or runs are still in flight") {
			t.Errorf("it ends with %v, want what is in flight", err)
		}
		if took := time.Since(began); took != 25*time.Second {
			t.Errorf("it takes %s, want 25 s", took)
		}
		close(release)
	})
}

func TestTogetherRefuses(t *testing.T) {
	t.Parallel()
	broken := func([]string) ([]serve.Function, error) {
		return []serve.Function{{Name: "first", Close: func() error { return errors.New("first was closed") }}}, errors.New("SAMPLE: is wrong")
	}
	tests := map[string][]string{
		"PORT=http":                   {"SAMPLE: is wrong", `PORT: "http" is not a port`, "first was closed"},
		"FC_RUNTIME_API=127.0.0.1:9":  {"SAMPLE: is wrong", "deployed for itself"},
		"FC_FUNCTION_NAME=signalbox":  {"deployed for itself"},
		"AWS_LAMBDA_RUNTIME_API=1:99": {"deployed for itself"},
	}
	for line, want := range tests {
		err := serve.Together(t.Context(), []string{line}, broken)
		for _, part := range want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("Together with %s = %v, want %q in it", line, err, part)
			}
		}
	}
}
