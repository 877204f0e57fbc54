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

	Needed   string `json:"needed,omitempty"`
	Provided string `json:"provided,omitempty"`

	Messages         []*message        `json:"messages,omitempty"`
	HasMore          bool              `json:"has_more,omitempty"`
	ResponseMetadata *responseMetadata `json:"response_metadata,omitempty"`

	*identity
	UploadURL string     `json:"upload_url,omitempty"`
	FileID    string     `json:"file_id,omitempty"`
	Files     []fileName `json:"files,omitempty"`

	status int
	wait   time.Duration
}

// message is a message as Slack gives it back.
type message struct {
	Type     string          `json:"type"`
	Subtype  string          `json:"subtype,omitempty"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts,omitempty"`
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
	Files    []sharedFile    `json:"files,omitempty"`
}

// sharedFile is a file as Slack gives it back with a message.
type sharedFile struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

type responseMetadata struct {
	NextCursor string `json:"next_cursor"`
}

// identity is what auth.test says of a token.
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
		Message: m.said(),
	}
}

// said returns m as Slack gives it back.
func (m Message) said() *message {
	said := &message{
		Type: "message", TS: m.TS, ThreadTS: m.ThreadTS, Text: m.Text, Blocks: m.Blocks, Metadata: m.Metadata,
	}
	if m.Broadcast {
		said.Subtype = "thread_broadcast"
	}
	for _, f := range m.Files {
		said.Files = append(said.Files, sharedFile{f.Name, f.Title})
	}
	return said
}

// handleMethod serves the method called name, which needs scope, with what all
// have in common: reading, the token and refusals. The method is called with the
// lock held.
func (s *Server) handleMethod(name, scope string, method func(payload) result) {
	s.mux.HandleFunc("POST /api/"+name, func(w http.ResponseWriter, r *http.Request) {
		p, token, problem := readArguments(w, r)
		p.base = baseOf(r)
		s.exchange(name, cmp.Or(p.Channel, p.ChannelID), func() reply {
			if problem == "" {
				problem = s.checkTokenLocked(token)
			}
			switch {
			case problem != "":
				return failed(problem).reply()
			case scope != "" && s.scopes != nil && !slices.Contains(s.scopes, scope):
				missing := failed("missing_scope")
				missing.Needed, missing.Provided = scope, strings.Join(s.scopes, ",")
				return missing.reply()
			}
			answer := method(p).reply()
			answer.scopes = s.scopesHeader()
			return answer
		}).send(w, r)
	})
}

// allScopes are those of a token whose Options name none.
const allScopes = "chat:write,files:write,channels:history,commands"

func (s *Server) scopesHeader() string {
	if s.scopes == nil {
		return allScopes
	}
	return strings.Join(s.scopes, ",")
}

// checkTokenLocked returns Slack's word for what is wrong with token, or "".
func (s *Server) checkTokenLocked(token string) string {
	switch {
	case token == "":
		return "not_authed"
	case token != s.token:
		return "invalid_auth"
	case s.revoked:
		return "token_revoked"
	}
	return ""
}

// RevokeToken takes the bot's token back, for ever.
func (s *Server) RevokeToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
}

func (r result) reply() reply {
	answer := reply{status: r.status, kind: asJSON, body: marshal(r)}
	if r.wait > 0 {
		answer.retryAfter = wholeSeconds(r.wait)
	}
	return answer
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
		URL: p.base + "/", Team: "Fake", User: "signalbox", TeamID: "T0FAKE", UserID: "U0FAKE", BotID: "B0FAKE",
	}}
}

func (s *Server) postMessage(p payload) result {
	to, problem := s.writableLocked(p.Channel, true)
	if problem != "" {
		return failed(problem)
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
	in, problem := s.writableLocked(p.Channel, false)
	if problem != "" {
		return failed(problem)
	}
	if wait := s.updates.take(s.now()); wait > 0 {
		return limited(wait)
	}
	m := s.messageLocked(in, p.TS)
	if m == nil {
		return failed("message_not_found")
	}
	if s.editWindow > 0 && s.now().Sub(m.At) > s.editWindow {
		return failed("edit_window_closed")
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
