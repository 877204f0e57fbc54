package serve_test

import (
	"fmt"
	"strings"
	"testing"

	"signalbox/shared/serve/internal/sample"
	"signalbox/shared/serve/servetest"
)

// invocation is one POST /invoke, and what comes of it.
type invocation struct {
	name, body string
	header     map[string]string
	wantStatus int
	wantMark   string // the x-fc-status
	wantBody   string // a part of it
}

func (i invocation) test(t *testing.T, p plain) {
	t.Helper()
	status, header, body := p.do(t, request{method: "POST", path: "/invoke", body: i.body, header: i.header})
	if status != i.wantStatus || header.Get("X-Fc-Status") != i.wantMark ||
		!strings.Contains(body, i.wantBody) || strings.Contains(body, "private") || strings.Contains(body, sample.Secret) {
		t.Errorf("POST /invoke = %d, x-fc-status %q, %s, want %d, %q, ...%s...",
			status, header.Get("X-Fc-Status"), body, i.wantStatus, i.wantMark, i.wantBody)
	}
	if problem := header.Get("Content-Type") == "application/problem+json"; problem != (status != 200) {
		t.Errorf("POST /invoke = %d with the type %s", status, header.Get("Content-Type"))
	}
}

var (
	asEvent   = map[string]string{"X-Fc-Control-Path": "/invoke", "Authorization": ""}
	asTrigger = map[string]string{"X-Fc-Control-Path": "/http-invoke"}
	asNobody  = map[string]string{"X-Fc-Control-Path": "/http-invoke", "Authorization": ""}
	asGuesser = map[string]string{"X-Fc-Control-Path": "/http-invoke", "Authorization": "Bearer guessed-token-1234"}
)

const sqs = `{"Records":[{"eventSource":"aws:sqs","messageId":"m","body":""}]}`

// TestInvokeByCustomRuntime wants what FC wants: the platform shows no token, and
// takes every answer without x-fc-status for a success.
func TestInvokeByCustomRuntime(t *testing.T) {
	t.Parallel()
	p := startPlain(t, servetest.Build(t, bootstrap), "FC_FUNCTION_NAME=sample")
	for _, tt := range []invocation{
		{"nothing is a run at once", "", asEvent, 200, "", `"name":"invoke"`},
		{"timer event", fmt.Sprintf(timer, "x"), asEvent, 200, "", `"payload":"x"`},
		{"overlapping run", fmt.Sprintf(timer, "overlap"), asEvent, 200, "", `{"busy":true}`},
		{"failed run", fmt.Sprintf(timer, "fail"), asEvent, 404, "404", "run-failed"},
		{"not a timer event", sqs, asEvent, 404, "404", "run-failed"},
		{"not an event", "8986-private", asEvent, 404, "404", "run-failed"},
		{"too long", strings.Repeat("8", 1<<20+1), asEvent, 404, "404", "run-failed"},
		{"HTTP trigger without a token", fmt.Sprintf(timer, "x"), asNobody, 401, "", ":unauthorized"},
		{"HTTP trigger with a wrong one", fmt.Sprintf(timer, "x"), asGuesser, 401, "", ":unauthorized"},
		{"HTTP trigger with a token", fmt.Sprintf(timer, "x"), asTrigger, 200, "", `"payload":"x"`},
		{"HTTP trigger, failed run", fmt.Sprintf(timer, "fail"), asTrigger, 500, "", ":run-failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(t, p)
		})
	}
}

// TestInvokeOverPlainHTTP has headers of FC's too, which mean nothing here.
func TestInvokeOverPlainHTTP(t *testing.T) {
	t.Parallel()
	p := startPlain(t, servetest.Build(t, bootstrap))
	for _, tt := range []invocation{
		{"nothing is a run at once", " \n", nil, 200, "", `"name":"invoke"`},
		{"nothing but braces", "{}", nil, 200, "", `"name":"invoke"`},
		{"payload", `{"payload":"summary"}`, nil, 200, "", `"name":"invoke","payload":"summary"`},
		{"timer event", fmt.Sprintf(timer, "x"), nil, 200, "", `{"id":"hourly@2022-07-29T10:02:58Z","name":"hourly","payload":"x"}`},
		{"overlapping run", fmt.Sprintf(timer, "overlap"), nil, 409, "", ":run-overlaps"},
		{"failed run", fmt.Sprintf(timer, "fail"), nil, 500, "", "the log of request "},
		{"panic", fmt.Sprintf(timer, "panic"), nil, 500, "", ":run-failed"},
		{"unknown member", sqs, nil, 422, "", `"field":"Records"`},
		{"a name that is there twice", `{"payload":"","payload":"summary"}`, nil, 400, "", `"field":"payload"`},
		{"a name in other letters", `{"Payload":"summary"}`, nil, 400, "", `"field":"Payload"`},
		{"a payload that is no text", `{"payload":{}}`, nil, 422, "", `"field":"payload"`},
		{"a time that is none", `{"triggerTime":"private"}`, nil, 422, "", `"field":"triggerTime"`},
		{"not an event", "8986-private", nil, 400, "", ":invalid-json"},
		{"too long", strings.Repeat("8", 128<<10+1), nil, 413, "", ":body-too-large"},
		{"without a token", "", asEvent, 401, "", ":unauthorized"},
		{"with a wrong one", "", asGuesser, 401, "", ":unauthorized"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(t, p)
		})
	}
	if strings.Contains(p.Output(), "refuses everybody") {
		t.Errorf("a server with a token warns that it has none:\n%s", p.Output())
	}
}

// TestInvokeWithoutAToken wants a run to be refused, with what to do, and a warning
// at the start.
func TestInvokeWithoutAToken(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	p := plain{servetest.StartHTTP(t, binary)}
	invocation{"", fmt.Sprintf(timer, "x"), nil, 403, "", "SIGNALBOX_INVOKE_TOKEN"}.test(t, p)
	if warnings := logged(t, p.Output(), "WARN"); len(warnings) != 1 ||
		warnings[0]["message"] != "POST /invoke refuses everybody: set SIGNALBOX_INVOKE_TOKEN" {
		t.Errorf("warnings = %v, want one that POST /invoke refuses everybody", warnings)
	}
	custom := plain{servetest.StartHTTP(t, binary, "FC_FUNCTION_NAME=sample")}
	invocation{"", fmt.Sprintf(timer, "x"), asTrigger, 403, "", "SIGNALBOX_INVOKE_TOKEN"}.test(t, custom)
	invocation{"", fmt.Sprintf(timer, "x"), asEvent, 200, "", `"payload":"x"`}.test(t, custom)
	bare := plain{servetest.StartHTTP(t, binary, "SAMPLE=bare")}
	if warnings := logged(t, bare.Output()+custom.Output(), "WARN"); len(warnings) != 0 {
		t.Errorf("warnings = %v, want none where there is no POST /invoke of that kind", warnings)
	}
}
