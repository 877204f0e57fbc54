package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	asText = "text/plain; charset=utf-8"
	asJSON = "application/json; charset=utf-8"
	asHTML = "text/html; charset=utf-8"
)

// reply is what goes back to a client, or how the connection ends instead.
type reply struct {
	status     int
	kind, body string
	retryAfter string
	scopes     string // of the token, which Slack says with each answer of its Web API
	end        ending
}

// ending is how a connection ends without an answer.
type ending int

const (
	answered ending = iota
	closed
	hung
	refused
)

// exchange counts a request and returns the reply to it: do's, which is called
// with the lock held, or a refusal's.
func (s *Server) exchange(method, channel string, do func() reply) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	refusal, found := s.refuseLocked(method, s.nameLocked(channel))
	if !found {
		return do()
	}
	if refusal.Applied {
		do()
	}
	return refusal.reply(method != "webhook" && method != "upload")
}

// reply returns what r does to a request.
func (r Refusal) reply(isMethod bool) reply {
	answer := reply{status: r.Status, kind: asText, body: r.Body, retryAfter: r.RetryAfterText}
	if r.RetryAfter > 0 && answer.retryAfter == "" {
		answer.retryAfter = wholeSeconds(r.RetryAfter)
	}
	switch {
	case r.Hang:
		answer.end = hung
	case r.Unreachable:
		answer.end = refused
	case r.Status == 0:
		answer.end = closed
	case r.Raw != "":
		answer.kind, answer.body = asHTML, r.Raw
	case isMethod:
		answer.kind, answer.body = asJSON, marshal(result{Error: r.Body})
	}
	return answer
}

// refuser is a connection that can still be refused: an in-process one.
type refuser interface{ refuseConnection() }

// send writes the answer, or ends the connection.
func (a reply) send(w http.ResponseWriter, r *http.Request) {
	switch a.end {
	case hung:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case refused:
		if connection, ok := w.(refuser); ok {
			connection.refuseConnection()
		}
		panic(http.ErrAbortHandler)
	case closed:
		panic(http.ErrAbortHandler)
	case answered:
	}
	w.Header().Set("Content-Type", a.kind)
	if a.retryAfter != "" {
		w.Header().Set("Retry-After", a.retryAfter)
	}
	if a.status >= 300 && a.status < 400 {
		w.Header().Set("Location", "/")
	}
	if a.scopes != "" {
		w.Header().Set("X-Oauth-Scopes", a.scopes)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func textReply(status int, body string) reply { return reply{status: status, kind: asText, body: body} }

// wholeSeconds says how long to wait, at least one second.
func wholeSeconds(wait time.Duration) string {
	return strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second)))
}

// marshal returns v as JSON. What the server answers always is.
func marshal(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(body)
}
