package event_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/event"
)

func decodeHTTP(tb testing.TB, raw []byte) *event.HTTP {
	tb.Helper()
	e, err := event.Decode(raw)
	if err != nil {
		tb.Fatalf("Decode(%s): %v", raw, err)
	}
	if e.HTTP == nil || e.Scheduled != nil || e.Messages != nil {
		tb.Fatalf("Decode(%s) = %+v, want HTTP and nothing else", raw, e)
	}
	return e.HTTP
}

// seen is what a handler can know of a request.
type seen struct {
	Method, Path, EscapedPath, RequestURI, Host, RemoteAddr, Proto, Body string

	Query         url.Values
	ContentLength int64
	Cookies       map[string]string
	ContentType   string
	HostHeader    string
}

func see(tb testing.TB, r *http.Request) seen {
	tb.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		tb.Fatal(err)
	}
	s := seen{
		Method: r.Method, Path: r.URL.Path, EscapedPath: r.URL.EscapedPath(), RequestURI: r.RequestURI,
		Host: r.Host, RemoteAddr: r.RemoteAddr, Proto: r.Proto, Body: string(body),
		Query: r.URL.Query(), ContentLength: r.ContentLength, Cookies: map[string]string{},
		ContentType: r.Header.Get("Content-Type"), HostHeader: r.Header.Get("Host"),
	}
	for _, c := range r.Cookies() {
		s.Cookies[c.Name] += c.Value
	}
	return s
}

func TestRequest(t *testing.T) {
	t.Parallel()
	file := seen{
		Method: "POST", Path: "/files/a/b c", EscapedPath: "/files/a%2Fb%20c",
		RemoteAddr: "203.0.113.7:0", Proto: "HTTP/1.1", Body: "hello \xff",
		ContentLength: 7, Cookies: map[string]string{"theme": "dark", "session": "abc"},
		ContentType: "application/octet-stream",
	}
	fc, lambda := file, file
	fc.Host = "signalbox-abcdefghij.ap-southeast-1.fcapp.run"
	fc.RequestURI = "/files/a%2Fb%20c?month=202110%2C202111&note=a%26b"
	fc.Query = url.Values{"month": {"202110,202111"}, "note": {"a&b"}}
	lambda.Host = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws"
	lambda.RequestURI = "/files/a%2Fb%20c?month=202110&month=202111&note=a%26b"
	lambda.Query = url.Values{"month": {"202110", "202111"}, "note": {"a&b"}}
	gateway := seen{
		Method: "GET", Path: "/cards/89860321000000015668/flow", EscapedPath: "/cards/89860321000000015668/flow",
		RequestURI: "/cards/89860321000000015668/flow?month=202110&month=202111",
		Host:       "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
		RemoteAddr: "[2001:db8::7]:0", Proto: "HTTP/1.1",
		Query:   url.Values{"month": {"202110", "202111"}},
		Cookies: map[string]string{"theme": "dark"},
	}
	tests := []struct {
		name string
		file string
		want seen
	}{
		{"fc http trigger", "fc-http.json", fc},
		{"lambda function url", "lambda-url.json", lambda},
		{"api gateway v2", "apigw-v2.json", gateway},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := decodeHTTP(t, payload(t, tt.file)).Request(t.Context())
			if diff := cmp.Diff(tt.want, see(t, r)); diff != "" {
				t.Errorf("Request of %s (-want +got):\n%s", tt.file, diff)
			}
		})
	}
}

func TestRequestOddPaths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, raw, wantPath, wantURI string
	}{
		{"empty", "", "/", "/"},
		{"no slash", "a", "/a", "/a"},
		{"two slashes are no host", "//evil.example/a", "//evil.example/a", "//evil.example/a"},
		{"unescaped by the gateway", "/100% sure", "/100% sure", "/100%25%20sure"},
		{"question mark in a segment", "/a%3Fb", "/a?b", "/a%3Fb"},
		{"not ascii", "/卡", "/卡", "/%E5%8D%A1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(map[string]any{
				"version": "2.0", "rawPath": tt.raw, "requestContext": map[string]any{"http": map[string]any{}},
			})
			if err != nil {
				t.Fatal(err)
			}
			r := decodeHTTP(t, raw).Request(t.Context())
			if r.URL.Path != tt.wantPath || r.RequestURI != tt.wantURI || r.URL.Host != "" {
				t.Errorf("rawPath %q: path %q, URI %q, host %q, want %q, %q, none",
					tt.raw, r.URL.Path, r.RequestURI, r.URL.Host, tt.wantPath, tt.wantURI)
			}
		})
	}
}

type answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

func TestServe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		file    string
		handler http.HandlerFunc
		want    answer
	}{
		{
			name:    "nothing written",
			file:    "fc-http.json",
			handler: func(http.ResponseWriter, *http.Request) {},
			want:    answer{StatusCode: 200, Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
		},
		{
			name: "binary is base64",
			file: "fc-http.json",
			handler: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/octet-stream")
				_, _ = io.Copy(w, r.Body)
			},
			want: answer{
				StatusCode: 200, Headers: map[string]string{"Content-Type": "application/octet-stream"},
				Body: "aGVsbG8g/w==", IsBase64Encoded: true,
			},
		},
		{
			name: "forbidden headers stay here, repeated ones are joined",
			file: "fc-http.json",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				for _, name := range []string{"Connection", "Content-Length", "Date", "Keep-Alive", "Server", "X-Fc-Status"} {
					w.Header().Set(name, "1")
				}
				w.Header()["x-fc-lower"] = []string{"1"}
				w.Header().Add("Vary", "Accept")
				w.Header().Add("Vary", "Origin")
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusTeapot)
				w.WriteHeader(http.StatusOK)
				w.Header().Set("Late", "1")
				_, _ = io.WriteString(w, `{"a":"<>"}`)
			},
			want: answer{
				StatusCode: 418, Body: `{"a":"<>"}`,
				Headers: map[string]string{"Content-Type": "application/json", "Vary": "Accept, Origin"},
			},
		},
		{name: "cookies on lambda", file: "lambda-url.json", handler: twoCookies, want: answer{
			StatusCode: 200, Cookies: []string{"a=1; Path=/", "b=2"},
			Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		}},
		{name: "cookies on fc", file: "fc-http.json", handler: twoCookies, want: answer{
			StatusCode: 200,
			Headers:    map[string]string{"Content-Type": "text/plain; charset=utf-8", "Set-Cookie": "a=1; Path=/, b=2"},
		}},
		{
			name: "response controller",
			file: "lambda-url.json",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				c := http.NewResponseController(w)
				for _, err := range []error{c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{}), c.Flush()} {
					if err != nil {
						http.Error(w, err.Error(), http.StatusInternalServerError)
					}
				}
			},
			want: answer{StatusCode: 200, Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw := decodeHTTP(t, payload(t, tt.file)).Serve(t.Context(), tt.handler)
			var got answer
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatalf("Serve = %s: %v", raw, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Serve (-want +got):\n%s", diff)
			}
		})
	}
}

func twoCookies(w http.ResponseWriter, _ *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "a", Value: "1", Path: "/"})
	http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
}

func TestServeHead(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(string(payload(t, "apigw-v2.json")), `"method": "GET"`, `"method": "HEAD"`, 1)
	got := decodeHTTP(t, []byte(raw)).Serve(t.Context(), http.NotFoundHandler())
	var a answer
	if err := json.Unmarshal(got, &a); err != nil || a.StatusCode != http.StatusNotFound || a.Body != "" {
		t.Errorf("Serve of HEAD = %s, want 404 and no body", got)
	}
}
