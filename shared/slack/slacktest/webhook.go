package slacktest

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxBody is the most bytes of a request that are read.
const maxBody = 1 << 20

// payload is what a webhook or a method of the Web API gets.
type payload struct {
	Channel     string            `json:"channel"`
	TS          string            `json:"ts"`
	ThreadTS    string            `json:"thread_ts"`
	Broadcast   bool              `json:"reply_broadcast"`
	Text        string            `json:"text"`
	Blocks      json.RawMessage   `json:"blocks"`
	Attachments []json.RawMessage `json:"attachments"`
	Metadata    json.RawMessage   `json:"metadata"`

	Filename  string     `json:"filename"`
	Length    int        `json:"length"`
	ChannelID string     `json:"channel_id"`
	Files     []fileName `json:"files"`

	base string // scheme and host that were asked
}

func (s *Server) handleWebhook(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != webhookPath {
		answerText(w, http.StatusNotFound, "no_service")
		return
	}
	p, ok := readPayload(w, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused, found := s.refuseLocked("webhook"); found {
		refused.refuse(w)
		return
	}
	if !ok {
		answerText(w, http.StatusBadRequest, "invalid_payload")
		return
	}
	to := s.channels[0]
	if wait := to.posts.take(s.now()); wait > 0 {
		setRetryAfter(w.Header(), wait)
		answerText(w, http.StatusTooManyRequests, "rate_limited")
		return
	}
	if problem := p.check(); problem != "" {
		answerText(w, http.StatusBadRequest, problem)
		return
	}
	p.ThreadTS, p.Metadata = "", nil // a webhook neither replies nor keeps metadata
	s.storeLocked(to, p)
	answerText(w, http.StatusOK, "ok")
}

// readPayload reads a webhook's body, which is JSON, or a form with JSON in it.
func readPayload(w http.ResponseWriter, r *http.Request) (p payload, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return p, false
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return p, false
	}
	switch kind {
	case "application/json":
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return p, false
		}
		body = []byte(form.Get("payload"))
	default:
		return p, false
	}
	return p, json.Unmarshal(body, &p) == nil
}

func answerText(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
