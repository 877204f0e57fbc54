package slack_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// act is one of the things that a client of Slack does, with the method that is
// refused.
type act struct {
	method string
	do     func(context.Context, *slack.Bot, slack.Ref) error
	kinds  []delivery.Kind // that a word may have which is not about the token
}

func acts() map[string]act {
	m := slack.Message{ID: "1", Text: "a", Blocks: one(section("a"))}
	upload := func(ctx context.Context, b *slack.Bot, ref slack.Ref) error {
		return b.Upload(ctx, ref, "a.csv", "a", []byte("a"))
	}
	find := func(ctx context.Context, b *slack.Bot, in slack.Ref) error {
		_, _, err := b.Find(ctx, in, "1", time.Now())
		return err
	}
	here := []delivery.Kind{delivery.KindRejected, delivery.KindUnknown, delivery.KindUnavailable, delivery.KindRateLimited}
	lost := append(slices.Clone(here), delivery.KindLost)
	return map[string]act{
		"post": {"chat.postMessage", func(ctx context.Context, b *slack.Bot, _ slack.Ref) error {
			_, err := b.Post(ctx, m)
			return err
		}, append(slices.Clone(here), delivery.KindConfig)},
		"update": {"chat.update", func(ctx context.Context, b *slack.Bot, ref slack.Ref) error {
			_, err := b.Update(ctx, ref, m)
			return err
		}, lost},
		"reply": {"chat.postMessage", func(ctx context.Context, b *slack.Bot, ref slack.Ref) error {
			_, err := b.Reply(ctx, ref, m, true)
			return err
		}, lost},
		"promise":  {"files.getUploadURLExternal", upload, here},
		"complete": {"files.completeUploadExternal", upload, lost},
		"history": {"conversations.history", func(ctx context.Context, b *slack.Bot, ref slack.Ref) error {
			return find(ctx, b, slack.Ref{Channel: ref.Channel})
		}, here},
		"replies": {"conversations.replies", find, lost},
	}
}

// aboutToken are the words that concern whatever the token is used for.
var aboutToken = []string{
	"accesslimited", "account_inactive", "ekm_access_denied", "invalid_auth", "not_authed", "team_access_not_granted",
	"token_expired", "token_revoked", "two_factor_setup_required",
}

// aboutPosting are those that concern it too where the method is one that posts.
var aboutPosting = []string{
	"missing_scope", "not_allowed_token_type", "enterprise_is_restricted", "method_deprecated", "deprecated_endpoint",
}

// TestEveryWord lets every method fail with every word that Slack's pages have
// for it, and with one that they do not have. Only words about the token are
// about the configuration for more than new messages, and other messages are
// posted as before.
func TestEveryWord(t *testing.T) {
	t.Parallel()
	for name, a := range acts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, word := range append(slacktest.ErrorWords(a.method), "a_new_word") {
				kinds := a.kinds
				posts := a.method == "chat.postMessage" || a.method == "chat.update"
				if slices.Contains(aboutToken, word) || posts && slices.Contains(aboutPosting, word) {
					kinds = []delivery.Kind{delivery.KindConfig}
				}
				if word == "a_new_word" {
					kinds = []delivery.Kind{delivery.KindUnknown}
				}
				synctest.Test(t, func(t *testing.T) { checkWord(t, a, word, kinds) })
			}
		})
	}
}

func checkWord(t *testing.T, a act, word string, kinds []delivery.Kind) {
	t.Helper()
	b, server := newBot(t)
	ref := say(t, b, "there")
	server.Refuse(slacktest.Refusal{Method: a.method, Count: -1, Status: 200, Body: word})
	err := a.do(t.Context(), b, ref)
	checkNoSecret(t, err)
	if got := kindOf(err); !slices.Contains(kinds, got) {
		t.Errorf("%s: %s = %v, kind %q, want one of %q", a.method, word, err, got, kinds)
	}
	server.ClearRefusals()
	say(t, b, "later")
}
