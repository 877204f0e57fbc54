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
	both := config.Tokens{{Name: "first", Secret: firstToken}, {Secret: secondToken}}
	tests := []struct {
		name   string
		tokens config.Tokens
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
				checkCaller(t, got, tt.header)
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

// checkCaller wants the token's name in the log, and the token nowhere.
func checkCaller(t *testing.T, got answer, authorization string) {
	t.Helper()
	want := "unnamed token"
	if strings.Contains(authorization, firstToken) {
		want = "first"
	}
	if caller := got.lines(t)[0]["caller"]; caller != want {
		t.Errorf("the log has the caller %v, want %s", caller, want)
	}
}

func TestBrowser(t *testing.T) {
	t.Parallel()
	basic := func(user, password string) string {
		r := get(t, "/x")
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	tests := []struct {
		name, header string
		status       int
	}{
		{"password", basic("anybody", firstToken), 200},
		{"password without a name", basic("", firstToken), 200},
		{"small letters", strings.Replace(basic("a", firstToken), "Basic", "basic", 1), 200},
		{"bearer", "Bearer " + firstToken, 200},
		{"nothing", "", 401},
		{"wrong password", basic("anybody", firstToken+"x"), 401},
		{"token as the name", basic(firstToken, ""), 401},
		{"token as both", basic(firstToken, firstToken+":"+firstToken), 401},
		{"not in base64", "Basic " + firstToken, 401},
		{"wrong bearer", "Bearer x" + firstToken, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := get(t, "/x")
			if tt.header != "" {
				r.Header.Set("Authorization", tt.header)
			}
			got := ask("GET /x", web.Browser(config.Tokens{{Name: "first", Secret: firstToken}})(ok), r)
			if got.Code != tt.status {
				t.Fatalf("Authorization: %s = %d, want %d", tt.header, got.Code, tt.status)
			}
			if tt.status == http.StatusOK {
				if caller := got.lines(t)[0]["caller"]; caller != "first" {
					t.Errorf("the log has the caller %v, want first", caller)
				}
				return
			}
			if challenge := got.Header().Get("WWW-Authenticate"); !strings.HasPrefix(challenge, "Basic realm=") {
				t.Errorf("WWW-Authenticate = %q, want a Basic challenge", challenge)
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
		{"platform with tokens", config.Auth{Mode: "platform", Tokens: config.Tokens{{Secret: firstToken}}}, 200},
		{"token", config.Auth{Mode: "token", Tokens: config.Tokens{{Secret: firstToken}}}, 401},
		{"nothing set", config.Auth{}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, guard := range []web.Guard{web.GuardFor(tt.auth), web.BrowserGuardFor(tt.auth)} {
				got := ask("GET /x", guard(ok), get(t, "/x"))
				if got.Code != tt.status {
					t.Errorf("a guard for %+v lets a request without token through with %d, want %d", tt.auth, got.Code, tt.status)
				}
				if caller := got.lines(t)[0]["caller"]; tt.status == http.StatusOK && caller != "platform" {
					t.Errorf("the log has the caller %v, want platform", caller)
				}
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
