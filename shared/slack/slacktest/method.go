package slacktest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// result is the answer of a Web API method. Slack answers 200 for its errors
// too, except for its pace.
type result struct {
	OK      bool     `json:"ok"`
	Error   string   `json:"error,omitempty"`
	Channel string   `json:"channel,omitempty"`
	TS      string   `json:"ts,omitempty"`
	Text    string   `json:"text,omitempty"`
	Message *message `json:"message,omitempty"`

	*identity
	UploadURL string     `json:"upload_url,omitempty"`
	FileID    string     `json:"file_id,omitempty"`
	Files     []fileName `json:"files,omitempty"`

	status int
	wait   time.Duration
}

// message is what Slack tells of the message it stored.
type message struct {
	Type     string          `json:"type"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts,omitempty"`
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
}

// identity is what auth.test tells of a token.
type identity struct {
	URL    string `json:"url"`
	Team   string `json:"team"`
	User   string `json:"user"`
	TeamID string `json:"team_id"`
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id"`
}

func failed(reason string) result { return result{Error: reason, status: http.StatusOK} }

func limited(wait time.Duration) result {
	return result{Error: "ratelimited", status: http.StatusTooManyRequests, wait: wait}
}

func stored(in *channel, m *Message) result {
	return result{
		OK: true, Channel: in.id, TS: m.TS, Text: m.Text, status: http.StatusOK,
		Message: &message{
			Type: "message", TS: m.TS, ThreadTS: m.ThreadTS, Text: m.Text, Blocks: m.Blocks, Metadata: m.Metadata,
		},
	}
}

// handleMethod serves the method called name with what all have in common:
// reading, the token and refusals. The method is called with the lock held.
func (s *Server) handleMethod(name string, method func(payload) result) {
	s.mux.HandleFunc("POST /api/"+name, func(w http.ResponseWriter, r *http.Request) {
		p, token, problem := readArguments(w, r)
		p.base = baseOf(r)
		s.mu.Lock()
		defer s.mu.Unlock()
		if refused, found := s.refuseLocked(name); found {
			refused.header(w)
			answerMethod(w, result{Error: refused.Body, status: refused.Status})
			return
		}
		switch {
		case problem != "":
			answerMethod(w, failed(problem))
		case token == "":
			answerMethod(w, failed("not_authed"))
		case token != s.token:
			answerMethod(w, failed("invalid_auth"))
		default:
			answerMethod(w, method(p))
		}
	})
}

// baseOf returns the scheme and host that r asked.
func baseOf(r *http.Request) string {
	scheme := r.URL.Scheme // set where there is no network between
	if scheme == "" {
		scheme = "http"
		if r.TLS != nil {
			scheme = "https"
		}
	}
	return scheme + "://" + r.Host
}

func (s *Server) testAuth(p payload) result {
	return result{OK: true, status: http.StatusOK, identity: &identity{
		URL: p.base + "/", Team: "Stand-in", User: "signalbox", TeamID: "T0STANDIN", UserID: "U0STANDIN", BotID: "B0STANDIN",
	}}
}

func (s *Server) postMessage(p payload) result {
	to := s.channelLocked(p.Channel, true)
	if to == nil {
		return failed("channel_not_found")
	}
	if wait := to.posts.take(s.now()); wait > 0 {
		return limited(wait)
	}
	if problem := p.check(); problem != "" {
		return failed(problem)
	}
	if p.ThreadTS == "" {
		p.Broadcast = false
		return stored(to, s.storeLocked(to, p))
	}
	parent := s.messageLocked(to, p.ThreadTS)
	if parent == nil {
		return failed("cannot_reply_to_message")
	}
	p.ThreadTS = cmp.Or(parent.ThreadTS, parent.TS) // threads have no threads
	return stored(to, s.storeLocked(to, p))
}

// updateMessage replaces what the arguments carry. Blocks that are not sent
// anew stay, as with Slack.
func (s *Server) updateMessage(p payload) result {
	in := s.channelLocked(p.Channel, false)
	if in == nil {
		return failed("channel_not_found")
	}
	if wait := s.updates.take(s.now()); wait > 0 {
		return limited(wait)
	}
	m := s.messageLocked(in, p.TS)
	if m == nil {
		return failed("message_not_found")
	}
	if tooLong(p.Text, maxUpdateText) {
		return failed("msg_too_long")
	}
	if problem := p.check(); problem != "" {
		return failed(problem)
	}
	if p.Text != "" {
		m.Text = p.Text
	}
	if p.Blocks != nil {
		m.Blocks = p.shownBlocks()
	}
	if p.Metadata != nil {
		m.Metadata = p.Metadata
	}
	m.Updates++
	return stored(in, m)
}

// channelLocked finds a channel by its id and, where names are taken, by its
// name with or without "#". chat.update takes no name.
func (s *Server) channelLocked(key string, byName bool) *channel {
	i := slices.IndexFunc(s.channels, func(c *channel) bool {
		return c.id == key || byName && c.name == strings.TrimPrefix(key, "#")
	})
	if i < 0 {
		return nil
	}
	return s.channels[i]
}

func answerMethod(w http.ResponseWriter, r result) {
	if r.wait > 0 {
		setRetryAfter(w.Header(), r.wait)
	}
	answerJSON(w, r.status, r)
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
