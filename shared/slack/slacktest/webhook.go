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
	UnfurlLinks *bool             `json:"unfurl_links"`
	UnfurlMedia *bool             `json:"unfurl_media"`

	Oldest      string `json:"oldest"`
	Latest      string `json:"latest"`
	Inclusive   bool   `json:"inclusive"`
	Limit       int    `json:"limit"`
	Cursor      string `json:"cursor"`
	AllMetadata bool   `json:"include_all_metadata"`

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
	to := s.channels[0]
	s.exchange("webhook", to.name, func() reply {
		if !ok {
			return textReply(http.StatusBadRequest, "invalid_payload")
		}
		return s.takeLocked(to, p)
	}).send(w, r)
}

// takeLocked stores what came by the webhook.
func (s *Server) takeLocked(to *channel, p payload) reply {
	if to.archived {
		return textReply(http.StatusGone, "channel_is_archived")
	}
	if wait := to.posts.take(s.now()); wait > 0 {
		limited := textReply(http.StatusTooManyRequests, "rate_limited")
		limited.retryAfter = wholeSeconds(wait)
		return limited
	}
	if problem := p.check(); problem != "" {
		return textReply(http.StatusBadRequest, problem)
	}
	p.ThreadTS, p.Metadata = "", nil // a webhook neither replies nor keeps metadata
	s.storeLocked(to, p)
	return textReply(http.StatusOK, "ok")
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
	w.Header().Set("Content-Type", asText)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
