package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/dingtalk"
	"signalbox/shared/dingtalk/dingtalktest"
	"signalbox/shared/feishu"
	"signalbox/shared/feishu/feishutest"
	"signalbox/shared/outbound"
	"signalbox/shared/outbound/outboundtest"
	"signalbox/shared/webhook"
	"signalbox/shared/webhook/webhooktest"
	"signalbox/shared/wecom"
	"signalbox/shared/wecom/wecomtest"
)

const secret = "SEC-of-a-test"

// receiver is a sender and a fake, which need not be of the same kind.
type receiver struct {
	fake *outboundtest.Server
	post func(ctx context.Context, id, text string) error
}

// kinds make them: a fake, and a sender to a path of a transport.
var kinds = map[string]struct {
	path string
	fake func(secret string) *outboundtest.Server
	to   func(t *testing.T, url, secret string, transport http.RoundTripper) func(ctx context.Context, id, text string) error
}{
	"dingtalk": {
		dingtalktest.Path, func(secret string) *outboundtest.Server { return dingtalktest.New(secret, nil) },
		func(t *testing.T, url, secret string, transport http.RoundTripper) func(context.Context, string, string) error {
			t.Helper()
			robot, err := dingtalk.New(outbound.Config{URL: url, Secret: secret, Transport: transport, Jitter: ceiling})
			must(t, err)
			return func(ctx context.Context, _, text string) error {
				return robot.Post(ctx, dingtalk.Message{Title: "title", Markdown: text})
			}
		},
	},
	"feishu": {
		feishutest.Path, func(secret string) *outboundtest.Server { return feishutest.New(secret, nil) },
		func(t *testing.T, url, secret string, transport http.RoundTripper) func(context.Context, string, string) error {
			t.Helper()
			bot, err := feishu.New(outbound.Config{URL: url, Secret: secret, Transport: transport, Jitter: ceiling})
			must(t, err)
			return func(ctx context.Context, _, text string) error { return bot.Post(ctx, feishu.Message{Text: text}) }
		},
	},
	"wecom": {
		wecomtest.Path, func(string) *outboundtest.Server { return wecomtest.New(nil) },
		func(t *testing.T, url, _ string, transport http.RoundTripper) func(context.Context, string, string) error {
			t.Helper()
			robot, err := wecom.New(outbound.Config{URL: url, Transport: transport, Jitter: ceiling})
			must(t, err)
			return func(ctx context.Context, _, text string) error { return robot.Post(ctx, wecom.Message{Markdown: text}) }
		},
	},
	"webhook": {
		webhooktest.Path, func(secret string) *outboundtest.Server { return webhooktest.New(secret, nil) },
		func(t *testing.T, url, secret string, transport http.RoundTripper) func(context.Context, string, string) error {
			t.Helper()
			hook, err := webhook.New(outbound.Config{URL: url, Secret: secret, Transport: transport, Jitter: ceiling})
			must(t, err)
			return func(ctx context.Context, id, text string) error { return hook.Post(ctx, id, payload(text)) }
		},
	},
}

func ceiling(d time.Duration) time.Duration { return d }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func payload(text string) webhook.Payload {
	none := map[string]string{}
	return webhook.Payload{
		Version: "4", Status: "firing", GroupLabels: none, CommonLabels: none, CommonAnnotations: map[string]string{"summary": text},
		Alerts: []webhook.Alert{{
			Status: "firing", Labels: map[string]string{"alertname": "a"}, Annotations: map[string]string{"description": text},
			StartsAt: time.Unix(1, 0), Fingerprint: "f",
		}},
	}
}

func newReceiver(t *testing.T, sender, fake string) receiver {
	t.Helper()
	server := kinds[fake].fake(secret)
	return receiver{server, kinds[sender].to(t, "https://receiver.example"+kinds[fake].path, secret, server.Transport())}
}

// TestEachFakeRefusesTheOthers posts from each sender to each fake.
func TestEachFakeRefusesTheOthers(t *testing.T) {
	t.Parallel()
	for sender := range kinds {
		for fake := range kinds {
			t.Run(sender+" to "+fake, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newReceiver(t, sender, fake)
					err := r.post(t.Context(), "id", "hello")
					if taken := len(r.fake.Inbox()) == 1; taken != (sender == fake) || taken != (err == nil) {
						t.Errorf("Post = %v, inbox %v, want it taken: %t", err, r.fake.Inbox(), sender == fake)
					}
				})
			})
		}
	}
}

// TestPace posts a hundred messages as fast as it goes: no limit is ever broken, and all
// arrive in their order.
func TestPace(t *testing.T) {
	t.Parallel()
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newReceiver(t, kind, kind)
				for n := range 100 {
					must(t, r.post(t.Context(), strconv.Itoa(n), fmt.Sprintf("message %d", n)))
				}
				if r.fake.TooFast() > 0 || len(r.fake.Inbox()) != 100 || !strings.Contains(r.fake.Inbox()[42].Text, "message 42") {
					t.Errorf("%d too fast, %d taken, want 0 and 100 in order", r.fake.TooFast(), len(r.fake.Inbox()))
				}
			})
		})
	}
}

