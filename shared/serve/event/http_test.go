package event_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/event"
)

func decodeHTTP(tb testing.TB, raw []byte) *event.HTTP {
	tb.Helper()
	e, err := event.Decode(raw)
	if err != nil {
		tb.Fatalf("Decode(%s): %v", raw, err)
	}
	if e.HTTP == nil || e.Scheduled != nil || e.Batch != nil {
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
	rest, single, multi := lambda, lambda, lambda
	rest.Host = gateway.Host
	single.Host = "signalbox-1334523864.eu-central-1.elb.amazonaws.com"
	multi.Host = single.Host
	single.RequestURI = "/files/a%2Fb%20c?month=202111&note=a%26b"
	single.Query = url.Values{"month": {"202111"}, "note": {"a&b"}}
	tests := []struct {
		name string
		file string
		want seen
	}{
		{"api gateway v1", "rest.json", rest},
		{"api gateway v2 with a stage", "apigw-v2-stage.json", gateway},
		{"load balancer", "alb.json", single},
		{"load balancer with lists", "alb-multi.json", multi},
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

// TestStage looks at what API Gateway puts in front of a path, in the formats in
// which it does.
func TestStage(t *testing.T) {
	t.Parallel()
	const (
		v2   = `{"version":"2.0","rawPath":%q,"requestContext":{"stage":%q,"http":{}}}`
		v1   = `{"version":"1.0","path":%q,"httpMethod":"GET","requestContext":{"apiId":"a","stage":%q}}`
		rest = `{"path":%q,"httpMethod":"GET","requestContext":{"apiId":"a","stage":%q}}`
	)
	tests := []struct{ name, form, path, stage, want string }{
		{"v2", v2, "/production/cards", "production", "/cards"},
		{"v2, nothing but the stage", v2, "/production", "production", "/"},
		{"v2, default", v2, "/$default/cards", "", "/$default/cards"},
		{"v2, by a domain of its own", v2, "/cards", "production", "/cards"},
		{"v2, only part of a name", v2, "/productions/cards", "production", "/productions/cards"},
		{"v1 of an http api", v1, "/production/cards", "production", "/cards"},
		{"rest api", rest, "/production/cards", "production", "/production/cards"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := decodeHTTP(t, fmt.Appendf(nil, tt.form, tt.path, tt.stage)).Request(t.Context())
			if r.URL.Path != tt.want {
				t.Errorf("path %s of stage %s = %s, want %s", tt.path, tt.stage, r.URL.Path, tt.want)
			}
		})
	}
}
