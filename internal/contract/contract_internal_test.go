package contract

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorded is a test that others fail.
type recorded struct {
	testing.TB

	errors []string
}

func (r *recorded) Helper() {}

func (r *recorded) Error(args ...any) { r.errors = append(r.errors, fmt.Sprint(args...)) }

func (r *recorded) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// given is a handler that answers everything so.
func given(status int, media, body string, header ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

const plainJSON, problemJSON = "application/json", "application/problem+json"

// TestHandlerFailsTheTest has handlers that answer otherwise than the contract says.
func TestHandlerFailsTheTest(t *testing.T) {
	t.Parallel()
	const alive = `{"status":"ok","version":"(devel)"}`
	const refused = `{"type":"urn:problem-type:signalbox:unauthorized","title":"Unauthorized","status":401}`
	const challenge = "Www-Authenticate"
	problem := func(slug string) string { return strings.Replace(refused, "unauthorized", slug, 1) }
	tests := []struct {
		name, ask string
		handler   http.Handler
		want      string // "": nothing is wrong
	}{
		{"as it should be", "GET /healthz", given(200, plainJSON, alive), ""},
		{"HEAD", "HEAD /healthz", given(200, plainJSON, ""), ""},
		{"a name", "GET /healthz", given(200, plainJSON, `{"status":"ok","build":"x"}`), `property "build" is unsupported`},
		{"a type", "GET /healthz", given(200, plainJSON, `{"status":"ok","version":1}`), "/version"},
		{"a value", "GET /healthz", given(200, plainJSON, `{"status":"fine","version":"1"}`), "/status"},
		{"null", "GET /healthz", given(200, plainJSON, `{"status":"ok","version":null}`), "/version"},
		{"a member that is missing", "GET /healthz", given(200, plainJSON, `{"status":"ok"}`), "version"},
		{"half of it", "GET /healthz", given(200, plainJSON, alive[:9]), "decode"},
		{"nothing", "GET /healthz", given(200, plainJSON, ""), "decode"},
		{"a status", "GET /healthz", given(204, plainJSON, ""), "no status 204"},
		{"the status of HEAD", "HEAD /healthz", given(204, plainJSON, ""), "no status 204"},
		{"a media type", "GET /healthz", given(200, "text/html", alive), "text/html"},
		{"no media type", "GET /healthz", given(200, "", alive), "Content-Type"},
		{"a header", "GET /healthz", given(200, plainJSON, alive, "X-Powered-By", "x"), "no header X-Powered-By"},
		{"a path", "GET /health", given(200, plainJSON, alive), "no such path or method"},
		{"a method", "POST /healthz", given(200, plainJSON, alive), "no such path or method"},
		{"a deeper path", "GET /cards/1/flow/", given(200, plainJSON, alive), "no such path or method"},
		{"refused", "GET /otp-windows", given(401, problemJSON, refused, challenge, "Bearer"), ""},
		{"refused without a challenge", "GET /otp-windows", given(401, problemJSON, refused), "Www-Authenticate is missing"},
		{"refused as JSON", "GET /otp-windows", given(401, plainJSON, refused, challenge, "Bearer"), plainJSON},
		{"refused for another reason", "GET /otp-windows", given(401, problemJSON, problem("no-money"), challenge, "Bearer"), "/type"},
		{"refused with more", "GET /otp-windows", given(401, problemJSON, refused[:len(refused)-1]+`,"cause":"x"}`, challenge, "Bearer"), "cause"},
		{"refused where all may look", "GET /healthz", given(401, problemJSON, refused, challenge, "Bearer"), "no status 401"},
		{"no such path", "GET /nowhere", given(404, problemJSON, problem("no-such-path")), ""},
		{"no such path, as text", "GET /nowhere", given(404, "text/plain", "404 page not found"), "text/plain"},
		{"not that method", "DELETE /healthz", given(405, problemJSON, problem("method-not-allowed"), "Allow", "GET"), ""},
		{"not that method, and no word of others", "DELETE /healthz", given(405, problemJSON, problem("method-not-allowed")), "Allow is missing"},
		{"a caller that left", "GET /otp-windows", given(499, problemJSON, problem("caller-left")), ""},
		{"no Retry-After", "GET /otp-windows", given(503, problemJSON, problem("store-unavailable")), "Retry-After is missing"},
		{"a Retry-After of words", "GET /otp-windows", given(503, problemJSON, problem("store-unavailable"), "Retry-After", "soon"), "Retry-After"},
		{"not modified", "GET /cards/1/flow", notModified("ETag", `W/"a"`), ""},
		{"not modified, without ETag", "GET /cards/1/flow", notModified(), "Etag is missing"},
		{"not modified, with a body", "GET /cards/1/flow", given(304, plainJSON, "{}", "ETag", `W/"a"`), "no body for status 304"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(tt.ask, " ")
			for kind, ask := range map[string]func(*recorded, *http.Request){
				"Handler": func(tb *recorded, r *http.Request) {
					Handler(tb, tt.handler).ServeHTTP(httptest.NewRecorder(), r)
				},
				"Transport": func(tb *recorded, r *http.Request) {
					got, err := Transport(tb, within{tt.handler}).RoundTrip(r)
					if err != nil {
						t.Fatal(err)
					}
					got.Body.Close()
				},
			} {
				tb := new(recorded)
				ask(tb, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
				got := strings.Join(tb.errors, "\n")
				if (got != "") != (tt.want != "") || !strings.Contains(got, tt.want) {
					t.Errorf("%s complains %q, want %q", kind, got, tt.want)
				}
			}
		})
	}
}

func notModified(header ...string) http.Handler {
	header = append(header, "Cache-Control", "private", "Cache-Status", "signalbox; hit", "Age", "3")
	return given(304, "", "", header...)
}

// within has a handler of this process answer requests.
type within struct{ http.Handler }

func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// TestSkip leaves an operation out, and one answer of another.
func TestSkip(t *testing.T) {
	t.Parallel()
	tb := new(recorded)
	wrong := Handler(tb, given(200, plainJSON, `{}`), "GET /healthz", "GET /readyz 200 application/json")
	for _, path := range []string{"/healthz", "/readyz", "/otp-windows"} {
		wrong.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	}
	if len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "GET /otp-windows") {
		t.Errorf("complaints %q, want one of GET /otp-windows", tb.errors)
	}
}

