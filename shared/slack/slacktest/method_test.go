package slacktest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/slack/slacktest"
)

func TestPostAndUpdate(t *testing.T) {
	t.Parallel()
	s, c := newServer(slacktest.Options{Channels: []string{"alerts", "summary"}})
	first := call(t, s, "chat.postMessage", map[string]any{"channel": "#summary", "text": "first", "blocks": []any{map[string]any{"type": "divider"}}})
	want := result{OK: true, Channel: "C00000002", TS: "1795311000.000000", Status: 200}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("chat.postMessage (-want +got):\n%s", diff)
	}
	reply := call(t, s, "chat.postMessage", map[string]any{"channel": first.Channel, "text": "reply", "thread_ts": first.TS})
	c.now = c.now.Add(time.Minute)
	if got := call(t, s, "chat.update", map[string]any{"channel": first.Channel, "ts": first.TS, "text": "second"}); !got.OK || got.TS != first.TS {
		t.Errorf("chat.update = %+v, want ok with the same ts", got)
	}
	begin := c.now.Add(-time.Minute)
	wantInbox := []slacktest.Message{
		{At: begin, Channel: "summary", TS: first.TS, Text: "second", Blocks: []byte(`[{"type":"divider"}]`), Updates: 1},
		{At: begin, Channel: "summary", TS: reply.TS, ThreadTS: first.TS, Text: "reply"},
	}
	if diff := cmp.Diff(wantInbox, s.Inbox()); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	if reply.TS == first.TS {
		t.Errorf("two messages have the ts %s", reply.TS)
	}
}

func TestMethodErrors(t *testing.T) {
	t.Parallel()
	const id = "C00000001"
	tests := []struct {
		name, method string
		arguments    map[string]any
		want         string
	}{
		{"channel", "chat.postMessage", map[string]any{"channel": "nowhere", "text": "a"}, "channel_not_found"},
		{"no text", "chat.postMessage", map[string]any{"channel": id}, "no_text"},
		{"blocks", "chat.postMessage", map[string]any{"channel": id, "text": "a", "blocks": []any{1}}, "invalid_blocks"},
		{"thread", "chat.postMessage", map[string]any{"channel": id, "text": "a", "thread_ts": "1.0"}, "cannot_reply_to_message"},
		{"update by name", "chat.update", map[string]any{"channel": "alerts", "ts": "1.0", "text": "a"}, "channel_not_found"},
		{"update of nothing", "chat.update", map[string]any{"channel": id, "ts": "1.0", "text": "a"}, "message_not_found"},
		{"long update", "chat.update", map[string]any{"channel": id, "ts": "1795311000.000000", "text": han(4001)}, "msg_too_long"},
		{"empty update", "chat.update", map[string]any{"channel": id, "ts": "1795311000.000000"}, "no_text"},
		{"unknown", "chat.sing", nil, "unknown_method"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{})
			hook(t, s, `{"text":"there"}`)
			if diff := cmp.Diff(result{Error: tt.want, Status: 200}, call(t, s, tt.method, tt.arguments)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.method, diff)
			}
		})
	}
}

func TestMethodToken(t *testing.T) {
	t.Parallel()
	const asForm, path = "application/x-www-form-urlencoded", "/api/chat.postMessage"
	tests := []struct{ name, kind, authorization, body, want string }{
		{"none", asForm, "", form("channel", "alerts", "text", "a"), "not_authed"},
		{"wrong", asForm, "Bearer xoxb-test", form("channel", "alerts", "text", "a"), "invalid_auth"},
		{"in JSON", "application/json", "", `{"token":"xoxb-mine","channel":"alerts","text":"a"}`, "not_authed"},
		{"in the form", asForm, "", form("token", "xoxb-mine", "channel", "alerts", "text", "a", "blocks", `[{"type":"divider"}]`), ""},
		{"in the header", asForm, "Bearer xoxb-mine", form("channel", "alerts", "text", "a"), ""},
		{"not JSON", "application/json", "Bearer xoxb-mine", "text=a", "invalid_json"},
		{"another type", "text/plain", "Bearer xoxb-mine", "text=a", "invalid_post_type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{Token: "xoxb-mine"})
			got := decode(t, do(t, s, "POST", path, tt.body, "Content-Type", tt.kind, "Authorization", tt.authorization))
			if got.Error != tt.want || got.OK != (tt.want == "") || got.Status != 200 {
				t.Errorf("%s = %+v, want error %q", path, got, tt.want)
			}
		})
	}
}

func TestMethodPace(t *testing.T) {
	t.Parallel()
	s, c := newServer(slacktest.Options{Channels: []string{"alerts", "summary"}, Burst: 1})
	post := map[string]any{"channel": "alerts", "text": "a"}
	first := call(t, s, "chat.postMessage", post)
	if got, want := call(t, s, "chat.postMessage", post), (result{Error: "ratelimited", Status: 429, RetryAfter: "1"}); got != want {
		t.Errorf("second post = %+v, want %+v", got, want)
	}
	if got := hook(t, s, `{"text":"a"}`).Status; got != 429 {
		t.Errorf("webhook into the same channel = %d, want 429", got)
	}
	if got := call(t, s, "chat.postMessage", map[string]any{"channel": "summary", "text": "a"}); !got.OK {
		t.Errorf("post to another channel = %+v, want ok", got)
	}
	update := map[string]any{"channel": first.Channel, "ts": first.TS, "text": "b"}
	for range 50 {
		if got := call(t, s, "chat.update", update); !got.OK {
			t.Fatalf("chat.update = %+v, want 50 of them ok", got)
		}
	}
	if got, want := call(t, s, "chat.update", update), (result{Error: "ratelimited", Status: 429, RetryAfter: "2"}); got != want {
		t.Errorf("update 51 = %+v, want %+v", got, want)
	}
	c.now = c.now.Add(1200 * time.Millisecond)
	if got := call(t, s, "chat.update", update); !got.OK {
		t.Errorf("update after the wait = %+v, want ok", got)
	}
}

func TestMethodRefusal(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	s.Refuse(slacktest.Refusal{Status: 200, Body: "token_revoked"})
	got := call(t, s, "chat.postMessage", map[string]any{"channel": "alerts", "text": "a"})
	if diff := cmp.Diff(result{Error: "token_revoked", Status: 200}, got); diff != "" {
		t.Errorf("chat.postMessage (-want +got):\n%s", diff)
	}
}
