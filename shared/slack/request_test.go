package slack_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// The example on https://docs.slack.dev/authentication/verifying-requests-from-slack/.
const (
	exampleSecret    = "8f742231b10e8888abcd99yyyzzz85a5"
	exampleTime      = 1531420618
	exampleSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	exampleBody      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
		"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
		"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)

func exampleHeader() http.Header {
	return http.Header{"X-Slack-Request-Timestamp": {"1531420618"}, "X-Slack-Signature": {exampleSignature}}
}

// atExample waits until the time of Slack's example, and so much longer.
func atExample(more time.Duration) { time.Sleep(time.Until(time.Unix(exampleTime, 0)) + more) }

// TestPublishedSignature verifies Slack's own example, and nothing that differs from it
// by a byte.
func TestPublishedSignature(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		atExample(0)
		r := slack.NewRequests([]string{exampleSecret})
		if err := r.Verify(exampleHeader(), []byte(exampleBody)); err != nil {
			t.Fatalf("Verify = %v of Slack's own example", err)
		}
		for i := range exampleBody {
			altered := []byte(exampleBody)
			altered[i] ^= 1
			if err := r.Verify(exampleHeader(), altered); !errors.Is(err, slack.ErrUnverified) {
				t.Fatalf("Verify = %v with byte %d of the body changed", err, i)
			}
		}
		for name, values := range exampleHeader() {
			for i := range values[0] {
				header, altered := exampleHeader(), []byte(values[0])
				altered[i] ^= 1
				header.Set(name, string(altered))
				if err := r.Verify(header, []byte(exampleBody)); !errors.Is(err, slack.ErrUnverified) {
					t.Fatalf("Verify = %v with byte %d of %s changed", err, i, name)
				}
			}
		}
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	without := func(name string) http.Header {
		h := exampleHeader()
		h.Del(name)
		return h
	}
	const other = "another-signing-secret"
	tests := []struct {
		name    string
		secrets []string
		header  http.Header
		late    time.Duration
		ok      bool
	}{
		{"the first of two secrets", []string{exampleSecret, other}, exampleHeader(), 0, true},
		{"the second of two secrets", []string{other, exampleSecret}, exampleHeader(), 0, true},
		{"another secret", []string{other}, exampleHeader(), 0, false},
		{"no secret", nil, exampleHeader(), 0, false},
		{"an empty secret", []string{""}, exampleHeader(), 0, false},
		{"no header", []string{exampleSecret}, nil, 0, false},
		{"no signature", []string{exampleSecret}, without("X-Slack-Signature"), 0, false},
		{"no time", []string{exampleSecret}, without("X-Slack-Request-Timestamp"), 0, false},
		{"five minutes late", []string{exampleSecret}, exampleHeader(), 5 * time.Minute, true},
		{"later", []string{exampleSecret}, exampleHeader(), 5*time.Minute + time.Second, false},
		{"five minutes early", []string{exampleSecret}, exampleHeader(), -5 * time.Minute, true},
		{"earlier", []string{exampleSecret}, exampleHeader(), -5*time.Minute - time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				atExample(tt.late)
				err := slack.NewRequests(tt.secrets).Verify(tt.header, []byte(exampleBody))
				if (err == nil) != tt.ok || err != nil && !errors.Is(err, slack.ErrUnverified) {
					t.Errorf("Verify = %v, want ok %v", err, tt.ok)
				}
			})
		})
	}
}

func TestParseCommand(t *testing.T) {
	t.Parallel()
	c, err := slack.ParseCommand([]byte(exampleBody))
	if err != nil || c.User != (slack.User{ID: "U2CERLKJA", Name: "roadrunner"}) || c.Channel != "G8PSS9T3V" || c.Command != "/webhook-collect" || c.Text != "" {
		t.Errorf("ParseCommand = %+v, %v", c, err)
	}
	again, _ := slack.ParseCommand([]byte(exampleBody + "&text=x"))
	other, _ := slack.ParseCommand([]byte(strings.Replace(exampleBody, "398738663015", "398738663016", 1)))
	if c.ID != again.ID || c.ID == other.ID || c.ID == "" {
		t.Errorf("the ids are %q, %q and %q, want that of one trigger to stay", c.ID, again.ID, other.ID)
	}
	for _, body := range []string{"", "%zz", "command=%2Fx", "user_id=U1", "text=hello"} {
		if c, err := slack.ParseCommand([]byte(body)); err == nil {
			t.Errorf("ParseCommand(%q) = %+v, want an error", body, c)
		}
	}
}

// FuzzParseInteraction wants no panic, and no action of nobody.
func FuzzParseInteraction(f *testing.F) {
	for _, payload := range []string{
		`{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"a","block_id":"b","action_ts":"1"}],"state":{"values":{"b":{"m":{"selected_option":{"value":"v"}}}}}}`,
		`{"type":"view_submission"}`, `{"type":"block_actions"}`, `[]`, `null`, `{`,
	} {
		f.Add(url.Values{"payload": {payload}}.Encode())
	}
	f.Add("%zz")
	f.Fuzz(func(t *testing.T, body string) {
		in, err := slack.ParseInteraction([]byte(body))
		if err == nil && in.Type == "block_actions" && in.User.ID == "" {
			t.Errorf("ParseInteraction(%q) = %+v of nobody", body, in)
		}
	})
}

// TestRespond answers by Slack's address or that of a fake, and by no other.
func TestRespond(t *testing.T) {
	t.Parallel()
	server := slacktest.New(slacktest.Options{})
	asked := make(map[string]bool)
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		asked[r.URL.Host] = true
		return server.Transport().RoundTrip(r)
	})
	r, err := slack.NewResponder("http://127.0.0.1:9000/api/", transport)
	if err != nil {
		t.Fatal(err)
	}
	for address, ok := range map[string]bool{
		"https://hooks.slack.com/actions/T0FAKE/U1/2": true, "http://127.0.0.1:9000/actions/T0FAKE/U1/1": true,
		"http://hooks.slack.com/actions/T0FAKE/U1/1": false, "https://hooks.slack.com.example/actions/T0FAKE/U1/1": false,
		"https://user@hooks.slack.com/actions/T0FAKE/U1/1": false, "https://169.254.169.254/latest": false, "": false, "::": false,
		"https://hooks.slack.com/unknown": false,
	} {
		if err := r.Respond(t.Context(), address, "no"); (err == nil) != ok {
			t.Errorf("Respond(%s) = %v, want ok %v", address, err, ok)
		}
	}
	if len(asked) != 2 || len(server.Whispers()) != 2 {
		t.Errorf("hosts %v were asked, and %d answers arrived", asked, len(server.Whispers()))
	}
}

// TestSecretStaysSecret has no error of a request's show what signs it.
func TestSecretStaysSecret(t *testing.T) {
	t.Parallel()
	r := slack.NewRequests([]string{exampleSecret})
	err := r.Verify(exampleHeader(), bytes.Repeat([]byte("x"), 100))
	if err == nil || strings.Contains(err.Error(), exampleSecret) || strings.Contains(err.Error(), exampleSignature[3:]) {
		t.Errorf("Verify = %v", err)
	}
}
