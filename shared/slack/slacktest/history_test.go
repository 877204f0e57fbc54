package slacktest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/slack/slacktest"
)

const alertsID = "C00000001"

// view is what conversations.history and conversations.replies give.
type view struct {
	OK       bool
	Error    string
	HasMore  bool `json:"has_more"`
	Messages []struct {
		TS, Text, Subtype string
		Metadata          json.RawMessage
	}
	Metadata struct {
		NextCursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

func (v view) texts() []string {
	var said []string
	for _, m := range v.Messages {
		said = append(said, m.Text)
	}
	return said
}

// look calls a method as slack-go does, with a form.
func look(t *testing.T, s *slacktest.Server, method string, pairs ...string) view {
	t.Helper()
	got := do(t, s, http.MethodPost, "/api/"+method, form(append(pairs, "token", "xoxb-test")...),
		"Content-Type", "application/x-www-form-urlencoded")
	var v view
	if err := json.Unmarshal([]byte(got.Body), &v); err != nil {
		t.Fatalf("%s answered %q: %v", method, got.Body, err)
	}
	return v
}

// fill posts a thread with three replies, the last of them broadcast, and two
// more messages, a minute apart.
func fill(t *testing.T) (s *slacktest.Server, ts []string) {
	t.Helper()
	s, c := newServer(slacktest.Options{Burst: 10, Channels: []string{"alerts", "other"}})
	post := func(arguments map[string]any) {
		r := call(t, s, "chat.postMessage", arguments)
		ts = append(ts, r.TS)
		c.now = c.now.Add(time.Minute)
	}
	id := func(id string) map[string]any {
		return map[string]any{"event_type": "note", "event_payload": map[string]any{"id": id}}
	}
	post(map[string]any{"channel": "alerts", "text": "first", "metadata": id("1")})
	for _, text := range []string{"reply", "more", "shown"} {
		post(map[string]any{
			"channel": alertsID, "text": text, "thread_ts": ts[0], "reply_broadcast": text == "shown", "metadata": id(text),
		})
	}
	post(map[string]any{"channel": "alerts", "text": "second"})
	post(map[string]any{"channel": "alerts", "text": "third"})
	post(map[string]any{"channel": "other", "text": "elsewhere"})
	return s, ts
}

func TestHistory(t *testing.T) {
	t.Parallel()
	s, ts := fill(t)
	tests := []struct {
		name, method string
		arguments    []string
		want         []string
		more         bool
	}{
		{"all", "conversations.history", nil, []string{"third", "second", "shown", "first"}, false},
		{"after", "conversations.history", []string{"oldest", ts[3]}, []string{"third", "second"}, false},
		{"from", "conversations.history", []string{"oldest", ts[3], "inclusive", "1"}, []string{"third", "second", "shown"}, false},
		{"until", "conversations.history", []string{"latest", ts[4]}, []string{"shown", "first"}, false},
		{"page", "conversations.history", []string{"limit", "3"}, []string{"third", "second", "shown"}, true},
		{"full page", "conversations.history", []string{"limit", "4"}, []string{"third", "second", "shown", "first"}, false},
		{"thread", "conversations.replies", []string{"ts", ts[0]}, []string{"first", "reply", "more", "shown"}, false},
		{"thread after", "conversations.replies", []string{"ts", ts[0], "oldest", ts[1]}, []string{"first", "more", "shown"}, false},
		{"page of a thread", "conversations.replies", []string{"ts", ts[0], "limit", "2"}, []string{"first", "reply"}, true},
		{"no replies", "conversations.replies", []string{"ts", ts[4]}, []string{"second"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := look(t, s, tt.method, append(tt.arguments, "channel", alertsID)...)
			if diff := cmp.Diff(tt.want, got.texts()); diff != "" || !got.OK || got.HasMore != tt.more || (got.Metadata.NextCursor != "") != tt.more {
				t.Fatalf("%s = %+v, want more: %t (-want +got):\n%s", tt.method, got, tt.more, diff)
			}
		})
	}
}

// TestHistoryCursor follows the pages to their end.
func TestHistoryCursor(t *testing.T) {
	t.Parallel()
	s, _ := fill(t)
	var said []string
	cursor := ""
	for range 4 {
		page := look(t, s, "conversations.history", "channel", alertsID, "limit", "1", "cursor", cursor)
		said = append(said, page.texts()...)
		cursor = page.Metadata.NextCursor
	}
	if diff := cmp.Diff([]string{"third", "second", "shown", "first"}, said); diff != "" || cursor != "" {
		t.Errorf("pages, then the cursor %q (-want +got):\n%s", cursor, diff)
	}
}

// TestHistoryMetadata checks that metadata is given only where it is asked for.
func TestHistoryMetadata(t *testing.T) {
	t.Parallel()
	s, ts := fill(t)
	for asked, want := range map[string]string{"0": "", "1": `{"event_payload":{"id":"reply"},"event_type":"note"}`} {
		thread := look(t, s, "conversations.replies", "channel", alertsID, "ts", ts[0], "include_all_metadata", asked)
		if got := string(thread.Messages[1].Metadata); got != want {
			t.Errorf("metadata = %s with include_all_metadata=%s, want %s", got, asked, want)
		}
		if got := thread.Messages[3].Subtype; got != "thread_broadcast" {
			t.Errorf("subtype = %q, want thread_broadcast", got)
		}
	}
}

func TestHistoryErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method string
		arguments    []string
		want         string
	}{
		{"channel by name", "conversations.history", []string{"channel", "alerts"}, "channel_not_found"},
		{"no channel", "conversations.replies", nil, "channel_not_found"},
		{"no thread", "conversations.replies", []string{"channel", alertsID, "ts", "1.0"}, "thread_not_found"},
		{"cursor", "conversations.history", []string{"channel", alertsID, "cursor", "a"}, "invalid_cursor"},
		{"limit", "conversations.history", []string{"channel", alertsID, "limit", "1000"}, "invalid_limit"},
		{"oldest", "conversations.history", []string{"channel", alertsID, "oldest", "today"}, "invalid_ts_oldest"},
		{"latest", "conversations.history", []string{"channel", alertsID, "latest", "1.1234567"}, "invalid_ts_latest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := fill(t)
			if got := look(t, s, tt.method, tt.arguments...); got.OK || got.Error != tt.want {
				t.Errorf("%s = %+v, want %s", tt.method, got, tt.want)
			}
		})
	}
}

