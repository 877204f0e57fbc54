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
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// TestPostAnswers gives every answer of Slack until the message is given up.
func TestPostAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		status   int
		body     string
		kind     delivery.Kind
		reason   string
		attempts int // of a message with blocks
		// Slack may have taken the message.
		uncertain bool
	}{
		{"invalid payload", 400, "invalid_payload", delivery.KindRejected, "invalid_payload", 2, false},
		{"invalid blocks", 400, "invalid_blocks", delivery.KindRejected, "invalid_blocks", 2, false},
		{"blocks format", 400, "invalid_blocks_format", delivery.KindRejected, "invalid_blocks_format", 2, false},
		{"blocks too long", 400, "msg_blocks_too_long", delivery.KindRejected, "msg_blocks_too_long", 2, false},
		{"no text", 400, "no_text", delivery.KindRejected, "no_text", 2, false},
		{"user not found", 400, "user_not_found", delivery.KindRejected, "user_not_found", 2, false},
		{"attachments", 400, "too_many_attachments", delivery.KindRejected, "too_many_attachments", 2, false},
		{"second table", 400, "invalid_attachments", delivery.KindRejected, "invalid_attachments", 2, false},
		{"new word for a bad request", 400, "invalid_mood", delivery.KindRejected, "invalid_mood", 2, false},
		{"too large", 413, "", delivery.KindRejected, "request entity too large", 2, false},
		{"prohibited", 403, "action_prohibited", delivery.KindConfig, "action_prohibited", 1, false},
		{"token", 403, "invalid_token", delivery.KindConfig, "invalid_token", 1, false},
		{"general", 403, "posting_to_general_channel_denied", delivery.KindConfig, "posting_to_general_channel_denied", 1, false},
		{"channel", 404, "channel_not_found", delivery.KindConfig, "channel_not_found", 1, false},
		{"service", 404, "no_service", delivery.KindConfig, "no_service", 1, false},
		{"service with another status", 400, "no_service", delivery.KindConfig, "no_service", 1, false},
		{"service id", 404, "no_service_id", delivery.KindConfig, "no_service_id", 1, false},
		{"team", 404, "no_team", delivery.KindConfig, "no_team", 1, false},
		{"hooks", 404, "no_active_hooks", delivery.KindConfig, "no_active_hooks", 1, false},
		{"team disabled", 403, "team_disabled", delivery.KindConfig, "team_disabled", 1, false},
		{"archived", 410, "channel_is_archived", delivery.KindConfig, "channel_is_archived", 1, false},
		{"redirect", 302, "", delivery.KindConfig, "found", 1, false},
		{"not Slack", 200, "<html>welcome</html>", delivery.KindConfig, "answered without ok", 1, true},
		{"page that quotes the path", 404, "no such page: " + webhookPath, delivery.KindConfig, "not found", 1, false},
		{"rollup", 500, "rollup_error", delivery.KindUnavailable, "rollup_error", 4, false},
		{"bad gateway", 502, "<html>" + strings.Repeat("x", 9000), delivery.KindUnavailable, "bad gateway", 4, false},
		{"unavailable", 503, "", delivery.KindUnavailable, "service unavailable", 4, false},
		{"request timeout", 408, "", delivery.KindUnavailable, "request timeout", 4, false},
		{"connection closed", 0, "", delivery.KindUnavailable, "EOF", 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, server := newWebhook(t)
				server.Refuse(slacktest.Refusal{Count: -1, Status: tt.status, Body: tt.body})
				err := post(t.Context(), t, w, slack.Message{Text: "hello", Blocks: []slackgo.Block{section("hello")}})
				got, ok := errors.AsType[*delivery.Error](err)
				if !ok {
					t.Fatalf("Post = %v, want an *Error", err)
				}
				want := &delivery.Error{Kind: tt.kind, Status: tt.status, Reason: tt.reason, Attempts: tt.attempts, Uncertain: tt.uncertain}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(delivery.Error{}, "Attempted", "Cause")); diff != "" {
					t.Errorf("Post (-want +got):\n%s", diff)
				}

				server.ClearRefusals()
				if err := post(t.Context(), t, w, slack.Message{Text: "later"}); err != nil {
					t.Errorf("Post after the failure = %v, want nil", err)
				}
			})
		})
	}
}

