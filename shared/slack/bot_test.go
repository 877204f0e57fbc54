package slack_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// TestBotAnswers gives every answer of the Web API until the message is given
// up.
func TestBotAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status   int
		word     string
		kind     delivery.Kind
		reason   string
		attempts int // of a message with a block
		// Slack may have taken the message.
		uncertain bool
	}{
		{200, "invalid_blocks", delivery.KindRejected, "invalid_blocks", 2, false},
		{200, "invalid_blocks_format", delivery.KindRejected, "invalid_blocks_format", 2, false},
		{200, "msg_blocks_too_long", delivery.KindRejected, "msg_blocks_too_long", 2, false},
		{200, "msg_too_long", delivery.KindRejected, "msg_too_long", 2, false},
		{200, "no_text", delivery.KindRejected, "no_text", 2, false},
		{200, "too_many_attachments", delivery.KindRejected, "too_many_attachments", 2, false},
		{200, "invalid_arguments", delivery.KindRejected, "invalid_arguments", 2, false},
		{200, "invalid_metadata_format", delivery.KindRejected, "invalid_metadata_format", 2, false},
		{200, "metadata_too_large", delivery.KindRejected, "metadata_too_large", 2, false},
		{200, "message_not_found", delivery.KindUnknown, "message_not_found", 1, false},
		{200, "cant_update_message", delivery.KindUnknown, "cant_update_message", 1, false},
		{200, "edit_window_closed", delivery.KindUnknown, "edit_window_closed", 1, false},
		{200, "thread_not_found", delivery.KindUnknown, "thread_not_found", 1, false},
		{200, "cannot_reply_to_message", delivery.KindUnknown, "cannot_reply_to_message", 1, false},
		{200, "not_authed", delivery.KindConfig, "not_authed", 1, false},
		{200, "invalid_auth", delivery.KindConfig, "invalid_auth", 1, false},
		{200, "token_revoked", delivery.KindConfig, "token_revoked", 1, false},
		{200, "token_expired", delivery.KindConfig, "token_expired", 1, false},
		{200, "account_inactive", delivery.KindConfig, "account_inactive", 1, false},
		{200, "missing_scope", delivery.KindConfig, "missing_scope", 1, false},
		{200, "channel_not_found", delivery.KindConfig, "channel_not_found", 1, false},
		{200, "not_in_channel", delivery.KindConfig, "not_in_channel", 1, false},
		{200, "is_archived", delivery.KindConfig, "is_archived", 1, false},
		{200, "restricted_action", delivery.KindConfig, "restricted_action", 1, false},
		{200, "ekm_access_denied", delivery.KindConfig, "ekm_access_denied", 1, false},
		{200, "a_new_word", delivery.KindUnknown, "a_new_word", 1, false},
		{200, "No word: " + botToken, delivery.KindUnavailable, "answered without ok", 1, true},
		{200, "internal_error", delivery.KindUnavailable, "internal_error", 1, true},
		{200, "fatal_error", delivery.KindUnavailable, "fatal_error", 1, true},
		{200, "service_unavailable", delivery.KindUnavailable, "service_unavailable", 4, false},
		{200, "request_timeout", delivery.KindUnavailable, "request_timeout", 4, false},
		{503, "service_unavailable", delivery.KindUnavailable, "service_unavailable", 4, false},
		{500, "", delivery.KindUnavailable, "internal server error", 4, false},
		{404, "", delivery.KindUnknown, "not found", 1, false},
		{302, "", delivery.KindConfig, "found", 1, false},
		{0, "", delivery.KindUnavailable, "EOF", 1, true},
		{404, "a_new_word", delivery.KindUnknown, "a_new_word", 1, false},
	}
	for _, tt := range tests {
		t.Run(http.StatusText(tt.status)+" "+tt.reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, server := newBot(t)
				server.Refuse(slacktest.Refusal{Count: -1, Status: tt.status, Body: tt.word})
				ref, err := b.Post(t.Context(), slack.Message{Text: "hello", Blocks: one(section("hello"))})
				checkNoSecret(t, err)
				want := &delivery.Error{Kind: tt.kind, Status: tt.status, Reason: tt.reason, Attempts: tt.attempts, Uncertain: tt.uncertain}
				got, _ := errors.AsType[*delivery.Error](err)
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(delivery.Error{}, "Attempted", "Cause")); diff != "" || ref != (slack.Ref{}) {
					t.Errorf("Post = %v and (-want +got):\n%s", ref, diff)
				}

				server.ClearRefusals()
				say(t, b, "later")
			})
		})
	}
}

