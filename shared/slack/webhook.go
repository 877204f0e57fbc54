package slack

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

// WebhookConfig is what a Webhook needs. Only URL is required.
type WebhookConfig struct {
	// URL is the incoming webhook's address, a secret: https, or http on a
	// loopback address.
	URL string
	// Client lends its Transport and Timeout. Nil means http.DefaultTransport;
	// a zero Timeout means 10 s for one request. It follows no redirect.
	Client *http.Client
	// Interval is the least time between two messages. Zero means 1 s.
	Interval time.Duration
	// Jitter picks a wait of at most ceiling before an attempt after a fault.
	// Nil means any time between zero and ceiling, all equally likely.
	Jitter func(ceiling time.Duration) time.Duration
	// Logger gets a record of each message that Slack took only in a plainer
	// form. Nil means none is kept.
	Logger *slog.Logger
}

// Webhook posts messages to the one channel of an incoming webhook. It is safe
// for concurrent use; messages go out one at a time, in the order in which Post
// was called. A webhook's messages cannot be updated: Slack does not say which
// message it made of one. Bot can do that.
//
// See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/.
type Webhook struct {
	url    *url.URL
	client *client
	queue  *outbound.Queue
	pace   outbound.Pace
}

// NewWebhook returns a Webhook, or an error that says what is wrong with the
// URL without repeating it.
func NewWebhook(c WebhookConfig) (*Webhook, error) {
	address, err := parseWebhookURL(c.URL)
	if err != nil {
		return nil, err
	}
	return &Webhook{
		url:    address,
		client: newClient(c.Client, c.Logger),
		queue:  outbound.NewQueue(c.Jitter),
		pace:   outbound.NewPace(cmp.Or(c.Interval, defaultInterval)),
	}, nil
}

// String names the webhook without its URL.
func (w *Webhook) String() string { return "slack webhook" }

// Post delivers m, or returns a [*delivery.Error]. It waits for the messages before it and
// for Slack's pace, waits as long as a 429 asks, and sends a plainer message,
// down to Text alone, where Slack refuses the blocks. Where Slack fails or cannot
// be reached it tries again a few times, but not once Slack may have taken the
// message: see Error.Uncertain. It never waits for a time that lies beyond ctx's
// deadline or just before it, but returns at once.
//
// Before anything is sent, Text and headers are cut to Slack's limits and the
// rest must pass Check.
func (w *Webhook) Post(ctx context.Context, m Message) error {
	m = m.fitted()
	if err := m.Check(); err != nil {
		return err
	}
	return w.queue.Do(ctx, w.client.job(byWebhook, w.pace, m, w.send))
}

// send makes one request and returns what came of it, nil for Slack's "ok".
func (w *Webhook) send(ctx context.Context, m Message) *delivery.Error {
	// A signed link opens its page for whoever has it: Slack is not to fetch it for a preview.
	payload := &slackgo.WebhookMessage{Text: m.Text, UnfurlLinks: new(false), UnfurlMedia: new(false)}
	if len(m.Blocks) > 0 {
		payload.Blocks = &slackgo.Blocks{BlockSet: m.Blocks}
	}
	l := &outbound.Listener{Base: w.client.transport}
	err := slackgo.PostWebhookCustomHTTPContext(ctx, w.url.String(), l.Client(w.client.timeout), payload)
	switch {
	case l.Answer == nil:
		return l.Failure(ctx, err, outbound.PartsOf(w.url)...)
	case answer{l.Answer}.isOK():
		return nil
	}
	return answer{l.Answer}.failure(byWebhook, time.Now())
}
