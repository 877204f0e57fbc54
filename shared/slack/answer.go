package slack

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

// answer is what Slack answered to a request.
type answer struct{ *outbound.Answer }

// isOK reports whether a is how a webhook says that Slack took the message.
func (a answer) isOK() bool {
	return a.Status == http.StatusOK && string(bytes.TrimSpace(a.Body)) == "ok"
}

// stored returns where the Web API says that it put the message.
func (a answer) stored() (ref Ref, ok bool) {
	var envelope struct {
		OK      bool   `json:"ok"`
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	}
	ok = a.Status == http.StatusOK && json.Unmarshal(a.Body, &envelope) == nil &&
		envelope.OK && envelope.Channel != "" && envelope.TS != ""
	return Ref{envelope.Channel, envelope.TS}, ok
}

// failure returns what a means for an operation that a does not confirm. now is
// when it was received. Where the answer says neither yes nor no, and where
// Slack's word is about the outcome, the operation is uncertain.
func (a answer) failure(o operation, now time.Time) *delivery.Error {
	word, seconds := a.said()
	e := &delivery.Error{Kind: o.classify(a.Status, word), Status: a.Status, Reason: word}
	unclear := a.Status == http.StatusOK && word == ""
	e.Uncertain = unclear || subjectOf(word) == aboutOutcome
	switch {
	case unclear:
		e.Reason = "answered without ok"
	case word == "":
		e.Reason = strings.ToLower(http.StatusText(a.Status))
	}
	if e.Kind == delivery.KindRateLimited {
		e.Wait(now, a.Wait(now, seconds))
	}
	return e
}

// slackWord is what Slack's answers look like. A proxy's page may quote the
// request's path and must not get into an error.
var slackWord = regexp.MustCompile(`^[a-z][a-z_]{0,63}$`)

// said returns Slack's word for a failure, which comes bare or as JSON with the
// seconds to wait, or "" where the body is something else. A bare word with
// status 200 counts only where it is known: others than Slack answer so.
func (a answer) said() (word string, seconds int) {
	var envelope struct {
		Error      string `json:"error"`
		RetryAfter int    `json:"retry_after"`
	}
	if json.Unmarshal(a.Body, &envelope) == nil {
		word = envelope.Error
	} else if word = string(bytes.TrimSpace(a.Body)); a.Status == http.StatusOK && subjectOf(word) == aboutNothingKnown {
		word = ""
	}
	if !slackWord.MatchString(word) || word == "ok" {
		word = ""
	}
	return word, envelope.RetryAfter
}
