package slack_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// inOrder makes the calls at the same time, begun in order, and waits for all.
func inOrder(t *testing.T, calls ...func() error) {
	t.Helper()
	for i, call := range calls {
		go func() {
			err := call()
			checkNoSecret(t, err)
			if err != nil {
				t.Errorf("call %d = %v, want nil", i, err)
			}
		}()
		synctest.Wait()
	}
	<-time.After(time.Hour) // the bubble's clock: lets all calls end
}

// posting returns a call that posts text.
func posting(t *testing.T, b *slack.Bot, text string) func() error {
	t.Helper()
	return func() error {
		_, err := b.Post(t.Context(), slack.Message{Text: text, Blocks: one(section(text))})
		return err
	}
}

// times returns when the messages were stored, counted from begin.
func times(server *slacktest.Server, begin time.Time) []time.Duration {
	var at []time.Duration
	for _, m := range server.Inbox() {
		at = append(at, m.At.Sub(begin))
	}
	return at
}

// TestBotPace checks the pace of posts and replies, which the fake enforces, and
// that all in the send queue wait where one was asked to.
func TestBotPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first := say(t, b, "a")
		begin := time.Now()
		server.Refuse(slacktest.Refusal{Method: "chat.update", Status: 429, Body: "ratelimited", RetryAfter: 7 * time.Second})
		inOrder(t,
			func() error { _, err := b.Update(t.Context(), first, slack.Message{Text: "A"}); return err },
			func() error { _, err := b.Reply(t.Context(), first, slack.Message{Text: "b"}, false); return err },
			posting(t, b, "c"),
			posting(t, b, "d"),
		)
		if diff := cmp.Diff([]string{"A", "b", "c", "d"}, texts(server)); diff != "" {
			t.Errorf("inbox (-want +got):\n%s", diff)
		}
		want := []time.Duration{0, 7 * time.Second, 8 * time.Second, 9 * time.Second}
		if diff := cmp.Diff(want, times(server, begin)); diff != "" {
			t.Errorf("times (-want +got):\n%s", diff)
		}
	})
}

// TestBotUpdatePace makes more updates than Slack takes in a minute.
func TestBotUpdatePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first := say(t, b, "a")
		begin := time.Now()
		for range 101 {
			if _, err := b.Update(t.Context(), first, slack.Message{Text: "b"}); err != nil {
				t.Fatalf("Update = %v, want nil", err)
			}
		}
		if took, want := time.Since(begin), 2*time.Minute; took != want {
			t.Errorf("101 updates took %v, want %v", took, want)
		}
		if got := server.Inbox()[0].Updates; got != 101 {
			t.Errorf("the message was updated %d times, want 101", got)
		}
	})
}

// TestBotRetryAfterOK checks a limit that is announced with status 200.
func TestBotRetryAfterOK(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		server.Refuse(slacktest.Refusal{Status: 200, Body: "ratelimited", RetryAfter: 3 * time.Second})
		begin := time.Now()
		say(t, b, "a")
		if took, want := time.Since(begin), 3*time.Second; took != want {
			t.Errorf("Post took %v, want %v", took, want)
		}
	})
}

// TestBotTroubles is a bad minute: everything arrives, in order, once.
func TestBotTroubles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first := say(t, b, "a")
		server.Refuse(slacktest.Refusal{For: 30 * time.Second, Status: 429, Body: "ratelimited", RetryAfter: 4 * time.Second})
		server.Refuse(slacktest.Refusal{Count: 2, Status: 500})
		server.Refuse(slacktest.Refusal{Method: "chat.postMessage", Status: 200, Body: "invalid_blocks"})
		inOrder(t,
			posting(t, b, "b"),
			func() error {
				_, err := b.Update(t.Context(), first, slack.Message{Text: "A", Blocks: one(section("A"))})
				return err
			},
			func() error { _, err := b.Reply(t.Context(), first, slack.Message{Text: "c"}, true); return err },
			func() error { return b.Upload(t.Context(), first, "a.csv", "A", []byte("card\n")) },
			posting(t, b, "d"),
		)
		inbox := server.Inbox()
		if diff := cmp.Diff([]string{"A", "b", "c", "d"}, texts(server)); diff != "" {
			t.Errorf("inbox (-want +got):\n%s", diff)
		}
		if inbox[0].Updates != 1 || len(inbox[0].Files) != 1 || inbox[1].Blocks != nil || inbox[3].Blocks == nil {
			t.Errorf("inbox = %+v, want one update, one file and only the first new message, b, in plain text", inbox)
		}
		if at := times(server, inbox[0].At); at[1] < 30*time.Second || !slices.IsSorted(at) {
			t.Errorf("messages came after %v, want the order of the calls", at)
		}
	})
}

// TestBotDeadline checks that nothing waits for what cannot come in time.
func TestBotDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		first := say(t, b, "a")
		<-time.After(time.Minute)
		server.Refuse(slacktest.Refusal{Status: 429, Body: "ratelimited", RetryAfter: 30 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begin := time.Now()
		_, posted := b.Post(ctx, slack.Message{Text: "b"})
		_, updated := b.Update(ctx, first, slack.Message{Text: "b"})
		_, replied := b.Reply(ctx, first, slack.Message{Text: "b"}, true)
		for i, err := range []error{posted, updated, replied} {
			want := &delivery.Error{
				Kind: delivery.KindRateLimited, Status: 429, Reason: "ratelimited",
				RetryAfter: 30 * time.Second, NotBefore: begin.Add(30 * time.Second),
			}
			if i == 0 {
				want.Attempts = 1
			}
			got, _ := errors.AsType[*delivery.Error](err)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(delivery.Error{}, "Attempted", "Cause")); diff != "" {
				t.Errorf("call %d (-want +got):\n%s", i, diff)
			}
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("took %v, want to return at once", took)
		}
		if err := b.Upload(ctx, first, "b", "b", []byte("b")); err != nil {
			t.Errorf("Upload = %v, want files not to wait for messages", err)
		}
		canceled, stop := context.WithCancel(t.Context())
		stop()
		if _, err := b.Post(canceled, slack.Message{Text: "c"}); !errors.Is(err, context.Canceled) {
			t.Errorf("Post = %v, want context.Canceled", err)
		}
		if got := len(server.Inbox()); got != 1 {
			t.Errorf("inbox has %d messages, want 1", got)
		}
	})
}

// TestBotLoopback does everything over real connections.
func TestBotLoopback(t *testing.T) {
	t.Parallel()
	server := slacktest.New(slacktest.Options{Token: botToken})
	listener := httptest.NewServer(server)
	defer listener.Close()
	b, err := slack.NewBot(slack.BotConfig{
		Token: botToken, Channel: "#alerts", APIURL: listener.URL + "/api/", Interval: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ref := say(t, b, "卡 &lt;1&gt;")
	_, updated := b.Update(t.Context(), ref, slack.Message{Text: "卡 &lt;2&gt;"})
	_, replied := b.Reply(t.Context(), ref, slack.Message{Text: "more"}, true)
	uploaded := b.Upload(t.Context(), ref, "卡.csv", "全部", []byte("卡\n"))
	if err := errors.Join(updated, replied, uploaded); err != nil {
		t.Fatal(err)
	}
	if got, want := server.Inbox()[0].Plain(), "卡 <2>\n[卡.csv: 全部]\n"; got != want {
		t.Errorf("inbox = %q, want %q", got, want)
	}
}
