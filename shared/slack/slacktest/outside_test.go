package slacktest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/slack/slacktest"
)

// TestChannelState changes what the bot may do in a channel and asks each method.
func TestChannelState(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		change, undo func(*slacktest.Server)
		write, read  string
		hook         answer
	}{
		{
			"archived", func(s *slacktest.Server) { s.Archive("#alerts") }, func(s *slacktest.Server) { s.Unarchive(alertsID) },
			"is_archived", "",
			answer{Status: 410, Body: "channel_is_archived"},
		},
		{
			"not a member", func(s *slacktest.Server) { s.Kick("alerts") }, func(s *slacktest.Server) { s.Invite("alerts") },
			"not_in_channel", "not_in_channel",
			answer{Status: 200, Body: "ok"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{Burst: 100})
			hook(t, s, `{"text":"first"}`)
			ts := s.Inbox()[0].TS
			check := func(write, read string) {
				t.Helper()
				for method, arguments := range map[string]map[string]any{
					"chat.postMessage":             {"channel": "alerts", "text": "a"},
					"chat.update":                  {"channel": alertsID, "ts": ts, "text": "a"},
					"files.completeUploadExternal": {"channel_id": alertsID, "files": []any{map[string]any{"id": uploaded(t, s)}}},
				} {
					if got := call(t, s, method, arguments); got.Error != write {
						t.Errorf("%s = %+v, want error %q", method, got, write)
					}
				}
				if got := look(t, s, "conversations.history", "channel", alertsID); got.Error != read {
					t.Errorf("conversations.history = %+v, want error %q", got, read)
				}
			}
			tt.change(s)
			check(tt.write, tt.read)
			if diff := cmp.Diff(tt.hook, hook(t, s, `{"text":"a"}`)); diff != "" {
				t.Errorf("webhook (-want +got):\n%s", diff)
			}
			tt.undo(s)
			check("", "")
		})
	}
}

// uploaded uploads a file of one byte that was not shared yet and returns its id.
func uploaded(t *testing.T, s *slacktest.Server) string {
	t.Helper()
	promised := call(t, s, "files.getUploadURLExternal", map[string]any{"filename": "a", "length": 1})
	do(t, s, http.MethodPost, "/upload/v1/"+promised.FileID, "a")
	return promised.FileID
}

// TestScopes gives the token one scope after the other.
func TestScopes(t *testing.T) {
	t.Parallel()
	needs := map[string]string{
		"chat.postMessage": "chat:write", "chat.update": "chat:write",
		"files.getUploadURLExternal": "files:write", "files.completeUploadExternal": "files:write",
		"conversations.history": "channels:history", "conversations.replies": "channels:history", "auth.test": "",
	}
	for _, scope := range []string{"", "chat:write", "files:write", "channels:history"} {
		s, _ := newServer(slacktest.Options{Scopes: []string{scope}})
		for method, needed := range needs {
			got := call(t, s, method, nil).Error
			if missing := needed != "" && needed != scope; (got == "missing_scope") != missing {
				t.Errorf("%s with the scope %q = %q, want missing_scope: %t", method, scope, got, missing)
			}
		}
	}
}

func TestRevokeToken(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	s.RevokeToken()
	for _, method := range []string{"auth.test", "chat.postMessage", "conversations.history"} {
		if got := call(t, s, method, nil); got.Error != "token_revoked" {
			t.Errorf("%s = %+v, want token_revoked", method, got)
		}
	}
}

func TestEditWindow(t *testing.T) {
	t.Parallel()
	s, c := newServer(slacktest.Options{EditWindow: time.Hour})
	first := call(t, s, "chat.postMessage", map[string]any{"channel": "alerts", "text": "a"})
	update := map[string]any{"channel": first.Channel, "ts": first.TS, "text": "b"}
	for wait, want := range map[time.Duration]string{time.Hour: "", time.Hour + 1: "edit_window_closed"} {
		posted := c.now
		c.now = posted.Add(wait)
		if got := call(t, s, "chat.update", update); got.Error != want {
			t.Errorf("chat.update after %v = %+v, want error %q", wait, got, want)
		}
		c.now = posted
	}
}

