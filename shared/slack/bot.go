package slack

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

// metadataType names the metadata that carries a message's ID.
const metadataType = "signalbox_notification"

// BotConfig is what a Bot needs. Token and Channel are required.
type BotConfig struct {
	// Token is the bot's, a secret. It needs the scope chat:write, files:write
	// for Upload, and channels:history (groups:history in a private channel) for
	// Find.
	Token string
	// Channel is where new messages go: its id, or its name. The bot must be a
	// member.
	Channel string
	// APIURL is where the Web API is: https, or http on a loopback address,
	// ending in "/". "" means https://slack.com/api/.
	APIURL string
	// Client lends its Transport and Timeout. Nil means http.DefaultTransport;
	// a zero Timeout means 10 s for one request. It follows no redirect.
	Client *http.Client
	// Interval is the least time between two messages, replies and files. Zero
	// means 1 s. Updates are 1.2 s apart.
	Interval time.Duration
	// Jitter picks a wait of at most ceiling before an attempt after a fault.
	// Nil means any time between zero and ceiling, all equally likely.
	Jitter func(ceiling time.Duration) time.Duration
	// Logger gets a record of each message that Slack took only in a plainer
	// form. Nil means none is kept.
	Logger *slog.Logger
}

// Bot posts messages to a channel, updates them and replies to them. It is safe
// for concurrent use; messages, updates and replies go out one at a time, in the
// order of the calls, and wait, are tried again and given up as Webhook.Post
// describes. One call makes at most one message. Files and Find have send queues
// of their own, so that neither waits for the other or delays a message. All
// errors are of the type [*delivery.Error].
//
// See https://docs.slack.dev/reference/methods/chat.postMessage/.
type Bot struct {
	client  *client
	token   string
	channel string
	apiURL  string

	messages, files, reads *outbound.Queue
	posts, updates, looks  outbound.Pace

	channelID atomic.Pointer[string] // of channel, once Slack has said it
}

// Ref is a message that Slack has stored. The zero Ref is none.
type Ref struct {
	Channel string `json:"channel"` // its id
	TS      string `json:"ts"`      // the message's id within the channel
}

// NewBot returns a Bot, or an error that says what is wrong with c without
// repeating the token. It does not ask Slack.
func NewBot(c BotConfig) (*Bot, error) {
	address, addressErr := parseAPIURL(cmp.Or(c.APIURL, slackgo.APIURL))
	var tokenErr, channelErr error
	if c.Token == "" || strings.ContainsFunc(c.Token, isUnprintable) {
		tokenErr = errors.New("slack bot token: empty, or not printable ASCII without spaces")
	}
	if c.Channel == "" {
		channelErr = errors.New("slack channel: empty")
	}
	if err := errors.Join(tokenErr, channelErr, addressErr); err != nil {
		return nil, err
	}
	client := newClient(c.Client, c.Logger)
	return &Bot{
		client:   client,
		token:    c.Token,
		channel:  c.Channel,
		apiURL:   address.String(),
		messages: outbound.NewQueue(c.Jitter),
		files:    outbound.NewQueue(c.Jitter),
		reads:    outbound.NewQueue(c.Jitter),
		posts:    outbound.NewPace(cmp.Or(c.Interval, defaultInterval)),
		updates:  outbound.NewPace(tier3Interval),
		looks:    outbound.NewPace(tier3Interval),
	}, nil
}

func isUnprintable(r rune) bool { return r <= ' ' || r > '~' }

// String names the bot without its token.
func (b *Bot) String() string { return "slack bot" }

// Channel returns BotConfig.Channel: an id or a name, where Ref.Channel is always
// an id.
func (b *Bot) Channel() string { return b.channel }

// Post sends m to the channel and returns where it is.
func (b *Bot) Post(ctx context.Context, m Message) (Ref, error) {
	ref, err := b.deliver(ctx, m, request{posting, b.posts, b.channel, slackgo.MsgOptionPost()})
	if err == nil {
		b.channelID.Store(&ref.Channel)
	}
	return ref, err
}

// Update replaces the message at ref by m, blocks and all, and returns where it
// is. A message that is lost or that nobody may change any more is KindLost, as
// is the zero Ref; nothing is posted then. Nobody is notified of an update.
//
// See https://docs.slack.dev/reference/methods/chat.update/.
func (b *Bot) Update(ctx context.Context, ref Ref, m Message) (Ref, error) {
	if ref == (Ref{}) {
		return Ref{}, updating.lost("no message to update")
	}
	return b.deliver(ctx, m, request{updating, b.updates, ref.Channel, slackgo.MsgOptionUpdate(ref.TS)})
}

// Reply sends m to the thread of the message at ref, with broadcast to the
// channel as well, and returns where the reply is. A thread that is lost is
// KindLost, as is the zero Ref.
func (b *Bot) Reply(ctx context.Context, ref Ref, m Message, broadcast bool) (Ref, error) {
	if ref == (Ref{}) {
		return Ref{}, replying.lost("no message to reply to")
	}
	thread := slackgo.MsgOptionTS(ref.TS)
	if broadcast {
		thread = slackgo.MsgOptionCompose(thread, slackgo.MsgOptionBroadcast())
	}
	return b.deliver(ctx, m, request{replying, b.posts, ref.Channel, thread})
}

// request is a method of the Web API that takes a message.
type request struct {
	operation operation
	pace      outbound.Pace
	channel   string
	option    slackgo.MsgOption // what makes it more than a new message
}

// deliver makes a request of m until Slack takes it.
func (b *Bot) deliver(ctx context.Context, m Message, r request) (ref Ref, err error) {
	m = m.fitted()
	if err := m.Check(); err != nil {
		return Ref{}, err
	}
	send := func(ctx context.Context, m Message) *delivery.Error { return b.send(ctx, r, m, &ref) }
	err = b.messages.Do(ctx, b.client.job(r.operation, r.pace, m, send))
	return ref, err
}

// send makes one request and sets ref where Slack took m.
func (b *Bot) send(ctx context.Context, r request, m Message, ref *Ref) *delivery.Error {
	options := []slackgo.MsgOption{
		r.option,
		slackgo.MsgOptionText(m.Text, false),
		slackgo.MsgOptionBlocks(m.Blocks...), // even none: chat.update keeps what is not replaced
		slackgo.MsgOptionParse(false),        // else chat.update links names, as in what people type
		// A signed link opens its page for whoever has it: Slack is not to fetch it for a preview.
		slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(),
	}
	if m.ID != "" {
		options = append(options, slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{"id": m.ID},
		}))
	}
	// Not the method's error: slack-go fails where it cannot read the message
	// that comes back.
	last, failure, _ := b.ask(ctx, func(client *slackgo.Client) error {
		_, _, _, err := client.SendMessageContext(ctx, r.channel, options...)
		return err
	})
	if failure != nil {
		return failure
	}
	stored, ok := last.stored()
	if !ok {
		return last.failure(r.operation, time.Now())
	}
	*ref = stored
	return nil
}

// ask lets method talk to Slack and returns the last answer or, where there was
// none, a failure; and method's error.
func (b *Bot) ask(ctx context.Context, method func(*slackgo.Client) error) (last answer, failure *delivery.Error, err error) {
	l := &outbound.Listener{Base: b.client.transport}
	err = method(slackgo.New(b.token,
		slackgo.OptionHTTPClient(l.Client(b.client.timeout)), slackgo.OptionAPIURL(b.apiURL)))
	if l.Answer == nil {
		return answer{}, l.Failure(ctx, err, b.token), err
	}
	return answer{l.Answer}, nil, err
}
