package event_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type answer struct {
	StatusCode        int               `json:"statusCode"`
	StatusDescription string            `json:"statusDescription"`
	Headers           map[string]string `json:"headers"`
	MultiValueHeaders http.Header       `json:"multiValueHeaders"`
	Cookies           []string          `json:"cookies"`
	Body              string            `json:"body"`
	IsBase64Encoded   bool              `json:"isBase64Encoded"`
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
		{name: "cookies on api gateway v1", file: "rest.json", handler: twoCookies, want: answer{
			StatusCode:        200,
			MultiValueHeaders: http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Set-Cookie": {"a=1; Path=/", "b=2"}},
		}},
		{name: "cookies on a load balancer with lists", file: "alb-multi.json", handler: twoCookies, want: answer{
			StatusCode: 200, StatusDescription: "200 OK",
			MultiValueHeaders: http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Set-Cookie": {"a=1; Path=/", "b=2"}},
		}},
		{name: "a load balancer", file: "alb.json", handler: http.NotFound, want: answer{
			StatusCode: 404, StatusDescription: "404 Not Found", Body: "404 page not found\n",
			Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"},
		}},
		{
			name: "response controller",
			file: "lambda-url.json",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				c := http.NewResponseController(w)
				for _, err := range []error{c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{})} {
					if err != nil {
						http.Error(w, err.Error(), http.StatusInternalServerError)
					}
				}
				if err := c.Flush(); !errors.Is(err, http.ErrNotSupported) { // a handler may rely on what was sent
					http.Error(w, fmt.Sprint("Flush() = ", err), http.StatusInternalServerError)
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
