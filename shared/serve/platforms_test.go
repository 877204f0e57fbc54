package serve_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"signalbox/internal/contract"
	"signalbox/shared/serve/servetest"
)

const bootstrap = "signalbox/shared/serve/internal/sample/bootstrap"

// platform is one of the three ways to run the sample.
type platform interface {
	// send makes an HTTP request and returns the answer.
	send(t *testing.T, r request) response
	// run delivers an FC timer event. The errorType is "" for a success.
	run(t *testing.T, event string) (payload, errorType string)
	// Stop ends the process in order and returns its exit code.
	Stop() int
	Output() string
}

// platforms are the ways to start the sample.
func platforms(t *testing.T) map[string]func(*testing.T) platform {
	t.Helper()
	binary := servetest.Build(t, bootstrap)
	return map[string]func(*testing.T) platform{
		"fc":     func(t *testing.T) platform { t.Helper(); return fc{servetest.StartFC(t, binary)} },
		"lambda": func(t *testing.T) platform { t.Helper(); return lambda{servetest.StartLambda(t, binary)} },
		"http":   func(t *testing.T) platform { t.Helper(); return startPlain(t, binary) },
	}
}

type request struct {
	method string
	path   string // As sent, that is escaped.
	query  string
	header map[string]string
	body   string
}

type response struct {
	Status  int
	Header  map[string]string // Of those that matter here.
	Cookies []string
	Body    string
}

// interesting keeps what all platforms have in common.
func interesting(get func(string) string) map[string]string {
	kept := map[string]string{}
	for _, name := range []string{"Content-Type", "Content-Encoding", "Vary"} {
		if value := get(name); value != "" {
			kept[name] = value
		}
	}
	return kept
}

// common are the parts of an event that FC and Lambda agree on.
func (r request) common() map[string]any {
	e := map[string]any{
		"rawPath": r.path,
		"headers": r.header,
		"body":    r.body,
		"requestContext": map[string]any{"http": map[string]string{
			"method": r.method, "path": r.path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7",
		}},
	}
	if !utf8.ValidString(r.body) {
		e["body"], e["isBase64Encoded"] = base64.StdEncoding.EncodeToString([]byte(r.body)), true
	}
	return e
}

func (r request) fc(t *testing.T) []byte {
	t.Helper()
	values, err := url.ParseQuery(r.query)
	if err != nil {
		t.Fatal(err)
	}
	query := map[string]string{}
	for name, v := range values {
		query[name] = strings.Join(v, ",")
	}
	e := r.common()
	e["version"], e["queryParameters"] = "v1", query
	return encode(t, e)
}

func (r request) lambda(t *testing.T) []byte {
	t.Helper()
	e := r.common()
	headers := maps.Clone(r.header)
	if cookie, ok := headers["Cookie"]; ok {
		delete(headers, "Cookie")
		e["cookies"] = strings.Split(cookie, "; ")
	}
	e["version"], e["rawQueryString"], e["headers"] = "2.0", r.query, headers
	return encode(t, e)
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// decode reads a runtime API's form of a response.
func decode(t *testing.T, result servetest.Result) response {
	t.Helper()
	if result.Err != nil {
		t.Fatalf("HTTP event gave an error: %v", result.Err)
	}
	var a struct {
		StatusCode      int
		Headers         map[string]string
		Cookies         []string
		Body            string
		IsBase64Encoded bool
	}
	if err := json.Unmarshal(result.Payload, &a); err != nil {
		t.Fatalf("answer %s: %v", result.Payload, err)
	}
	if a.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(a.Body)
		if err != nil {
			t.Fatalf("answer %s: %v", result.Payload, err)
		}
		a.Body = string(body)
	}
	if cookie := a.Headers["Set-Cookie"]; cookie != "" {
		a.Cookies = append(a.Cookies, cookie)
	}
	get := func(name string) string { return a.Headers[name] }
	return response{Status: a.StatusCode, Header: interesting(get), Cookies: a.Cookies, Body: a.Body}
}

type fc struct{ *servetest.FC }

func (p fc) send(t *testing.T, r request) response {
	t.Helper()
	return decode(t, p.Invoke(t.Context(), r.fc(t)))
}

func (p fc) run(t *testing.T, event string) (payload, errorType string) {
	t.Helper()
	return outcome(p.Invoke(t.Context(), []byte(event)))
}

type lambda struct{ *servetest.Lambda }

func (p lambda) send(t *testing.T, r request) response {
	t.Helper()
	return decode(t, p.Invoke(t.Context(), r.lambda(t)))
}

func (p lambda) run(t *testing.T, event string) (payload, errorType string) {
	t.Helper()
	return outcome(p.Invoke(t.Context(), []byte(event)))
}

func outcome(result servetest.Result) (payload, errorType string) {
	if result.Err != nil {
		errorType = result.Err.Type
	}
	return string(result.Payload), errorType
}

type plain struct{ *servetest.HTTP }

// invokeToken is what POST /invoke takes.
const invokeToken = "the-schedulers-token"

func startPlain(t *testing.T, binary string, env ...string) plain {
	t.Helper()
	return plain{servetest.StartHTTP(t, binary, append(env, "SIGNALBOX_INVOKE_TOKEN="+invokeToken)...)}
}

func (p plain) send(t *testing.T, r request) response {
	t.Helper()
	status, header, body := p.do(t, r)
	return response{
		Status: status, Header: interesting(header.Get), Cookies: header.Values("Set-Cookie"), Body: body,
	}
}

// run takes the problem of a failed run for the error type that platforms see.
func (p plain) run(t *testing.T, event string) (payload, errorType string) {
	t.Helper()
	status, _, body := p.do(t, request{method: http.MethodPost, path: "/invoke", body: event})
	if status == http.StatusInternalServerError && strings.Contains(body, ":run-failed") {
		errorType = "RunError"
	}
	return strings.TrimSpace(body), errorType
}

func (p plain) do(t *testing.T, r request) (status int, header http.Header, body string) {
	t.Helper()
	status, header, body, err := p.try(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains([]string{"/invoke", "/metrics", "/readyz"}, r.path) {
		asked := httptest.NewRequestWithContext(t.Context(), r.method, r.path, http.NoBody)
		contract.Check(t, asked, contract.Answer{Status: status, Header: header, Body: []byte(body)}, contract.Skip{sampleRun})
	}
	return status, header, body
}

// try gives an error where the answer breaks off.
func (p plain) try(ctx context.Context, r request) (status int, header http.Header, body string, err error) {
	target := p.URL + r.path
	if r.query != "" {
		target += "?" + r.query
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, strings.NewReader(r.body))
	if err != nil {
		return 0, nil, "", err
	}
	if r.path == "/invoke" {
		req.Header.Set("Authorization", "Bearer "+invokeToken)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, string(raw), err
}
