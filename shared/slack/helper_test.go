package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// post delivers m and fails the test where the error quotes the webhook.
// All tests post through it.
func post(ctx context.Context, t *testing.T, w *slack.Webhook, m slack.Message) error {
	t.Helper()
	err := w.Post(ctx, m)
	checkNoSecret(t, err)
	return err
}

// checkNoSecret fails where err, or an error inside it, quotes the bot's token
// or a part of the fake's webhook path.
func checkNoSecret(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	said := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, secret := range append(strings.Split(strings.TrimPrefix(webhookPath, "/services/"), "/"), botToken) {
		if strings.Contains(said, secret) {
			t.Errorf("error %s contains the secret %q", said, secret)
		}
	}
}

var webhookPath = slacktest.New(slacktest.Options{}).WebhookPath()

// newWebhook returns a webhook of a fresh fake, reached in process and
// without jitter: every wait after a fault is its ceiling.
func newWebhook(t *testing.T) (*slack.Webhook, *slacktest.Server) {
	t.Helper()
	server := slacktest.New(slacktest.Options{})
	return webhookOver(t, server.Transport()), server
}

func webhookOver(t *testing.T, transport http.RoundTripper) *slack.Webhook {
	t.Helper()
	w, err := slack.NewWebhook(slack.WebhookConfig{
		URL:    "https://hooks.slack.example" + webhookPath,
		Client: &http.Client{Transport: transport},
		Jitter: func(ceiling time.Duration) time.Duration { return ceiling },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const botToken = "xoxb-1234-onlyTheFakeKnows"

// newBot returns a bot of a fresh fake, reached in process and without
// jitter.
func newBot(t *testing.T) (*slack.Bot, *slacktest.Server) {
	t.Helper()
	server := slacktest.New(slacktest.Options{Token: botToken, Burst: 1})
	return botOver(t, server.Transport()), server
}

func botOver(t *testing.T, transport http.RoundTripper) *slack.Bot {
	t.Helper()
	b, err := slack.NewBot(slack.BotConfig{
		Token: botToken, Channel: "alerts",
		Client: &http.Client{Transport: transport},
		Jitter: func(ceiling time.Duration) time.Duration { return ceiling },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// say posts text as a new message, or fails the test.
func say(t *testing.T, b *slack.Bot, text string) slack.Ref {
	t.Helper()
	ref, err := b.Post(t.Context(), slack.Message{Text: text})
	checkNoSecret(t, err)
	if err != nil || ref.Channel == "" || ref.TS == "" {
		t.Fatalf("Post(%s) = %v, %v, want where it is", text, ref, err)
	}
	return ref
}

func words(s string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, s, false, false)
}

func title(s string) *slackgo.HeaderBlock {
	return slackgo.NewHeaderBlock(slackgo.NewTextBlockObject(slackgo.PlainTextType, s, false, false))
}

func section(s string) slackgo.Block { return slackgo.NewSectionBlock(words(s), nil, nil) }

// texts returns what the fake took, in order.
func texts(server *slacktest.Server) []string {
	var said []string
	for _, m := range server.Inbox() {
		said = append(said, m.Text)
	}
	return said
}

// roundTrip is a RoundTripper made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// kindOf returns the kind of err, "" where it has none.
func kindOf(err error) delivery.Kind {
	if e, ok := errors.AsType[*delivery.Error](err); ok {
		return e.Kind
	}
	return ""
}
