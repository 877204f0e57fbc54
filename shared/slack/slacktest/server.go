// Package slacktest is a stand-in of Slack: one incoming webhook, the Web API
// methods that a notifier needs, and an inbox to look at.
//
// It knows
//   - POST of its webhook path, as JSON or as the form field payload;
//   - POST /api/auth.test, chat.postMessage (threads, reply_broadcast and
//     metadata included) and chat.update, as JSON or as a form, with a bot
//     token in the Authorization header or in the form;
//   - files: POST /api/files.getUploadURLExternal, then POST below /upload/v1/,
//     then POST /api/files.completeUploadExternal;
//   - the blocks header, section, divider, context, actions (buttons that are
//     links), image, rich_text (its words), markdown, table, data_table and
//     data_visualization, with Slack's limits; any other block is refused with
//     invalid_blocks;
//   - Slack's pace: one message per second and channel after a short burst,
//     50 updates a minute, 429 with Retry-After beyond;
//   - GET /inbox, with files below it, /inbox.json and /inbox.txt: what a
//     reader would see.
//
// It puts a file on the message whose thread it is for, where Slack makes a
// reply of it. It does not know ephemeral messages, legacy attachments beyond
// their number, mentions, scopes, clicks and everything else of Slack.
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
	refusals map[string]refusals
	uploads  map[string]*upload
	updates  bucket
	lastTS   int64 // microseconds, so that each message has its own
	lastFile int
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

		refusals: map[string]refusals{},
		uploads:  map[string]*upload{},
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
	s.handleMethod("auth.test", s.testAuth)
	s.handleMethod("chat.postMessage", s.postMessage)
	s.handleMethod("chat.update", s.updateMessage)
	s.handleMethod("files.getUploadURLExternal", s.getUploadURL)
	s.mux.HandleFunc("POST /upload/v1/{id}", s.handleUpload)
	s.handleMethod("files.completeUploadExternal", s.completeUpload)
	s.mux.HandleFunc("POST /api/", func(w http.ResponseWriter, _ *http.Request) { answerMethod(w, failed("unknown_method")) })
	s.mux.HandleFunc("GET /inbox", s.handlePage)
	s.mux.HandleFunc("GET /inbox.json", s.handleJSON)
	s.mux.HandleFunc("GET /inbox.txt", s.handleText)
	s.mux.HandleFunc("GET /inbox/files/{ts}/{n}", s.handleFile)
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
		inbox[i].Metadata = slices.Clone(m.Metadata)
		inbox[i].Files = slices.Clone(m.Files)
	}
	return inbox
}
