// Package slacktest is a fake of Slack: one incoming webhook, the Web API
// methods that a notifier needs, and an inbox to look at.
//
// It knows
//   - POST of its webhook path, as JSON or as the form field payload;
//   - POST /api/auth.test, chat.postMessage (threads, reply_broadcast and
//     metadata included), chat.update, conversations.history and
//     conversations.replies, as JSON or as a form, with a bot token in the
//     Authorization header or in the form;
//   - files: POST /api/files.getUploadURLExternal, then POST below /upload/v1/,
//     then POST /api/files.completeUploadExternal;
//   - the blocks header, section, divider, context, actions (buttons and menus),
//     image, rich_text (its words), markdown, table, data_table and
//     data_visualization, with Slack's limits; any other block is refused with
//     invalid_blocks;
//   - Slack's pace: one message per second and channel after a short burst,
//     50 updates, looks at a channel and looks at a thread a minute, 429 with
//     Retry-After beyond;
//   - scopes, a token that was revoked, channels that are archived or that the
//     bot is not in, messages that were deleted or are too old to be edited;
//   - every other answer that Slack can give, and none: see Refuse and
//     ErrorWords;
//   - the other direction: what somebody presses and enters, signed, and what an
//     app answers to them alone, see Press and Enter;
//   - GET /inbox, with files below it, /inbox.json and /inbox.txt: what a
//     reader would see.
//
// It puts a file on the message whose thread it is for, where Slack makes a
// reply of it. It does not know ephemeral messages but by response URL, legacy
// attachments beyond their number, mentions and everything else of Slack.
//
// See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
// and https://docs.slack.dev/reference/methods/chat.postMessage/.
package slacktest

import (
	"cmp"
	"net/http"
	"sync"
	"time"
)

const (
	webhookPath  = "/services/T0FAKE/B0FAKE/onlyTheFakeTakesThis"
	defaultToken = "xoxb-test"
	defaultBurst = 3
)

// Options sets up a Server. Its zero value is ready to use.
type Options struct {
	// Now is the clock. Nil means time.Now. Messages carry the zone it gives.
	Now func() time.Time
	// Token is the bot token that the Web API accepts. "" means "xoxb-test".
	Token string
	// Channels are the names of the channels there are, without "#". The first
	// is the webhook's. None means "alerts" alone.
	Channels []string
	// Burst is how many messages a channel takes at once before the pace of one
	// per second is enforced. Zero means 3.
	Burst int
	// Scopes are those of the token, such as "chat:write". Nil means all.
	Scopes []string
	// EditWindow is how long after it was posted a message may be updated. Zero
	// means for ever.
	EditWindow time.Duration
}

// Server is the fake, an http.Handler. It is safe for concurrent use.
type Server struct {
	now        func() time.Time
	token      string
	scopes     []string
	editWindow time.Duration
	mux        *http.ServeMux

	mu       sync.Mutex
	revoked  bool
	channels []*channel
	messages []*Message
	calls    map[string]int
	refusals map[target]refusals
	uploads  map[string]*upload
	lastTS   int64 // microseconds, so that each message has its own
	lastFile int
	whispers []Whisper

	updates, reads, threadReads bucket
}

// New returns a Server with an empty inbox.
func New(o Options) *Server {
	s := &Server{
		now:        o.Now,
		token:      cmp.Or(o.Token, defaultToken),
		scopes:     o.Scopes,
		editWindow: o.EditWindow,
		mux:        http.NewServeMux(),

		calls:    map[string]int{},
		refusals: map[target]refusals{},
		uploads:  map[string]*upload{},
	}
	tier3 := bucket{size: 50, every: time.Minute / 50}
	s.updates, s.reads, s.threadReads = tier3, tier3, tier3
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
	s.handleMethod("auth.test", "", s.testAuth)
	s.handleMethod("chat.postMessage", "chat:write", s.postMessage)
	s.handleMethod("chat.update", "chat:write", s.updateMessage)
	s.handleMethod("conversations.history", "channels:history", s.history)
	s.handleMethod("conversations.replies", "channels:history", s.replies)
	s.handleMethod("files.getUploadURLExternal", "files:write", s.getUploadURL)
	s.mux.HandleFunc("POST /upload/v1/{id}", s.handleUpload)
	s.handleMethod("files.completeUploadExternal", "files:write", s.completeUpload)
	s.mux.HandleFunc("POST /api/", func(w http.ResponseWriter, r *http.Request) { failed("unknown_method").reply().send(w, r) })
	s.mux.HandleFunc("POST /actions/T0FAKE/{user}/{ts}", s.handleResponse)
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
