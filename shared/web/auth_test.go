package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/shared/config"
	"signalbox/shared/web"
)

const (
	firstToken  = "first-token-0123456789"
	secondToken = "second-token-0123456789"
)

func TestBearer(t *testing.T) {
	t.Parallel()
	both := []config.Secret{firstToken, secondToken}
	tests := []struct {
		name   string
		tokens []config.Secret
		header string
		status int
	}{
		{"the only one", both[:1], "Bearer " + firstToken, 200},
		{"the first of two", both, "Bearer " + firstToken, 200},
		{"the last of two", both, "Bearer " + secondToken, 200},
		{"lower-case scheme", both, "bearer " + firstToken, 200},
		{"upper-case scheme", both, "BEARER " + firstToken, 200},
		{"two spaces", both, "Bearer  " + firstToken, 200},
		{"none", both, "", 401},
		{"scheme alone", both, "Bearer", 401},
		{"empty token", both, "Bearer ", 401},
		{"wrong", both, "Bearer third-token-0123456789", 401},
		{"upper-case token", both, "Bearer " + strings.ToUpper(firstToken), 401},
		{"beginning of one", both, "Bearer " + firstToken[:16], 401},
		{"more than one", both, "Bearer " + firstToken + " " + secondToken, 401},
		{"wrong scheme", both, "Basic " + firstToken, 401},
		{"no scheme", both, firstToken, 401},
		{"nobody may", nil, "Bearer ", 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := get(t, "/x")
			if tt.header != "" {
				r.Header.Set("Authorization", tt.header)
			}
			got := ask("GET /x", web.Bearer(tt.tokens)(ok), r)
			if got.Code != tt.status {
				t.Fatalf("Authorization: %s = %d, want %d", tt.header, got.Code, tt.status)
			}
			if tt.status == http.StatusOK {
				return
			}
			if p := got.problem(t); p.Type != problemType+"unauthorized" {
				t.Errorf("problem = %+v, want slug unauthorized", p)
			}
			if challenge := got.Header().Get("WWW-Authenticate"); !strings.HasPrefix(challenge, "Bearer ") {
				t.Errorf("WWW-Authenticate = %q, want a Bearer challenge", challenge)
			}
			if strings.Contains(got.logs, "0123456789") {
				t.Errorf("log = %s, want no token", got.logs)
			}
		})
	}
}

func TestGuardFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		auth   config.Auth
		status int
	}{
		{"platform", config.Auth{Mode: "platform"}, 200},
		{"platform with tokens", config.Auth{Mode: "platform", Tokens: config.Tokens{firstToken}}, 200},
		{"token", config.Auth{Mode: "token", Tokens: config.Tokens{firstToken}}, 401},
		{"nothing set", config.Auth{}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := ask("GET /x", web.GuardFor(tt.auth)(ok), get(t, "/x")); got.Code != tt.status {
				t.Errorf("GuardFor(%+v) lets a request without token through with %d, want %d", tt.auth, got.Code, tt.status)
			}
		})
	}
}

// TestRefusalIsReadable wants no escaped characters in what people read in a terminal.
func TestRefusalIsReadable(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	web.WriteError(w, web.Bearer(nil)(nil)(w, get(t, "/")))
	if got := w.Body.String(); !strings.Contains(got, "Authorization: Bearer TOKEN.") || strings.Contains(got, `\u`) {
		t.Errorf("the refusal is %s, want Bearer TOKEN in it", got)
	}
}