func TestBotNotSlack(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"page": "<html>welcome</html>", "word": "ok", "half": `{"ok":true,"channel":"C1","ts":"1.`, "no ts": `{"ok":true,"channel":"C1"}`, "empty": "", "neither": `{"ts":"1.0","channel":"C1"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := botOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				answer := httptest.NewRecorder()
				answer.Body.WriteString(body)
				return answer.Result(), r.Body.Close()
			}))
			_, err := b.Post(t.Context(), slack.Message{Text: "hello"})
			if e, ok := errors.AsType[*delivery.Error](err); !ok || e.Kind != delivery.KindUnavailable || !e.Uncertain || e.Reason != "answered without ok" {
				t.Errorf("Post = %v, want KindUnavailable, uncertain", err)
			}
		})
	}
}

// TestBotUnreadableMessageComesBack checks that a message which slack-go cannot
// read back is not taken for a failure.
func TestBotUnreadableMessageComesBack(t *testing.T) {
	t.Parallel()
	b := botOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		answer := httptest.NewRecorder()
		answer.Body.WriteString(`{"ok":true,"channel":"C1","ts":"1.0","message":{"blocks":[{"type":"data_visualization","chart":{"type":"radar"}}]}}`)
		return answer.Result(), r.Body.Close()
	}))
	ref, err := b.Post(t.Context(), slack.Message{Text: "hello"})
	if want := (slack.Ref{Channel: "C1", TS: "1.0"}); ref != want || err != nil {
		t.Errorf("Post = %v, %v, want %v", ref, err, want)
	}
}

// TestBotErrorsKeepTheToken lets connections fail in ways that quote it.
func TestBotErrorsKeepTheToken(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]http.RoundTripper{
		"connection refused": refusedTransport(t),
		"no answer":          roundTripError(errors.New("proxy refused token " + botToken)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ref := slack.Ref{Channel: "C1", TS: "1.0"}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			_, posted := botOver(t, transport).Post(ctx, slack.Message{Text: "a"})
			_, updated := botOver(t, transport).Update(ctx, ref, slack.Message{Text: "a"})
			uploaded := botOver(t, transport).Upload(ctx, ref, "a.csv", "a", []byte("a"))
			for i, err := range []error{posted, updated, uploaded} {
				checkNoSecret(t, err)
				e, ok := errors.AsType[*delivery.Error](err)
				uncertain := name == "no answer" && i < 2 // nothing comes of the first request of an upload
				if !ok || e.Kind != delivery.KindUnavailable || e.Attempts != 1 || !strings.Contains(e.Reason, name) || e.Uncertain != uncertain {
					t.Errorf("error = %v, want KindUnavailable for %s after one attempt", err, name)
				}
			}
		})
	}
}

// TestBotStory posts, updates and replies, and looks at what a reader sees.
func TestBotStory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first, err := b.Post(t.Context(), slack.Message{ID: "2026-11-22/usage", Text: "one card", Blocks: one(section("one card"))})
		if err != nil {
			t.Fatal(err)
		}
		updated, err := b.Update(t.Context(), first, slack.Message{ID: "2026-11-22/usage", Text: "two cards", Blocks: one(title("two"))})
		if err != nil || updated != first {
			t.Errorf("Update = %v, %v, want %v", updated, err, first)
		}
		reply, err := b.Reply(t.Context(), first, slack.Message{Text: "reply"}, false)
		if err != nil || reply == first || reply.Channel != first.Channel {
			t.Errorf("Reply = %v, %v, want another message of the channel", reply, err)
		}
		if _, err := b.Reply(t.Context(), first, slack.Message{Text: "loud"}, true); err != nil {
			t.Errorf("Reply = %v, want nil", err)
		}
		want := []slacktest.Message{
			{
				Channel: "alerts", TS: first.TS, Text: "two cards", Updates: 1,
				Blocks:   []byte(`[{"type":"header","text":{"type":"plain_text","text":"two","emoji":false}}]`),
				Metadata: []byte(`{"event_type":"signalbox_notification","event_payload":{"id":"2026-11-22/usage"}}`),
			},
			{Channel: "alerts", TS: reply.TS, ThreadTS: first.TS, Text: "reply"},
			{Channel: "alerts", ThreadTS: first.TS, Text: "loud", Broadcast: true},
		}
		got := server.Inbox()
		got[2].TS = ""
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(slacktest.Message{}, "At")); diff != "" {
			t.Errorf("inbox (-want +got):\n%s", diff)
		}
	})
}

// TestBotKeepsToRef checks that what is about a message goes to its channel,
// though the bot posts to another one now.
func TestBotKeepsToRef(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := slacktest.New(slacktest.Options{Token: botToken, Channels: []string{"summary", "alerts"}})
		b := botOver(t, server.Transport())
		other, err := slack.NewBot(slack.BotConfig{
			Token: botToken, Channel: "summary", Client: &http.Client{Transport: server.Transport()},
		})
		if err != nil {
			t.Fatal(err)
		}
		ref := say(t, b, "a")
		_, updated := other.Update(t.Context(), ref, slack.Message{Text: "A"})
		reply, replied := other.Reply(t.Context(), ref, slack.Message{Text: "b"}, false)
		uploaded := other.Upload(t.Context(), ref, "a.csv", "a", []byte("a"))
		if err := errors.Join(updated, replied, uploaded); err != nil || reply.Channel != ref.Channel {
			t.Errorf("reply at %v, %v, want it in the channel of %v", reply, err, ref)
		}
	})
}

// TestBotLargest posts the largest message there is, which Slack repeats in its
// answer.
func TestBotLargest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		ref, err := b.Post(t.Context(), slack.Message{Text: han(slack.MaxText), Blocks: total(slack.MaxTotal)})
		if err != nil || len(server.Inbox()) != 1 || server.Inbox()[0].TS != ref.TS {
			t.Errorf("Post = %v, %v, want one message", ref, err)
		}
	})
}

// TestBotPlainer checks what is left of a message each time that Slack refuses
// it, for a new message and for one that has blocks already.
func TestBotPlainer(t *testing.T) {
	t.Parallel()
	blocks := []slackgo.Block{title("cards"), chart(3), dataTable(2, 1), chart(2), section("cards")}
	tests := []struct {
		refused int
		want    []string // kinds of blocks
	}{
		{0, []string{"header", "data_visualization", "data_table", "data_visualization", "section"}},
		{1, []string{"header", "data_table", "section"}},
		{2, []string{"header", "section"}},
		{3, nil},
	}
	for _, tt := range tests {
		for _, method := range []string{"chat.postMessage", "chat.update"} {
			t.Run(strings.Join(tt.want, " ")+" by "+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b, server := newBot(t)
					var ref slack.Ref
					if method == "chat.update" {
						ref, _ = b.Post(t.Context(), slack.Message{Text: "old", Blocks: one(section("old"))})
					}
					if tt.refused > 0 {
						server.Refuse(slacktest.Refusal{Method: method, Count: tt.refused, Status: 200, Body: "invalid_blocks"})
					}
					given := slack.Message{Text: "words", Blocks: blocks}
					var err error
					if method == "chat.update" {
						_, err = b.Update(t.Context(), ref, given)
					} else {
						_, err = b.Post(t.Context(), given)
					}
					if err != nil {
						t.Fatalf("%s = %v, want nil", method, err)
					}
					inbox := server.Inbox()
					if diff := cmp.Diff(tt.want, kinds(t, inbox[0])); diff != "" || len(inbox) != 1 || inbox[0].Text != "words" {
						t.Errorf("inbox = %d messages with %q, blocks (-want +got):\n%s", len(inbox), inbox[0].Text, diff)
					}
					if len(given.Blocks) != 5 || given.Blocks[1] == nil {
						t.Errorf("the caller's blocks were changed to %v", given.Blocks)
					}
				})
			})
		}
	}
}

// kinds returns the types of m's blocks.
func kinds(t *testing.T, m slacktest.Message) []string {
	t.Helper()
	var blocks slackgo.Blocks
	if m.Blocks == nil {
		return nil
	}
	if err := blocks.UnmarshalJSON(m.Blocks); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, b := range blocks.BlockSet {
		said = append(said, string(b.BlockType()))
	}
	return said
}

func TestBotLogsPlainer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := slacktest.New(slacktest.Options{Token: botToken})
		server.Refuse(slacktest.Refusal{Status: 200, Body: "invalid_blocks"})
		var log bytes.Buffer
		b, err := slack.NewBot(slack.BotConfig{
			Token: botToken, Channel: "alerts", Client: &http.Client{Transport: server.Transport()},
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Post(t.Context(), slack.Message{Text: "a", Blocks: []slackgo.Block{chart(1), section("a")}}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "reason=invalid_blocks blocks_left=1") || strings.Contains(log.String(), botToken) {
			t.Errorf("log = %q, want the reason and what is left", log.String())
		}
	})
}