func TestPostRecovers(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]slacktest.Refusal{
		"5xx":         {Count: 3, Status: 500, Body: "rollup_error"},
		"unreachable": {Count: 3, Unreachable: true},
		"many limits": {Count: 20, Status: 429, RetryAfter: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, server := newWebhook(t)
				server.Refuse(refusal)
				if err := post(t.Context(), t, w, slack.Message{Text: "hello"}); err != nil {
					t.Fatalf("Post = %v, want nil", err)
				}
				if diff := cmp.Diff([]string{"hello"}, texts(server)); diff != "" {
					t.Errorf("inbox (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestPostBackoff checks that the ceiling of the wait doubles.
func TestPostBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, server := newWebhook(t)
		server.Refuse(slacktest.Refusal{Count: -1, Status: 503})
		begin := time.Now()
		_ = post(t.Context(), t, w, slack.Message{Text: "hello"})
		if got, want := time.Since(begin), (1+2+4)*time.Second; got != want {
			t.Errorf("gave up after %v, want %v", got, want)
		}
	})
}

// TestPostFullJitter checks that waits are spread below their ceiling where
// nobody picks them: the limiter hides those under a second, so it is fast.
func TestPostFullJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := slacktest.New(slacktest.Options{})
		waits := map[time.Duration]bool{}
		for range 20 {
			w, err := slack.NewWebhook(slack.WebhookConfig{
				URL: "https://hooks.slack.example" + webhookPath, Interval: time.Nanosecond,
				Client: &http.Client{Transport: server.Transport()},
			})
			if err != nil {
				t.Fatal(err)
			}
			server.Refuse(slacktest.Refusal{Count: 4, Status: 503})
			begin := time.Now()
			_ = post(t.Context(), t, w, slack.Message{Text: "hello"})
			waits[time.Since(begin)] = true
			if got := time.Since(begin); got > 7*time.Second {
				t.Errorf("gave up after %v, want at most 7s", got)
			}
		}
		if len(waits) < 19 {
			t.Errorf("%d different waits of 20, want nearly all different", len(waits))
		}
	})
}

func TestPostPlainTextOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := slacktest.New(slacktest.Options{})
		var log bytes.Buffer
		w, err := slack.NewWebhook(slack.WebhookConfig{
			URL:    "https://hooks.slack.example" + webhookPath,
			Client: &http.Client{Transport: server.Transport()},
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		server.Refuse(slacktest.Refusal{Status: 400, Body: "invalid_blocks"})
		if err := post(t.Context(), t, w, slack.Message{Text: "hello", Blocks: []slackgo.Block{section("*hello*")}}); err != nil {
			t.Fatalf("Post = %v, want nil", err)
		}
		inbox := server.Inbox()
		if len(inbox) != 1 || inbox[0].Text != "hello" || inbox[0].Blocks != nil {
			t.Errorf("inbox = %+v, want the text alone, once", inbox)
		}
		if !strings.Contains(log.String(), "reason=invalid_blocks") {
			t.Errorf("log = %q, want the reason", log.String())
		}
	})
}

// TestPostTroubles is a bad minute: everything arrives, in order, once.
func TestPostTroubles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, server := newWebhook(t)
		server.Refuse(slacktest.Refusal{For: 30 * time.Second, Status: 429, Body: "rate_limited", RetryAfter: 4 * time.Second})
		server.Refuse(slacktest.Refusal{Count: 2, Status: 500, Body: "rollup_error"})
		server.Refuse(slacktest.Refusal{Status: 400, Body: "invalid_blocks"})
		want := []string{"a", "b", "c", "d"}
		postAll(t, w, want)
		if diff := cmp.Diff(want, texts(server)); diff != "" {
			t.Errorf("inbox (-want +got):\n%s", diff)
		}
	})
}

// postAll posts the messages at the same time, begun in order.
func postAll(t *testing.T, w *slack.Webhook, said []string) {
	t.Helper()
	for _, s := range said {
		go func() {
			if err := post(t.Context(), t, w, slack.Message{Text: s, Blocks: []slackgo.Block{section(s)}}); err != nil {
				t.Errorf("Post(%s) = %v, want nil", s, err)
			}
		}()
		synctest.Wait()
	}
	<-time.After(time.Hour) // the bubble's clock: lets all posts end
}

func TestPostPaceAndRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, server := newWebhook(t)
		begin := time.Now()
		server.Refuse(slacktest.Refusal{Status: 429, Body: "rate_limited", RetryAfter: 7 * time.Second})
		want := []string{"a", "b", "c"}
		postAll(t, w, want)
		if diff := cmp.Diff(want, texts(server)); diff != "" {
			t.Errorf("inbox (-want +got):\n%s", diff)
		}
		var at []time.Duration
		for _, m := range server.Inbox() {
			at = append(at, m.At.Sub(begin))
		}
		if diff := cmp.Diff([]time.Duration{7 * time.Second, 8 * time.Second, 9 * time.Second}, at); diff != "" {
			t.Errorf("times (-want +got):\n%s", diff)
		}
	})
}