// TestRefusalForms checks each form that a refusal can give to an answer.
func TestRefusalForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		refusal slacktest.Refusal
		want    answer
		stored  int
	}{
		{"word", slacktest.Refusal{Status: 200, Body: "a_word"}, answer{Status: 200, Body: `{"ok":false,"error":"a_word"}`}, 0},
		{"page", slacktest.Refusal{Status: 403, Raw: "<html>"}, answer{Status: 403, Body: "<html>"}, 0},
		{"half", slacktest.Refusal{Status: 200, Raw: `{"ok":tr`}, answer{Status: 200, Body: `{"ok":tr`}, 0},
		{"after it was stored", slacktest.Refusal{Status: 500, Applied: true}, answer{Status: 500, Body: `{"ok":false}`}, 1},
		{"limit", slacktest.Refusal{Status: 429, Body: "ratelimited", RetryAfter: 1500 * time.Millisecond}, answer{429, `{"ok":false,"error":"ratelimited"}`, "2"}, 0},
		{"limit of nothing", slacktest.Refusal{Status: 429, RetryAfterText: "0"}, answer{429, `{"ok":false}`, "0"}, 0},
		{"limit with a date", slacktest.Refusal{Status: 429, RetryAfter: 1, RetryAfterText: "Fri, 01 Jan 2100 00:00:00 GMT"}, answer{429, `{"ok":false}`, "Fri, 01 Jan 2100 00:00:00 GMT"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{})
			s.Refuse(tt.refusal)
			got := do(t, s, http.MethodPost, "/api/chat.postMessage", `{"channel":"alerts","text":"a"}`,
				"Content-Type", "application/json", "Authorization", "Bearer xoxb-test")
			if diff := cmp.Diff(tt.want, got); diff != "" || len(s.Inbox()) != tt.stored {
				t.Errorf("%d messages stored, want %d; answer (-want +got):\n%s", len(s.Inbox()), tt.stored, diff)
			}
		})
	}
}

// TestRefuseCall refuses by channel and by the number of the call.
func TestRefuseCall(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{Burst: 100, Channels: []string{"alerts", "summary"}})
	s.Refuse(slacktest.Refusal{Method: "chat.postMessage", Channel: "C00000002", Skip: 1, Count: 2, Status: 200, Body: "second"})
	s.Refuse(slacktest.Refusal{Channel: "#alerts", Skip: 3, Status: 200, Body: "fourth"})
	var got []string
	for range 5 {
		for _, channel := range []string{"alerts", "#summary"} {
			got = append(got, call(t, s, "chat.postMessage", map[string]any{"channel": channel, "text": "a"}).Error)
		}
	}
	want := []string{"", "", "", "second", "", "second", "fourth", "", "", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// TestConnectionEnds ends a connection in each way, in process, and checks how
// far the request was seen to come.
func TestConnectionEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		refusal slacktest.Refusal
		want    error
		steps   string
	}{
		{"closed", slacktest.Refusal{}, io.EOF, "get got headers request"},
		{"closed after it was stored", slacktest.Refusal{Applied: true}, io.EOF, "get got headers request"},
		{"hanging", slacktest.Refusal{Hang: true}, context.DeadlineExceeded, "get got headers request"},
		{"unreachable", slacktest.Refusal{Unreachable: true}, syscall.ECONNREFUSED, "get"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := slacktest.New(slacktest.Options{})
				s.Refuse(tt.refusal)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				var steps []string
				step := func(s string) { steps = append(steps, s) }
				ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
					GetConn:      func(string) { step("get") },
					GotConn:      func(httptrace.GotConnInfo) { step("got") },
					WroteHeaders: func() { step("headers") },
					WroteRequest: func(httptrace.WroteRequestInfo) { step("request") },
				})
				_, err := s.Transport().RoundTrip(newHook(ctx, t, s, "http://slack.example")) //nolint:bodyclose // there is none
				if got := strings.Join(steps, " "); !errors.Is(err, tt.want) || got != tt.steps {
					t.Errorf("RoundTrip = %v with the steps %s, want %v with %s", err, got, tt.want, tt.steps)
				}
				stored := map[bool]int{true: 1}[tt.refusal.Applied]
				if got := len(s.Inbox()); got != stored || s.Calls("webhook") != 1 {
					t.Errorf("%d messages after %d calls, want %d after 1", got, s.Calls("webhook"), stored)
				}
			})
		})
	}
}

// TestConnectionEndsLoopback does it over a network.
func TestConnectionEndsLoopback(t *testing.T) {
	t.Parallel()
	s := slacktest.New(slacktest.Options{})
	listener := httptest.NewServer(s)
	defer listener.Close()
	for _, refusal := range []slacktest.Refusal{{}, {Unreachable: true}, {Hang: true, Applied: true}} {
		s.Refuse(refusal)
		client := &http.Client{Timeout: 300 * time.Millisecond}
		if response, err := client.Do(newHook(t.Context(), t, s, listener.URL)); err == nil {
			response.Body.Close()
			t.Errorf("%+v answered with status %d, want no answer", refusal, response.StatusCode)
		}
	}
	if got := len(s.Inbox()); got != 1 {
		t.Errorf("inbox has %d messages, want the one that was stored without an answer", got)
	}
}

func newHook(ctx context.Context, t *testing.T, s *slacktest.Server, base string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+s.WebhookPath(), strings.NewReader(`{"text":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}
