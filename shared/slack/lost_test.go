package slack_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// checkKind fails where err is not of this kind.
func checkKind(t *testing.T, what string, err error, want delivery.Kind) {
	t.Helper()
	checkNoSecret(t, err)
	if e, ok := errors.AsType[*delivery.Error](err); !ok || e.Kind != want {
		t.Errorf("%s = %v, want %s", what, err, want)
	}
}

// TestBotLost checks that a message which is lost is never posted anew by the
// call that was to change it, whatever made Slack lose it.
func TestBotLost(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		lose func(*slacktest.Server, slack.Ref)
	}{
		{"archived", func(s *slacktest.Server, _ slack.Ref) { s.Archive("alerts") }},
		{"not a member", func(s *slacktest.Server, _ slack.Ref) { s.Kick("alerts") }},
		{"deleted", func(s *slacktest.Server, ref slack.Ref) { s.DeleteMessage(ref.Channel, ref.TS) }},
		{"message_not_found", refuseAll("message_not_found")},
		{"cant_update_message", refuseAll("cant_update_message")},
		{"edit_window_closed", refuseAll("edit_window_closed")},
		{"thread_not_found", refuseAll("thread_not_found")},
		{"cannot_reply_to_message", refuseAll("cannot_reply_to_message")},
		{"channel_not_found", refuseAll("channel_not_found")},
		{"is_inactive", refuseAll("is_inactive")},
		{"restricted_action_thread_locked", refuseAll("restricted_action_thread_locked")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, server := newBot(t)
				first := say(t, b, "first")
				tt.lose(server, first)
				had := len(server.Inbox())
				m := slack.Message{Text: "second", Blocks: one(section("second"))}
				_, updated := b.Update(t.Context(), first, m)
				checkKind(t, "Update", updated, delivery.KindLost)
				_, replied := b.Reply(t.Context(), first, m, true)
				checkKind(t, "Reply", replied, delivery.KindLost)
				if updates, posts := server.Calls("chat.update"), server.Calls("chat.postMessage"); updates != 1 || posts != 2 {
					t.Errorf("%d updates and %d posts, want 1 and, with the first message, 2", updates, posts)
				}
				if got := len(server.Inbox()); got != had {
					t.Errorf("inbox has %d messages, want %d", got, had)
				}
			})
		})
	}
}

func refuseAll(word string) func(*slacktest.Server, slack.Ref) {
	return func(s *slacktest.Server, _ slack.Ref) {
		s.Refuse(slacktest.Refusal{Count: -1, Status: 200, Body: word})
	}
}

// TestBotLostByItsChannel checks that the same words are about the configuration
// where the message is a new one.
func TestBotLostByItsChannel(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*slacktest.Server){
		"archived":     func(s *slacktest.Server) { s.Archive("#alerts") },
		"not a member": func(s *slacktest.Server) { s.Kick("C00000001") },
		"revoked":      func(s *slacktest.Server) { s.RevokeToken() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, server := newBot(t)
			spoil(server)
			_, err := b.Post(t.Context(), slack.Message{Text: "a"})
			checkKind(t, "Post", err, delivery.KindConfig)
		})
	}
}

// TestBotEditWindow checks a message that is too old to be edited, but can still
// be replied to.
func TestBotEditWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := slacktest.New(slacktest.Options{Token: botToken, EditWindow: 1})
		b := botOver(t, server.Transport())
		first := say(t, b, "first")
		reply, err := b.Reply(t.Context(), first, slack.Message{Text: "reply"}, false)
		if err != nil || reply.Channel != first.Channel {
			t.Errorf("Reply = %v, %v, want nil", reply, err)
		}
		_, err = b.Update(t.Context(), first, slack.Message{Text: "second"})
		checkKind(t, "Update", err, delivery.KindLost)
	})
}

// TestBotNoRef checks that nothing is sent for the zero Ref.
func TestBotNoRef(t *testing.T) {
	t.Parallel()
	b, server := newBot(t)
	_, updated := b.Update(t.Context(), slack.Ref{}, slack.Message{Text: "a"})
	checkKind(t, "Update", updated, delivery.KindLost)
	_, replied := b.Reply(t.Context(), slack.Ref{}, slack.Message{Text: "a"}, true)
	checkKind(t, "Reply", replied, delivery.KindLost)
	checkKind(t, "Upload", b.Upload(t.Context(), slack.Ref{}, "a.csv", "a", []byte("a")), delivery.KindLost)
	if diff := cmp.Diff([]string(nil), texts(server)); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
}

// TestBotUpdateFails checks that a message which is still there is not called
// lost.
func TestBotUpdateFails(t *testing.T) {
	t.Parallel()
	for word, kind := range map[string]delivery.Kind{
		"missing_scope": delivery.KindConfig, "token_revoked": delivery.KindConfig, "msg_too_long": delivery.KindRejected,
		"internal_error": delivery.KindUnavailable, "update_failed": delivery.KindUnknown, "a_new_word": delivery.KindUnknown,
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, server := newBot(t)
				first := say(t, b, "first")
				server.Refuse(slacktest.Refusal{Method: "chat.update", Count: -1, Status: 200, Body: word})
				ref, err := b.Update(t.Context(), first, slack.Message{Text: "second"})
				checkKind(t, "Update", err, kind)
				if diff := cmp.Diff([]string{"first"}, texts(server)); diff != "" || ref != (slack.Ref{}) {
					t.Errorf("Update = %v, inbox (-want +got):\n%s", ref, diff)
				}
			})
		})
	}
}
