package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	maxAnswer         = 1 << 20          // bytes of an answer that are read: the Web API repeats the message
	defaultRetryAfter = 30 * time.Second // where a 429 does not say
)

// listener passes requests on and keeps what Slack answered to the last one,
// which slack-go throws away: the word in the body, and a Retry-After that is a
// date.
type listener struct {
	base   http.RoundTripper
	answer *answer // to the last request, nil where there was none
}

type answer struct {
	status     int
	body       []byte
	retryAfter string
}

// RoundTrip sends request and reads its answer.
func (l *listener) RoundTrip(request *http.Request) (*http.Response, error) {
	l.answer = nil
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

// client returns a client that reports to l. It follows no redirect: Slack
// redirects only where a workspace is gone.
func (l *listener) client(timeout time.Duration) *http.Client {
	return &http.Client{
		Transport:     l,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// isOK reports whether a is how a webhook says that Slack took the message.
func (a *answer) isOK() bool {
	return a.status == http.StatusOK && string(bytes.TrimSpace(a.body)) == "ok"
}

// stored returns where the Web API says that it put the message.
func (a *answer) stored() (ref Ref, ok bool) {
	var envelope struct {
		OK      bool   `json:"ok"`
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	}
	ok = a.status == http.StatusOK && json.Unmarshal(a.body, &envelope) == nil &&
		envelope.OK && envelope.Channel != "" && envelope.TS != ""
	return Ref{envelope.Channel, envelope.TS}, ok
}

// failure returns what a means as an error, for a message that Slack did not
// take. now is when it was received.
func (a *answer) failure(now time.Time) *Error {
	word, seconds := a.said()
	e := &Error{Kind: classify(a.status, word), Status: a.status, Reason: word}
	switch {
	case a.status == http.StatusOK && word == "":
		e.Reason = "answered without ok"
	case word == "":
		e.Reason = strings.ToLower(http.StatusText(a.status))
	}
	if e.Kind == KindRateLimited {
		e.RetryAfter = a.wait(now, seconds)
	}
	return e
}

// slackWord is what Slack's answers look like. A proxy's page may quote the
// request's path and must not get into an error.
var slackWord = regexp.MustCompile(`^[a-z][a-z_]{0,63}$`)

// said returns Slack's word for a failure, which comes bare or as JSON with the
// seconds to wait, or "" where the body is something else. A bare word with
// status 200 counts only where it is known: others than Slack answer so.
func (a *answer) said() (word string, seconds int) {
	var envelope struct {
		Error      string `json:"error"`
		RetryAfter int    `json:"retry_after"`
	}
	if json.Unmarshal(a.body, &envelope) == nil {
		word = envelope.Error
	} else if word = string(bytes.TrimSpace(a.body)); a.status == http.StatusOK && kindOfReason(word) == "" {
		word = ""
	}
	if !slackWord.MatchString(word) || word == "ok" {
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

// noAnswer is the error for a request that err ended before there was one.
func noAnswer(ctx context.Context, err error, secrets ...string) *Error {
	return &Error{Kind: KindUnavailable, Reason: reasonOf(err, secrets), cause: ctx.Err()}
}
