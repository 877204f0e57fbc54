package serve_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"signalbox/shared/serve/internal/sample"
	"signalbox/shared/serve/servetest"
)

var showContext = request{method: "GET", path: "/context"}

func readContext(t *testing.T, r response) sample.Context {
	t.Helper()
	var c sample.Context
	if err := json.Unmarshal([]byte(r.Body), &c); err != nil {
		t.Fatalf("answer %+v: %v", r, err)
	}
	return c
}

// TestDeadline uses times where the margin does not depend on what the
// delivery itself took.
func TestDeadline(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	onFC, onLambda := servetest.StartFC(t, binary), servetest.StartLambda(t, binary)
	tests := []struct {
		name   string
		left   time.Duration
		event  []byte
		invoke func(servetest.Invocation) servetest.Result
		margin time.Duration
	}{
		{"fc, long", time.Minute, showContext.fc(t), doer(t, &onFC.Instance), 2 * time.Second},
		{"fc, short", 2500 * time.Millisecond, showContext.fc(t), doer(t, &onFC.Instance), 300 * time.Millisecond},
		{"lambda, long", time.Minute, showContext.lambda(t), doer(t, &onLambda.Instance), 2 * time.Second},
		{"lambda, short", 2500 * time.Millisecond, showContext.lambda(t), doer(t, &onLambda.Instance), 300 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			deadline := time.Now().Add(tt.left).Truncate(time.Millisecond)
			c := readContext(t, decode(t, tt.invoke(servetest.Invocation{Event: tt.event, RequestID: tt.name, Deadline: deadline})))
			if got := deadline.Sub(c.Deadline); got != tt.margin {
				t.Errorf("ctx ends %s before the platform's deadline, want %s", got, tt.margin)
			}
		})
	}
}

func doer(t *testing.T, i *servetest.Instance) func(servetest.Invocation) servetest.Result {
	t.Helper()
	return func(invocation servetest.Invocation) servetest.Result { return i.Do(t.Context(), invocation) }
}

func TestHandlerEndsBeforeThePlatformDoes(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	wait := request{method: "GET", path: "/wait"}
	var answers, misses int
	for answers < 2 && misses < 2 { // a busy machine may miss one
		got := servetest.StartFC(t, binary).Do(t.Context(), servetest.Invocation{Event: wait.fc(t), Deadline: time.Now().Add(2 * time.Second)})
		if got.Err != nil {
			t.Log(got.Err)
			misses++
			continue
		}
		answers++
		if answer := decode(t, got); answer.Status != http.StatusOK {
			t.Errorf("a handler that waits for ctx gave %+v, want its answer in time", answer)
		}
	}
	if answers < 2 {
		t.Errorf("%d times it gave no answer in time", misses)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	invocation := servetest.Invocation{
		RequestID: "id-1", AccessKeyID: "STS.key", AccessKeySecret: sample.Secret, SecurityToken: "token",
	}
	headers := request{method: "GET", path: "/context", header: map[string]string{
		"X-Fc-Request-Id": "id-1", "X-Fc-Access-Key-Id": "STS.key",
		"X-Fc-Access-Key-Secret": sample.Secret, "X-Fc-Security-Token": "token",
	}}
	tests := []struct {
		name      string
		send      func(t *testing.T) response
		wantID    bool
		wantFound bool
	}{
		{"fc", func(t *testing.T) response {
			t.Helper()
			invocation := invocation
			invocation.Event = showContext.fc(t)
			return decode(t, servetest.StartFC(t, binary).Do(t.Context(), invocation))
		}, true, true},
		{"fc without a role", func(t *testing.T) response {
			t.Helper()
			invocation := servetest.Invocation{Event: showContext.fc(t), RequestID: "id-1"}
			return decode(t, servetest.StartFC(t, binary).Do(t.Context(), invocation))
		}, true, false},
		{"lambda", func(t *testing.T) response {
			t.Helper()
			invocation := invocation
			invocation.Event = showContext.lambda(t)
			return decode(t, servetest.StartLambda(t, binary).Do(t.Context(), invocation))
		}, true, false},
		{"fc custom runtime", func(t *testing.T) response {
			t.Helper()
			return startPlain(t, binary, "FC_FUNCTION_NAME=sample").send(t, headers)
		}, true, true},
		{"plain http does not believe headers", func(t *testing.T) response {
			t.Helper()
			return startPlain(t, binary).send(t, headers)
		}, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer := tt.send(t)
			if strings.Contains(answer.Body, sample.Secret) {
				t.Errorf("the secret is in what a handler sees: %s", answer.Body)
			}
			c := readContext(t, answer)
			found := c.Credentials == "temporary credentials" && c.KeyID == "STS.key" && c.Token == "token"
			if found != tt.wantFound || (c.KeyID != "") != tt.wantFound {
				t.Errorf("credentials = %q, %q, %q, want them: %t", c.Credentials, c.KeyID, c.Token, tt.wantFound)
			}
			if c.RequestID == "" || (c.RequestID == "id-1") != tt.wantID {
				t.Errorf("request id = %q, want the given one: %t", c.RequestID, tt.wantID)
			}
		})
	}
}

// TestRunTimeout looks at the ctx of runs that are asked for over HTTP.
func TestRunTimeout(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	tests := []struct {
		name, variable, header string
		want                   time.Duration
	}{
		{"plain", "SAMPLE=", "", 10 * time.Minute},
		{"plain does not believe headers", "SAMPLE=", "1", 10 * time.Minute},
		{"fc's is shorter", "FC_FUNCTION_NAME=sample", "60", 58 * time.Second},
		{"fc's is longer", "FC_FUNCTION_NAME=sample", "3600", 10 * time.Minute},
		{"fc's is no number", "FC_FUNCTION_NAME=sample", "soon", 10 * time.Minute},
		{"fc's is none", "FC_FUNCTION_NAME=sample", "0", 10 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := startPlain(t, binary, tt.variable)
			before := time.Now()
			_, _, body := p.do(t, request{
				method: "POST", path: "/invoke", body: fmt.Sprintf(timer, "deadline"),
				header: map[string]string{"X-Fc-Function-Timeout": tt.header},
			})
			after := time.Now()
			var deadline time.Time
			err := json.Unmarshal([]byte(body), &deadline)
			if err != nil || deadline.Before(before.Add(tt.want)) || deadline.After(after.Add(tt.want)) {
				t.Errorf("a run has until %s, %v, want %s from %s on", body, err, tt.want, before)
			}
		})
	}
}

func TestRunEndsAtItsTimeout(t *testing.T) {
	t.Parallel()
	p := startPlain(t, servetest.Build(t, bootstrap), "SAMPLE=hasty")
	if answer, errorType := p.run(t, fmt.Sprintf(timer, "wait")); errorType != "RunError" {
		t.Errorf("run = %s, want a RunError", answer)
	}
	if want := `"cause":"the run has taken its 50ms: context deadline exceeded"`; !strings.Contains(p.Output(), want) {
		t.Errorf("want %s in\n%s", want, p.Output())
	}
}
