// Package slacktest is a stand-in of Slack: one incoming webhook, the Web API
// methods that a notifier needs, and an inbox to look at.
//
// It knows
//   - POST of its webhook path, as JSON or as the form field payload;
//   - POST /api/chat.postMessage and /api/chat.update, as JSON or as a form,
//     with a bot token in the Authorization header or in the form;
//   - the blocks header, section, divider, context, actions (buttons that are
//     links), image, rich_text (its words), markdown and table, with Slack's
//     limits; any other block is refused with invalid_blocks;
//   - Slack's pace: one message per second and channel after a short burst,
//     50 updates a minute, 429 with Retry-After beyond;
//   - GET /inbox, /inbox.json and /inbox.txt: what a reader would see.
//
// It does not know files, ephemeral messages, legacy attachments beyond their
// number, mentions, scopes, clicks and everything else of Slack.
//
// See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
// and https://docs.slack.dev/reference/methods/chat.postMessage/.
package slacktest

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	webhookPath  = "/services/T0STANDIN/B0STANDIN/onlyTheStandInTakesThis"
	defaultToken = "xoxb-test"
	defaultBurst = 3
)

// Options sets up a Server. Its zero value is ready to use.
type Options struct {
	// Now tells the time. Nil means time.Now. Messages carry the zone it gives.
	Now func() time.Time
	// Token is the bot token that the Web API accepts. "" means "xoxb-test".
	Token string
	// Channels are the names of the channels there are, without "#". The first
	// is the webhook's. None means "alerts" alone.
	Channels []string
	// Burst is how many messages a channel takes at once before the pace of one
	// per second is enforced. Zero means 3.
	Burst int
}

// Server is the stand-in, an http.Handler. It is safe for concurrent use.
type Server struct {
	now   func() time.Time
	token string
	mux   *http.ServeMux

	mu       sync.Mutex
	channels []*channel
	messages []*Message
	refusals []refusal
	updates  bucket
	lastTS   int64 // microseconds, so that each message has its own
}

// channel is a place to post to.
type channel struct {
	id, name string
	posts    bucket
}

// New returns a Server with an empty inbox.
func New(o Options) *Server {
	s := &Server{
		now:     o.Now,
		token:   cmp.Or(o.Token, defaultToken),
		mux:     http.NewServeMux(),
		updates: bucket{size: 50, every: time.Minute / 50},
	}
	if s.now == nil {
		s.now = time.Now
	}
	names := o.Channels
	if len(names) == 0 {
		names = []string{"alerts"}
	}
	for i, name := range names {
		posts := bucket{size: cmp.Or(o.Burst, defaultBurst), every: time.Second}
		s.channels = append(s.channels, &channel{id: channelID(i), name: name, posts: posts})
	}
	s.routes()
	return s
}

func (s *Server) routes() {
	s.mux.HandleFunc("POST /services/", s.handleWebhook)
	s.mux.HandleFunc("POST /api/chat.postMessage", s.handleMethod(s.postMessage))
	s.mux.HandleFunc("POST /api/chat.update", s.handleMethod(s.updateMessage))
	s.mux.HandleFunc("POST /api/", func(w http.ResponseWriter, _ *http.Request) { answerMethod(w, failed("unknown_method")) })
	s.mux.HandleFunc("GET /inbox", s.handlePage)
	s.mux.HandleFunc("GET /inbox.json", s.handleJSON)
	s.mux.HandleFunc("GET /inbox.txt", s.handleText)
}

// ServeHTTP answers as Slack would, and shows the inbox.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// WebhookPath returns the one path that is a webhook. Any other below
// /services/ is answered no_service.
func (s *Server) WebhookPath() string { return webhookPath }

// Inbox returns the messages in the order in which they were posted.
func (s *Server) Inbox() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	inbox := make([]Message, len(s.messages))
	for i, m := range s.messages {
		inbox[i] = *m
		inbox[i].Blocks = slices.Clone(m.Blocks)
	}
	return inbox
}
