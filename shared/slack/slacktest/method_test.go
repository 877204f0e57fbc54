package slacktest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
		{At: begin, Channel: "summary", TS: first.TS, Text: "second", Blocks: []byte(`[{"type":"divider"}]`), Updates: 1, Previews: true},
		{At: begin, Channel: "summary", TS: reply.TS, ThreadTS: first.TS, Text: "reply", Previews: true},
	}
	if diff := cmp.Diff(wantInbox, s.Inbox()); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	if reply.TS == first.TS {
		t.Errorf("two messages have the ts %s", reply.TS)
	}
}

func TestThread(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	metadata := map[string]any{"event_payload": map[string]any{"id": "1"}, "event_type": "note"}
	first := call(t, s, "chat.postMessage", map[string]any{"channel": "alerts", "text": "first", "reply_broadcast": true})
	reply := call(t, s, "chat.postMessage", map[string]any{
		"channel": "alerts", "text": "reply", "thread_ts": first.TS, "reply_broadcast": true, "metadata": metadata,
	})
	nested := call(t, s, "chat.postMessage", map[string]any{"channel": "alerts", "text": "nested", "thread_ts": reply.TS})
	call(t, s, "chat.update", map[string]any{
		"channel": first.Channel, "ts": first.TS, "text": "first", "blocks": []any{}, "metadata": metadata,
	})
	kept := json.RawMessage(`{"event_payload":{"id":"1"},"event_type":"note"}`)
	want := []slacktest.Message{
		{Channel: "alerts", TS: first.TS, Text: "first", Metadata: kept, Updates: 1, Previews: true},
		{Channel: "alerts", TS: reply.TS, ThreadTS: first.TS, Text: "reply", Broadcast: true, Metadata: kept, Previews: true},
		{Channel: "alerts", TS: nested.TS, ThreadTS: first.TS, Text: "nested", Previews: true},
	}
	if diff := cmp.Diff(want, s.Inbox(), cmpopts.IgnoreFields(slacktest.Message{}, "At")); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
}

// TestUpdateClearsBlocks checks that only blocks which are sent replace those
// that are there, an empty list included.
func TestUpdateClearsBlocks(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	divider := []any{map[string]any{"type": "divider"}}
	first := call(t, s, "chat.postMessage", map[string]any{"channel": "alerts", "text": "a", "blocks": divider})
	for _, step := range []struct {
		blocks any
		want   string
	}{{nil, `[{"type":"divider"}]`}, {[]any{}, ""}, {divider, `[{"type":"divider"}]`}} {
		call(t, s, "chat.update", map[string]any{"channel": first.Channel, "ts": first.TS, "text": "a", "blocks": step.blocks})
		if got := string(s.Inbox()[0].Blocks); got != step.want {
			t.Errorf("blocks = %s after an update with %v, want %s", got, step.blocks, step.want)
		}
	}
}

func TestAuthTest(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	want := result{OK: true, Status: 200, BotID: "B0FAKE"}
	if diff := cmp.Diff(want, call(t, s, "auth.test", nil)); diff != "" {
		t.Errorf("auth.test (-want +got):\n%s", diff)
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
		{"metadata", "chat.postMessage", map[string]any{"channel": id, "text": "a", "metadata": map[string]any{"event_type": "a"}}, "invalid_metadata_format"},
		{"large metadata", "chat.postMessage", map[string]any{"channel": id, "text": "a", "metadata": map[string]any{"event_type": "a", "event_payload": map[string]any{"id": han(3000)}}}, "metadata_too_large"},
		{"thread", "chat.postMessage", map[string]any{"channel": id, "text": "a", "thread_ts": "1.0"}, "cannot_reply_to_message"},
		{"update by name", "chat.update", map[string]any{"channel": "alerts", "ts": "1.0", "text": "a"}, "channel_not_found"},
		{"update of nothing", "chat.update", map[string]any{"channel": id, "ts": "1.0", "text": "a"}, "message_not_found"},
		{"long update", "chat.update", map[string]any{"channel": id, "ts": "1795311000.000000", "text": han(4001)}, "msg_too_long"},
		{"empty update", "chat.update", map[string]any{"channel": id, "ts": "1795311000.000000"}, "no_text"},
		{"file without a name", "files.getUploadURLExternal", map[string]any{"length": 1}, "invalid_arguments"},
		{"file without length", "files.getUploadURLExternal", map[string]any{"filename": "a"}, "invalid_arguments"},
		{"no files", "files.completeUploadExternal", map[string]any{"channel_id": id}, "invalid_arguments"},
		{"unknown file", "files.completeUploadExternal", map[string]any{"channel_id": id, "files": []any{map[string]any{"id": "F1"}}}, "file_not_found"},
		{"file by channel name", "files.completeUploadExternal", map[string]any{"channel_id": "alerts", "files": []any{map[string]any{"id": "F1"}}}, "channel_not_found"},
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

// TestRefuseMethod checks that a refusal of one method lets the others pass, and
// that one of all methods comes before it.
func TestRefuseMethod(t *testing.T) {
	t.Parallel()
	s, c := newServer(slacktest.Options{})
	s.Refuse(slacktest.Refusal{Method: "chat.update", Status: 200, Body: "first"})
	s.Refuse(slacktest.Refusal{Method: "chat.update", For: time.Second, Status: 200, Body: "second"})
	s.Refuse(slacktest.Refusal{Method: "webhook", Status: 410, Body: "third"})
	s.Refuse(slacktest.Refusal{Count: 2, Status: 500, Body: "any"})
	steps := []struct{ method, want string }{
		{"auth.test", "any"},
		{"chat.update", "any"},
		{"auth.test", ""},
		{"chat.update", "first"},
		{"chat.update", "second"},
		{"auth.test", ""},
		{"chat.update", "second"},
		{"webhook", "third"},
		{"webhook", "ok"},
		{"later", ""},
		{"chat.update", "channel_not_found"},
	}
	for i, step := range steps {
		var got string
		switch step.method {
		case "webhook":
			got = hook(t, s, `{"text":"a"}`).Body
		case "later":
			c.now = c.now.Add(time.Second)
		default:
			got = call(t, s, step.method, nil).Error
		}
		if got != step.want {
			t.Errorf("step %d, %s = %q, want %q", i, step.method, got, step.want)
		}
	}
}