func TestHistoryPace(t *testing.T) {
	t.Parallel()
	s, _ := fill(t)
	for range 50 {
		if got := look(t, s, "conversations.history", "channel", alertsID); !got.OK {
			t.Fatalf("conversations.history = %+v, want 50 of them ok", got)
		}
	}
	if got := look(t, s, "conversations.history", "channel", alertsID); got.Error != "ratelimited" {
		t.Errorf("conversations.history 51 = %+v, want ratelimited", got)
	}
}

// TestThreads checks what tests of a notifier see of a channel.
func TestThreads(t *testing.T) {
	t.Parallel()
	s, ts := fill(t)
	type thread struct {
		Text, ID string
		Replies  []string
	}
	seen := func(channel string) (seen []thread) {
		for _, m := range s.Threads(channel) {
			said := thread{Text: m.Text, ID: m.MetadataID()}
			for _, r := range m.Replies {
				said.Replies = append(said.Replies, r.Text+" "+r.MetadataID())
			}
			seen = append(seen, said)
		}
		return seen
	}
	want := []thread{{"first", "1", []string{"reply reply", "more more", "shown shown"}}, {Text: "second"}, {Text: "third"}}
	for _, channel := range []string{"alerts", "#alerts", alertsID} {
		if diff := cmp.Diff(want, seen(channel)); diff != "" {
			t.Errorf("Threads(%s) (-want +got):\n%s", channel, diff)
		}
	}
	if diff := cmp.Diff([]thread{{Text: "elsewhere"}}, seen("other")); diff != "" {
		t.Errorf("Threads(other) (-want +got):\n%s", diff)
	}
	s.DeleteMessage("alerts", ts[0])
	if diff := cmp.Diff(want[1:], seen("alerts")); diff != "" {
		t.Errorf("Threads after the first was deleted (-want +got):\n%s", diff)
	}
	if got := s.Calls("chat.postMessage"); got != 7 {
		t.Errorf("Calls = %d, want 7", got)
	}
}

// TestErrorWords checks that each list has what is not in common, once.
func TestErrorWords(t *testing.T) {
	t.Parallel()
	for method, word := range map[string]string{
		"webhook": "no_service", "chat.postMessage": "restricted_action", "chat.update": "edit_window_closed",
		"files.getUploadURLExternal": "file_uploads_disabled", "files.completeUploadExternal": "posting_to_channel_denied",
		"conversations.history": "invalid_cursor", "conversations.replies": "thread_not_found", "auth.test": "invalid_auth",
	} {
		words := slacktest.ErrorWords(method)
		slices.Sort(words)
		if !slices.Contains(words, word) || len(slices.Compact(slices.Clone(words))) != len(words) {
			t.Errorf("ErrorWords(%s) = %q, want %s in it and no word repeated", method, words, word)
		}
	}
}
