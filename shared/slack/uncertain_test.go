package slack_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// TestLostAnswer loses the answer to each kind of message, before and after Slack
// has stored it: it is never sent again by the same call.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	losses := []struct {
		name    string
		refusal slacktest.Refusal
		took    time.Duration
		status  int
		stored  int
	}{
		{"closed before", slacktest.Refusal{}, 0, 0, 0},
		{"closed after", slacktest.Refusal{Applied: true}, 0, 0, 1},
		{"hanging before", slacktest.Refusal{Hang: true}, 10 * time.Second, 0, 0},
		{"hanging after", slacktest.Refusal{Hang: true, Applied: true}, 10 * time.Second, 0, 1},
		{"half an answer", slacktest.Refusal{Applied: true, Status: 200, Raw: `{"ok":true,"chan`}, 0, 200, 1},
		{"a page", slacktest.Refusal{Applied: true, Status: 200, Raw: "<html>wait</html>"}, 0, 200, 1},
		{"a part may have succeeded", slacktest.Refusal{Applied: true, Status: 200, Body: "fatal_error"}, 0, 200, 1},
	}
	for _, tt := range losses {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, server := newBot(t)
				first := say(t, b, "first")
				<-time.After(time.Minute)
				tt.refusal.Count = 2
				server.Refuse(tt.refusal)
				begin := time.Now()
				_, err := b.Post(t.Context(), slack.Message{Text: "second"})
				took := time.Since(begin)
				checkUncertain(t, "Post", err, tt.status)
				if took != tt.took || len(server.Inbox()) != 1+tt.stored {
					t.Errorf("Post took %v and left %d messages, want %v and %d", took, len(server.Inbox()), tt.took, 1+tt.stored)
				}
				_, err = b.Update(t.Context(), first, slack.Message{Text: "First"})
				checkUncertain(t, "Update", err, tt.status)
				if got := server.Calls("chat.postMessage") + server.Calls("chat.update"); got != 3 {
					t.Errorf("%d requests, want 3", got)
				}
				say(t, b, "later")
			})
		})
	}
}

func checkUncertain(t *testing.T, what string, err error, status int) {
	t.Helper()
	checkNoSecret(t, err)
	e, ok := errors.AsType[*delivery.Error](err)
	if !ok || e.Kind != delivery.KindUnavailable || !e.Uncertain || e.Attempts != 1 || e.Status != status {
		t.Errorf("%s = %v, want KindUnavailable with status %d, uncertain, after one attempt", what, err, status)
	}
}

// TestCertainFailure checks that what was certainly not taken is sent again.
func TestCertainFailure(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]slacktest.Refusal{
		"unreachable":    {Unreachable: true},
		"503":            {Status: 503},
		"502 with page":  {Status: 502, Raw: "<html>bad gateway</html>"},
		"429":            {Status: 429, Body: "ratelimited", RetryAfter: time.Second},
		"429 of nothing": {Status: 429, Body: "ratelimited", RetryAfterText: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, server := newBot(t)
				refusal.Count = 3
				server.Refuse(refusal)
				say(t, b, "a")
				if diff := cmp.Diff([]string{"a"}, texts(server)); diff != "" {
					t.Errorf("inbox (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestLostAnswerLoopback loses answers on real connections, new ones and some
// that were kept open, and then lets nobody listen.
func TestLostAnswerLoopback(t *testing.T) {
	t.Parallel()
	server := slacktest.New(slacktest.Options{Token: botToken, Burst: 100})
	listener := httptest.NewServer(server)
	defer listener.Close()
	transport := &http.Transport{}
	b, err := slack.NewBot(slack.BotConfig{
		Token: botToken, Channel: "alerts", APIURL: listener.URL + "/api/", Interval: time.Millisecond,
		Client: &http.Client{Transport: transport, Timeout: time.Second},
		Jitter: func(time.Duration) time.Duration { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, refusal := range []slacktest.Refusal{
		{Applied: true}, {}, {Hang: true, Applied: true}, {Status: 200, Raw: "<html>"},
	} {
		server.Refuse(refusal)
		_, err := b.Post(t.Context(), slack.Message{Text: "a"})
		checkUncertain(t, "Post", err, refusal.Status)
		say(t, b, "kept open")
	}
	listener.Close()
	transport.CloseIdleConnections() // one that is found closed while it is written to would be uncertain
	_, err = b.Post(t.Context(), slack.Message{Text: "a"})
	if e, ok := errors.AsType[*delivery.Error](err); !ok || e.Kind != delivery.KindUnavailable || e.Uncertain || e.Attempts != 4 {
		t.Errorf("Post to nobody = %v, want KindUnavailable, certainly not taken, after 4 attempts", err)
	}
	if got := len(server.Inbox()); got != 2+4 {
		t.Errorf("inbox has %d messages, want 6", got)
	}
}

// TestBodyBreaks ends the connection in the middle of an answer.
func TestBodyBreaks(t *testing.T) {
	t.Parallel()
	b := botOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		answer := httptest.NewRecorder().Result()
		answer.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
		return answer, r.Body.Close()
	}))
	_, err := b.Post(t.Context(), slack.Message{Text: "a"})
	checkUncertain(t, "Post", err, 0)
}

// TestAlwaysLimited checks that a Slack which only ever asks to wait ends the
// call, although ctx does not.
func TestAlwaysLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, server := newBot(t)
		server.Refuse(slacktest.Refusal{Count: -1, Status: 429, Body: "ratelimited", RetryAfterText: "1"})
		_, err := b.Post(t.Context(), slack.Message{Text: "a"})
		want := &delivery.Error{
			Kind: delivery.KindRateLimited, Status: 429, Reason: "ratelimited", Attempts: 25,
			RetryAfter: time.Second, NotBefore: time.Now().Add(time.Second),
		}
		got, _ := errors.AsType[*delivery.Error](err)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(delivery.Error{}, "Attempted", "Cause")); diff != "" {
			t.Errorf("Post (-want +got):\n%s", diff)
		}
	})
}

// TestNoWaitUpToTheDeadline checks that a wait is not begun that leaves no time
// for a request.
func TestNoWaitUpToTheDeadline(t *testing.T) {
	t.Parallel()
	for wait, sent := range map[time.Duration]bool{8 * time.Second: true, 9 * time.Second: false, 11 * time.Second: false} {
		t.Run(wait.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, server := newBot(t)
				server.Refuse(slacktest.Refusal{Status: 429, Body: "ratelimited", RetryAfter: wait})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				begin := time.Now()
				_, err := b.Post(ctx, slack.Message{Text: "a"})
				took, want := time.Since(begin), map[bool]time.Duration{true: wait}[sent]
				if took != want || (err == nil) != sent {
					t.Errorf("Post = %v after %v, want it sent: %t, after %v", err, took, sent, want)
				}
				if !sent && kindOf(err) != delivery.KindRateLimited {
					t.Errorf("Post = %v, want KindRateLimited", err)
				}
			})
		})
	}
}