// TestUnseen has a small contract, of which the tests have seen a part.
func TestUnseen(t *testing.T) {
	t.Parallel()
	b, err := newBook([]byte(`
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    get: {tags: [one], responses: {"200": {description: d, content: {text/csv: {}, text/html: {}}}, "304": {description: d}, "500": {description: d}}}
  /b:
    get: {tags: [one], responses: {"500": {description: d}}}
  /c:
    get: {tags: [two], responses: {"200": {description: d}}}
components:
  responses: {NoSuchPath: &d {description: d}, MethodNotAllowed: *d, CallerLeft: *d, Preflight: *d, OriginNotAllowed: *d}
`))
	if err != nil {
		t.Fatal(err)
	}
	saw := map[string]bool{"GET /a 200 text/csv": true, "GET /a 304": true}
	got := b.unseen("one", Excuses{"* 500": "nothing breaks", "GET /a 304": "too hard", "GET /d 200": "no longer there"}, func(a string) bool { return saw[a] })
	want := []string{
		"doc/openapi.yaml: no test of this package sees GET /a 200 text/html",
		"doc/openapi.yaml: nothing needs the excuse for GET /a 304",
		"doc/openapi.yaml: nothing needs the excuse for GET /d 200",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unseen (-want +got):\n%s", diff)
	}
}

// TestTags wants every operation to be of one that a package's tests have to see whole.
func TestTags(t *testing.T) {
	t.Parallel()
	b, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range b.operations {
		switch o.tag {
		case "alerts", "cardflow", "conversion", "every function":
		default:
			t.Errorf("%s has the tag %s, of which no tests are to see everything", o.name(), o.tag)
		}
	}
}

// TestBrokenContracts are refused.
func TestBrokenContracts(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no YAML":     ":",
		"no contract": "openapi: 3.1.0",
		"an example that is not one": `
openapi: 3.1.0
info: {title: T, version: "1"}
paths: {}
components: {parameters: {P: {name: p, in: query, schema: {type: string}, example: 1}}}`,
	} {
		if _, err := newBook([]byte(text)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}
