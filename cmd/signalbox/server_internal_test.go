package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering returns the address of a server that answers everything so.
func answering(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// written answers with a status, a media type and a body.
func written(status int, media, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if media != "" {
			w.Header().Set("Content-Type", media)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// hang gives no answer. A server notices that its caller has left only once it has read
// the body.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

const page500 = "<html><body>Internal \x1b[31mServer Error</body></html>"

// TestHostileAnswers has each command say what is wrong with an answer that no
// conversion function gives.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	all := []string{"report --rate 1", "report --events -", "windows"}
	json := func(body string) http.HandlerFunc { return written(200, "application/json", body) }
	tests := []struct {
		name     string
		handler  http.HandlerFunc
		commands []string
		want     string
	}{
		{"HTML", written(200, "text/html", "<html>welcome</html>"), all, "status 200 with text/html that is no JSON: is --url that of conversion?"},
		{"HTML and 500", written(500, "text/html", page500), all, "status 500 with text/html"},
		{"a proxy's 502", written(502, "text/html", page500), all, "status 502 with text/html"},
		{"no media type", written(200, "/;", `{}`), all, "status 200 with no media type"},
		{"half of it", json(`{"windows":[`), all, "that is no JSON"},
		{"no object", json(`[]`), all, "is --url that of a conversion function?"},
		{"another object", json(`{"status":"ok"}`), all, "is --url that of a conversion function?"},
		{"a problem", written(500, "application/problem+json", `{"detail":"An internal\u001b[2Jerror."}`), all, "status 500: An internal?[2Jerror."},
		{"a problem without words", written(403, "application/problem+json", `[1]`), all, "status 403\n"},
		{"a gateway's JSON", written(403, "application/json", `{"message":"Forbidden"}`), all, "status 403\n"},
		{"a redirect", http.RedirectHandler("https://login.example.com/", http.StatusFound).ServeHTTP, all, "it redirects to https://login.example.com/, which is not followed"},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, all, "EOF"},
		{"never an answer", hang, all, "no answer within 200ms"},
		{"never its end", func(w http.ResponseWriter, r *http.Request) {
			written(200, "application/json", "{")(w, r)
			_ = http.NewResponseController(w).Flush()
			hang(w, r)
		}, all, "no answer within 200ms"},
		{"too long", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for part := strings.Repeat(" ", 1<<20); r.Context().Err() == nil; {
				if _, err := fmt.Fprint(w, part); err != nil {
					return
				}
			}
		}, all[2:], "more than 64 MiB"},
		{"one event too many", json(`{"accepted":2,"duplicate":0,"late":0,"refused":0,"problems":[]}`), all[1:2], "does not count the 1 events"},
		{"fewer than none", json(`{"accepted":2,"duplicate":-1,"late":0,"refused":0,"problems":[]}`), all[1:2], "does not count the 1 events"},
		{"an event that was not sent", json(`{"accepted":0,"refused":1,"problems":[{"index":1}]}`), all[1:2], "does not count the 1 events"},
		{"another report", json(`{"conversionRate":1,"reportTime":1,"requestId":"X"}`), all[:1], "not that to a report"},
		{"damaged windows", json(`{"windows":[],"damaged":true}`), all[2:], "some windows could not be read"},
	}
	for _, tt := range tests {
		for _, command := range tt.commands {
			t.Run(tt.name+", "+command, func(t *testing.T) {
				t.Parallel()
				args := append(strings.Fields(command), "--url", answering(t, tt.handler), "--retry-for", "0s", "--timeout", "1m")
				if strings.HasPrefix(tt.name, "never") {
					args[len(args)-1] = "200ms"
				}
				got := start(t, nil, `{"type":"requested","id":"a"}`, args...)
				if got.code != exitError || !strings.Contains(got.stderr, tt.want) || strings.Contains(got.stderr+got.stdout, "\x1b") {
					t.Errorf("%s = %+v, want %q", command, got, tt.want)
				}
			})
		}
	}
}

// TestWindowsCommandShowsNothingRaw has what a server sends keep the table and the
// terminal as they are.
func TestWindowsCommandShowsNothingRaw(t *testing.T) {
	t.Parallel()
	url := answering(t, written(200, "application/json", `{"windows":[{"status":"re\u001bported\n\t","requestId":"","rate":1e999,"by":[{"country":"\u202eSG","prefix":"+65\u001b","rest":false},{"rest":true}]}]}`))
	for _, by := range [][]string{nil, {"--by", "country"}, {"--by", "prefix"}} {
		got := start(t, nil, "", append(by, "windows", "--url", url)...)
		if got.code != exitOK || !strings.Contains(got.stdout, "re?ported??") || strings.Count(got.stdout, "\n") != 2+len(by)/2 || strings.ContainsAny(got.stdout, "\x1b\t\u202e") {
			t.Errorf("windows = %+v", got)
		}
	}
}
