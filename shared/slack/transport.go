package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	maxAnswer         = 1024             // bytes of an answer that are read: Slack's are one word
	defaultRetryAfter = 30 * time.Second // where a 429 does not say
)

// listener passes one request on and keeps what Slack answered, which slack-go
// throws away: the word in the body, and a Retry-After that is a date.
type listener struct {
	base   http.RoundTripper
	answer *answer // nil until there is one
}

type answer struct {
	status     int
	body       []byte
	retryAfter string
}

// RoundTrip sends request and reads the first bytes of its answer.
func (l *listener) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := l.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	l.answer = &answer{response.StatusCode, body, response.Header.Get("Retry-After")}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// client returns a client for one request that reports to l. It follows no
// redirect: Slack redirects only where a workspace is gone.
func (l *listener) client(timeout time.Duration) *http.Client {
	return &http.Client{
		Transport:     l,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// failure returns what a means as an error, nil where Slack took the message.
// now is when it was received.
func (a *answer) failure(now time.Time) *Error {
	word, seconds := a.said()
	if a.status == http.StatusOK && word == "ok" {
		return nil
	}
	e := &Error{Kind: classify(a.status, word), Status: a.status, Reason: word}
	if word == "" || word == "ok" {
		e.Reason = strings.ToLower(http.StatusText(a.status))
	}
	if a.status == http.StatusOK && e.Kind == KindConfig {
		e.Reason = "answered without ok"
	}
	if e.Kind == KindRateLimited {
		e.RetryAfter = a.wait(now, seconds)
	}
	return e
}

// slackWord is what Slack's answers look like. A proxy's page may quote the
// request's path and must not get into an error.
var slackWord = regexp.MustCompile(`^[a-z][a-z_]{0,63}$`)

// said returns Slack's word, which comes bare or as JSON with the seconds to
// wait, or "" where the body is something else.
func (a *answer) said() (word string, seconds int) {
	word = strings.TrimSpace(string(a.body))
	var envelope struct {
		Error      string `json:"error"`
		RetryAfter int    `json:"retry_after"`
	}
	if json.Unmarshal(a.body, &envelope) == nil {
		word = envelope.Error
	}
	if !slackWord.MatchString(word) {
		word = ""
	}
	return word, envelope.RetryAfter
}

// wait reads Retry-After as seconds or as a date, then the body's seconds.
func (a *answer) wait(now time.Time, inBody int) time.Duration {
	if seconds, err := strconv.Atoi(a.retryAfter); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(a.retryAfter); err == nil && date.After(now) {
		return date.Sub(now)
	}
	if inBody > 0 {
		return time.Duration(inBody) * time.Second
	}
	return defaultRetryAfter
}
