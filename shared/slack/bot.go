package slack

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
)

// metadataType names the metadata that carries a message's ID.
const metadataType = "signalbox_notice"

// BotConfig is what a Bot needs. Token and Channel are required.
type BotConfig struct {
	// Token is the bot's, a secret. It needs the scope chat:write, and
	// files:write for Upload.
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
	// Logger hears of messages that Slack took only in a plainer form. Nil
	// means nobody does.
	Logger *slog.Logger
}

// Bot posts messages to a channel, updates them and replies to them. It is safe
// for concurrent use; whatever it sends goes out one at a time, in the order of
// the calls, and waits, tries again and gives up as Webhook.Post does. Its
// errors are of the type *Error.
//
// See https://docs.slack.dev/reference/methods/chat.postMessage/.
type Bot struct {
	token   string
	channel string
	apiURL  string
	lane    *lane
	posts   pace
	updates pace
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
	return &Bot{
		token:   c.Token,
		channel: c.Channel,
		apiURL:  address.String(),
		lane:    newLane(c.Client, c.Jitter, c.Logger),
		posts:   newPace(cmp.Or(c.Interval, defaultInterval)),
		updates: newPace(updateInterval),
	}, nil
}

func isUnprintable(r rune) bool { return r <= ' ' || r > '~' }

// String names the bot without its token.
func (b *Bot) String() string { return "slack bot" }

// Post sends m to the channel and returns where it is.
func (b *Bot) Post(ctx context.Context, m Message) (Ref, error) {
	return b.deliver(ctx, m, b.newMessage())
}

// Update replaces the message at ref by m, blocks and all, and returns where it
// is. Where Slack has lost the message or lets nobody change it any more, and
// for the zero Ref, m becomes a new message with a Ref of its own. Nobody is
// notified of an update.
//
// See https://docs.slack.dev/reference/methods/chat.update/.
func (b *Bot) Update(ctx context.Context, ref Ref, m Message) (Ref, error) {
	if ref == (Ref{}) {
		return b.Post(ctx, m)
	}
	update := call{b.updates, ref.Channel, slackgo.MsgOptionUpdate(ref.TS)}
	return b.deliver(ctx, m, update, b.newMessage())
}

// Reply sends m to the thread of the message at ref, with broadcast to the
// channel as well, and returns where the reply is. A thread whose message is
// gone is KindRejected.
func (b *Bot) Reply(ctx context.Context, ref Ref, m Message, broadcast bool) (Ref, error) {
	if ref == (Ref{}) {
		return Ref{}, rejected("no message to reply to")
	}
	thread := slackgo.MsgOptionTS(ref.TS)
	if broadcast {
		thread = slackgo.MsgOptionCompose(thread, slackgo.MsgOptionBroadcast())
	}
	return b.deliver(ctx, m, call{b.posts, ref.Channel, thread})
}

// call is a method of the Web API that takes a message.
type call struct {
	pace    pace
	channel string
	option  slackgo.MsgOption // what makes it more than a new message
}

func (b *Bot) newMessage() call { return call{b.posts, b.channel, slackgo.MsgOptionPost()} }

// deliver makes the first of the calls, and each next one in the same turn
// where the message that the one before was about is lost.
func (b *Bot) deliver(ctx context.Context, m Message, calls ...call) (Ref, error) {
	m = m.fitted()
	if err := m.Check(); err != nil {
		return Ref{}, err
	}
	if failure := b.lane.takeTurn(ctx); failure != nil {
		return Ref{}, failure
	}
	defer b.lane.leave()
	var ref Ref
	var failure *Error
	attempts := 0
	for _, c := range calls {
		send := func(ctx context.Context, m Message) *Error { return b.send(ctx, c, m, &ref) }
		if failure = b.lane.deliver(ctx, delivery{message: m, pace: c.pace, send: send}); failure == nil {
			return ref, nil
		}
		attempts += failure.Attempts
		failure.Attempts = attempts
		if !isLost(failure.Reason) {
			break
		}
	}
	return ref, failure
}

// send makes one request and sets ref where Slack took m.
func (b *Bot) send(ctx context.Context, c call, m Message, ref *Ref) *Error {
	options := []slackgo.MsgOption{
		c.option,
		slackgo.MsgOptionText(m.Text, false),
		slackgo.MsgOptionBlocks(m.Blocks...), // even none: chat.update keeps what is not replaced
	}
	if m.ID != "" {
		options = append(options, slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{"id": m.ID},
		}))
	}
	last, err := b.ask(func(client *slackgo.Client) error {
		_, _, _, err := client.SendMessageContext(ctx, c.channel, options...)
		return err
	})
	if last == nil {
		return noAnswer(ctx, err, b.token)
	}
	// Not err: slack-go fails where it cannot read the message that comes back.
	stored, ok := last.stored()
	if !ok {
		return last.failure(time.Now())
	}
	*ref = stored
	return nil
}

// ask lets method talk to Slack and returns its error and the last answer, nil
// where there was none.
func (b *Bot) ask(method func(*slackgo.Client) error) (*answer, error) {
	l := &listener{base: b.lane.transport}
	err := method(slackgo.New(b.token,
		slackgo.OptionHTTPClient(l.client(b.lane.timeout)), slackgo.OptionAPIURL(b.apiURL)))
	return l.answer, err
}