// TestFaults has each receiver behave badly.
func TestFaults(t *testing.T) {
	t.Parallel()
	answer := func(status int, header ...string) outboundtest.Fault {
		h := http.Header{}
		if len(header) == 2 {
			h.Set(header[0], header[1])
		}
		return outboundtest.Say(outboundtest.Answer{Status: status, Header: h, Body: secret})
	}
	tests := []struct {
		name      string
		fault     outboundtest.Fault
		kind      delivery.Kind
		uncertain bool
		attempts  int
	}{
		{"hangs", outboundtest.Hang, delivery.KindUnavailable, true, 1},
		{"loses the answer", outboundtest.LoseAnswer, delivery.KindUnavailable, true, 1},
		{"fails", answer(http.StatusBadGateway), delivery.KindUnavailable, false, 4},
		{"redirects", answer(http.StatusTemporaryRedirect, "Location", "https://evil.example/"), delivery.KindConfig, false, 1},
		{"asks to wait for years", answer(http.StatusTooManyRequests, "Retry-After", "999999999"), delivery.KindRateLimited, false, 1},
		{"asks to wait until a date long past", answer(http.StatusTooManyRequests, "Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"), delivery.KindRateLimited, false, 25},
		{"refuses the content", answer(http.StatusRequestEntityTooLarge), delivery.KindRejected, false, 1},
		{"is not there", answer(http.StatusNotFound), delivery.KindConfig, false, 1},
	}
	for kind := range kinds {
		for _, tt := range tests {
			t.Run(kind+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newReceiver(t, kind, kind)
					r.fake.Break(tt.fault, -1)
					err := r.post(t.Context(), "id", "hello")
					checkFailure(t, err, tt.kind, tt.uncertain, tt.attempts)
					r.fake.Break(nil, 0)
					time.Sleep(time.Hour)
					must(t, r.post(t.Context(), "another", "again"))
				})
			})
		}
	}
}

func checkFailure(t *testing.T, err error, kind delivery.Kind, uncertain bool, attempts int) {
	t.Helper()
	failure, ok := errors.AsType[*delivery.Error](err)
	if !ok || failure.Kind != kind || failure.Uncertain != uncertain || failure.Attempts != attempts || failure.RetryAfter > time.Hour {
		t.Errorf("Post = %+v, want %s, uncertain %t, after %d attempts", err, kind, uncertain, attempts)
	}
	said := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, word := range []string{secret, "only-the-fake", "receiver.example/"} {
		if strings.Contains(said, word) {
			t.Errorf("the error quotes %q: %s", word, said)
		}
	}
}

// TestErrorsInside200 knows what the vendors' codes mean.
func TestErrorsInside200(t *testing.T) {
	t.Parallel()
	tests := []struct {
		sender, body string
		kind         delivery.Kind
	}{
		{"dingtalk", `{"errcode":310000,"errmsg":"keywords not in content"}`, delivery.KindConfig},
		{"dingtalk", `{"errcode":130101,"errmsg":"send too fast"}`, delivery.KindRateLimited},
		{"dingtalk", `{"errcode":430102,"errmsg":"?"}`, delivery.KindRejected},
		{"dingtalk", `{"errcode":777,"errmsg":"?"}`, delivery.KindUnknown},
		{"dingtalk", `{"errcode":"0"}`, delivery.KindUnavailable},
		{"feishu", `{"code":19024,"msg":"Key Words Not Found"}`, delivery.KindConfig},
		{"feishu", `{"code":19021}`, delivery.KindConfig},
		{"feishu", `{"code":9499,"msg":"Bad Request","data":{}}`, delivery.KindRejected},
		{"feishu", `{"code":777}`, delivery.KindUnknown},
		{"feishu", `null`, delivery.KindUnavailable},
		{"wecom", `{"errcode":93000}`, delivery.KindConfig},
		{"wecom", `{"errcode":45009}`, delivery.KindRateLimited},
		{"wecom", `{"errcode":40058}`, delivery.KindRejected},
		{"wecom", `{"errcode":777}`, delivery.KindUnknown},
		{"wecom", `<!doctype html>`, delivery.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.sender+" "+tt.body, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newReceiver(t, tt.sender, tt.sender)
				r.fake.Break(outboundtest.Say(outboundtest.JSON(tt.body)), -1)
				failure, _ := errors.AsType[*delivery.Error](r.post(t.Context(), "id", "hello"))
				if failure == nil || failure.Kind != tt.kind || failure.Uncertain != (tt.kind == delivery.KindUnavailable) {
					t.Errorf("Post = %v, want %s", failure, tt.kind)
				}
			})
		})
	}
}

// TestBan has DingTalk refuse all for ten minutes: nobody waits for it, and nothing is
// sent before.
func TestBan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(t, "dingtalk", "dingtalk")
		begin := time.Now()
		r.fake.Break(outboundtest.Say(outboundtest.JSON(`{"errcode":130101}`)), 1)
		for range 3 {
			failure, _ := errors.AsType[*delivery.Error](r.post(t.Context(), "id", "hello"))
			if failure == nil || failure.Kind != delivery.KindRateLimited || failure.NotBefore.Sub(begin) != 10*time.Minute || time.Since(begin) > time.Minute {
				t.Errorf("Post = %+v after %s, want rate limited for ten minutes, at once", failure, time.Since(begin))
			}
		}
		time.Sleep(10 * time.Minute)
		must(t, r.post(t.Context(), "id", "hello"))
	})
}

// TestSentOnce sends a lost message again: whoever knows its id takes it once.
func TestSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(t, "webhook", "webhook")
		r.fake.Break(outboundtest.LoseAnswer, 1)
		if err := r.post(t.Context(), "id", "hello"); err == nil {
			t.Error("Post = nil, want an error")
		}
		must(t, r.post(t.Context(), "id", "hello"))
		if n := len(r.fake.Inbox()); n != 1 {
			t.Errorf("%d messages, want one", n)
		}
	})
}
