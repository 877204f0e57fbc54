package slacktest

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
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
}

func failed(reason string) result { return result{Error: reason, status: http.StatusOK} }

func limited(wait time.Duration) result {
	return result{Error: "ratelimited", status: http.StatusTooManyRequests, wait: wait}
}

func stored(in *channel, m *Message) result {
	return result{
		OK: true, Channel: in.id, TS: m.TS, Text: m.Text, status: http.StatusOK,
		Message: &message{Type: "message", TS: m.TS, ThreadTS: m.ThreadTS, Text: m.Text, Blocks: m.Blocks},
	}
}

// handleMethod wraps a method with what all have in common: reading, the token
// and refusals. The method is called with the lock held.
func (s *Server) handleMethod(method func(payload) result) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, token, problem := readArguments(w, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		if refused, found := s.refuseLocked(); found {
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
	}
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
	if p.ThreadTS != "" && s.messageLocked(to, p.ThreadTS) == nil {
		return failed("cannot_reply_to_message")
	}
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
		m.Blocks = p.Blocks
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

// readArguments reads JSON, where only the header carries the token, or a form.
func readArguments(w http.ResponseWriter, r *http.Request) (p payload, token, problem string) {
	token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return p, token, "request_timeout"
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		if json.Unmarshal(body, &p) != nil {
			return p, token, "invalid_json"
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return p, token, "invalid_form_data"
		}
		if token == "" {
			token = form.Get("token")
		}
		return fromForm(form), token, ""
	default:
		return p, token, "invalid_post_type"
	}
	return p, token, ""
}

func fromForm(form url.Values) payload {
	p := payload{
		Channel:  form.Get("channel"),
		TS:       form.Get("ts"),
		ThreadTS: form.Get("thread_ts"),
		Text:     form.Get("text"),
	}
	if blocks := form.Get("blocks"); blocks != "" {
		p.Blocks = json.RawMessage(blocks)
	}
	return p
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
