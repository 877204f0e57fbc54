package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/outbound"
)

// Responder answers whoever has pressed something, for their eyes alone.
type Responder struct {
	client *client
	api    *url.URL
}

// NewResponder returns a Responder beside the Web API at apiURL, as BotConfig has it. Nil
// means http.DefaultTransport.
func NewResponder(apiURL string, transport http.RoundTripper) (*Responder, error) {
	if apiURL == "" {
		apiURL = slackgo.APIURL
	}
	api, err := parseAPIURL(apiURL)
	if err != nil {
		return nil, err
	}
	return &Responder{newClient(&http.Client{Transport: transport, Timeout: 2 * time.Second}, nil), api}, nil
}

// responses is the host of Slack's response URLs.
const responses = "hooks.slack.com"

var errResponseURL = errors.New("the response URL is not Slack's")

// Respond says text to whoever has pressed what came with a response URL, which must be
// Slack's: https at its own host, or what a fake of the Web API has.
func (r *Responder) Respond(ctx context.Context, responseURL, text string) error {
	to, err := url.Parse(responseURL)
	if err != nil || to.User != nil {
		return errResponseURL
	}
	isSlack := to.Scheme == "https" && to.Host == responses
	if isFake := to.Scheme == r.api.Scheme && to.Host == r.api.Host; !isSlack && !isFake {
		return errResponseURL
	}
	said := &slackgo.WebhookMessage{Text: text, ResponseType: slackgo.ResponseTypeEphemeral}
	l := &outbound.Listener{Base: r.client.transport}
	err = slackgo.PostWebhookCustomHTTPContext(ctx, to.String(), l.Client(r.client.timeout), said)
	switch {
	case l.Answer == nil:
		return l.Failure(ctx, err, outbound.PartsOf(to)...)
	case err != nil:
		return l.Answer.Failure(time.Now())
	}
	return nil
}