// TestPostRetryAfterForms checks how long the wait is after each form of a 429.
func TestPostRetryAfterForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, header, body string
		want               time.Duration
	}{
		{"seconds", "3", "rate_limited", 3 * time.Second},
		{"json body", "", `{"retry_after":5,"ok":false,"error":"rate_limited"}`, 5 * time.Second},
		{"date", "Sat, 01 Jan 2000 00:00:09 GMT", "", 9 * time.Second},
		{"nothing", "", "", 30 * time.Second},
		{"nonsense", "soon", "", 30 * time.Second},
		{"zero", "0", "", 30 * time.Second},
		{"negative", "-5", "", 30 * time.Second},
		{"a date that has passed", "Fri, 31 Dec 1999 00:00:00 GMT", "", 30 * time.Second},
		{"ten years", "315360000", "", time.Hour},
		{"more than any number", "99999999999999999999", "", time.Hour},
		{"a date in ten years", "Fri, 01 Jan 2010 00:00:00 GMT", "", time.Hour},
		{"ten years in the body", "", `{"retry_after":315360000,"ok":false,"error":"rate_limited"}`, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				refused := false
				w := webhookOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
					answer := httptest.NewRecorder()
					if !refused {
						refused = true
						answer.Header().Set("Retry-After", tt.header)
						answer.WriteHeader(http.StatusTooManyRequests)
						answer.Body.WriteString(tt.body)
						return answer.Result(), r.Body.Close()
					}
					answer.Body.WriteString("ok")
					return answer.Result(), r.Body.Close()
				}))
				begin := time.Now()
				if err := post(t.Context(), t, w, slack.Message{Text: "hello"}); err != nil {
					t.Fatalf("Post = %v, want nil", err)
				}
				if got := time.Since(begin); got != tt.want {
					t.Errorf("waited %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestPostDeadlineBeforeRetryAfter checks that neither the refused message nor
// the next one waits for what cannot come in time, and that the next one does
// not bother Slack meanwhile.
func TestPostDeadlineBeforeRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, server := newWebhook(t)
		server.Refuse(slacktest.Refusal{Status: 429, Body: "rate_limited", RetryAfter: 30 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begin := time.Now()
		for _, attempts := range []int{1, 0} {
			got, _ := errors.AsType[*delivery.Error](post(ctx, t, w, slack.Message{Text: "hello"}))
			want := &delivery.Error{
				Kind: delivery.KindRateLimited, Status: 429, Reason: "rate_limited", Attempts: attempts,
				RetryAfter: 30 * time.Second, NotBefore: begin.Add(30 * time.Second),
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(delivery.Error{}, "Attempted", "Cause")); diff != "" {
				t.Errorf("Post (-want +got):\n%s", diff)
			}
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("took %v, want to return at once", took)
		}
		if err := post(t.Context(), t, w, slack.Message{Text: "later"}); err != nil {
			t.Errorf("Post without deadline = %v, want nil", err)
		}
		if got, want := server.Inbox()[0].At.Sub(begin), 30*time.Second; got != want {
			t.Errorf("later message came after %v, want %v", got, want)
		}
	})
}

// TestPostCanceled ends a message in the queue without disturbing the others.
func TestPostCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, server := newWebhook(t)
		server.Refuse(slacktest.Refusal{Status: 429, Body: "rate_limited", RetryAfter: time.Minute})
		go func() { _ = post(t.Context(), t, w, slack.Message{Text: "first"}) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		err := post(ctx, t, w, slack.Message{Text: "second"})
		if e, ok := errors.AsType[*delivery.Error](err); !ok || e.Kind != delivery.KindRateLimited || !errors.Is(err, context.Canceled) {
			t.Errorf("Post in the queue = %v, want KindRateLimited for the cancellation", err)
		}
		soon, stop := context.WithTimeout(t.Context(), 5*time.Second)
		defer stop()
		begin := time.Now()
		err = post(soon, t, w, slack.Message{Text: "third"})
		if e, ok := errors.AsType[*delivery.Error](err); !ok || e.RetryAfter != 55*time.Second || time.Since(begin) != 0 {
			t.Errorf("Post that cannot be sent in time = %v after %v, want at once to retry after 55s", err, time.Since(begin))
		}
		<-time.After(time.Hour) // the bubble's clock: lets the first post end
		if diff := cmp.Diff([]string{"first"}, texts(server)); diff != "" {
			t.Errorf("inbox (-want +got):\n%s", diff)
		}
	})
}

// TestPostSlowSlack checks that a request ends by itself and is not sent again.
func TestPostSlowSlack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := webhookOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		begin := time.Now()
		got, ok := errors.AsType[*delivery.Error](post(t.Context(), t, w, slack.Message{Text: "hello"}))
		if !ok || got.Kind != delivery.KindUnavailable || got.Attempts != 1 || !got.Uncertain {
			t.Errorf("Post = %v, want KindUnavailable after 1 attempt, uncertain", got)
		}
		if took, want := time.Since(begin), 10*time.Second; took != want {
			t.Errorf("took %v, want one timeout of %v", took, want)
		}
	})
}

// TestPostLoopback posts over a real connection.
func TestPostLoopback(t *testing.T) {
	t.Parallel()
	server := slacktest.New(slacktest.Options{})
	listener := httptest.NewServer(server)
	defer listener.Close()
	w, err := slack.NewWebhook(slack.WebhookConfig{URL: listener.URL + server.WebhookPath()})
	if err != nil {
		t.Fatal(err)
	}
	if err := post(t.Context(), t, w, slack.Message{Text: "卡 <1>", Blocks: []slackgo.Block{section("卡 &lt;1&gt;")}}); err != nil {
		t.Fatalf("Post = %v, want nil", err)
	}
	got := server.Inbox()[0]
	if want := "卡 <1>\n"; got.Plain() != want {
		t.Errorf("inbox = %q, want %q", got.Plain(), want)
	}
	if got.Previews {
		t.Error("Slack may fetch the links of a message, want it not to")
	}
}
