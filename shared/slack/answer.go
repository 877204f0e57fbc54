package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	defaultRetryAfter = 30 * time.Second // where a 429 does not say
	maxRetryAfter     = time.Hour        // of what a 429 may ask for
)

// answer is what Slack answered to a request.
type answer struct {
	status     int
	body       []byte
	retryAfter string
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

// failure returns what a means for an operation that a does not confirm. now is
// when it was received. Where the answer says neither yes nor no, and where
// Slack's word is about the outcome, the operation is uncertain.
func (a *answer) failure(o operation, now time.Time) *Error {
	word, seconds := a.said()
	e := &Error{Kind: o.classify(a.status, word), Status: a.status, Reason: word}
	unclear := a.status == http.StatusOK && word == ""
	e.Uncertain = unclear || subjectOf(word) == aboutOutcome
	switch {
	case unclear:
		e.Reason = "answered without ok"
	case word == "":
		e.Reason = strings.ToLower(http.StatusText(a.status))
	}
	if e.Kind == KindRateLimited {
		e.wait(now, a.wait(now, seconds))
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
	} else if word = string(bytes.TrimSpace(a.body)); a.status == http.StatusOK && subjectOf(word) == aboutNothingKnown {
		word = ""
	}
	if !slackWord.MatchString(word) || word == "ok" {
		word = ""
	}
	return word, envelope.RetryAfter
}

// wait reads Retry-After as seconds or as a date, then the body's seconds, and
// believes none beyond maxRetryAfter.
func (a *answer) wait(now time.Time, inBody int) time.Duration {
	const most = int(maxRetryAfter / time.Second)
	seconds, err := strconv.Atoi(a.retryAfter) // the largest int where it is too large for one
	if (err == nil || errors.Is(err, strconv.ErrRange)) && seconds > 0 {
		return time.Duration(min(seconds, most)) * time.Second
	}
	if date, err := http.ParseTime(a.retryAfter); err == nil && date.After(now) {
		return min(date.Sub(now), maxRetryAfter)
	}
	if inBody > 0 {
		return time.Duration(min(inBody, most)) * time.Second
	}
	return defaultRetryAfter
}
