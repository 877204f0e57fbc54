package outbound

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"signalbox/shared/delivery"
)

const (
	defaultRetryAfter = 30 * time.Second // where a 429 does not say
	maxRetryAfter     = time.Hour        // of what an answer may ask for
)

// Answer is what was answered to a request.
type Answer struct {
	Status     int
	Body       []byte
	RetryAfter string // the header
}

// Wait reads Retry-After as seconds or as a date, then inBody as seconds, and
// believes none beyond an hour. Where neither says anything it is 30 s.
func (a *Answer) Wait(now time.Time, inBody int) time.Duration {
	const most = int(maxRetryAfter / time.Second)
	seconds, err := strconv.Atoi(a.RetryAfter) // the largest int where it is too large for one
	if (err == nil || errors.Is(err, strconv.ErrRange)) && seconds > 0 {
		return time.Duration(min(seconds, most)) * time.Second
	}
	if date, err := http.ParseTime(a.RetryAfter); err == nil && date.After(now) {
		return min(date.Sub(now), maxRetryAfter)
	}
	if inBody > 0 {
		return time.Duration(min(inBody, most)) * time.Second
	}
	return defaultRetryAfter
}

// Code returns the number that an answer in JSON has as one of members, and whether it
// has one: group robots say there what became of a message, whatever the status is.
func (a *Answer) Code(members ...string) (code int, ok bool) {
	var envelope map[string]json.RawMessage
	if json.Unmarshal(a.Body, &envelope) != nil {
		return 0, false
	}
	for _, member := range members {
		if raw := envelope[member]; raw != nil && json.Unmarshal(raw, &code) == nil {
			return code, true
		}
	}
	return 0, false
}

// Failure is what the status of an answer says that confirms nothing. With status 200
// it is half an answer, or a page of something between: the message may have arrived.
func (a *Answer) Failure(now time.Time) *delivery.Error {
	e := &delivery.Error{Kind: delivery.KindUnknown, Status: a.Status, Reason: http.StatusText(a.Status)}
	switch {
	case a.Status == http.StatusTooManyRequests:
		e.Kind = delivery.KindRateLimited
		e.Wait(now, a.Wait(now, 0))
	case a.Status == http.StatusOK:
		e.Kind, e.Reason, e.Uncertain = delivery.KindUnavailable, "answered without a code", true
	case a.Status >= 500, a.Status == http.StatusRequestTimeout:
		e.Kind = delivery.KindUnavailable
	case a.Status == http.StatusBadRequest, a.Status == http.StatusRequestEntityTooLarge, a.Status == http.StatusUnprocessableEntity:
		e.Kind = delivery.KindRejected
	case a.Status >= 300: // a redirect, or an address or secret that is wrong
		e.Kind = delivery.KindConfig
	}
	return e
}

// Refusal is an answer whose code means kind.
func (a *Answer) Refusal(kind delivery.Kind, reason string) *delivery.Error {
	return &delivery.Error{Kind: kind, Status: a.Status, Reason: reason}
}

// Limit is an answer that asks to wait.
func (a *Answer) Limit(now time.Time, wait time.Duration, reason string) *delivery.Error {
	e := a.Refusal(delivery.KindRateLimited, reason)
	e.Wait(now, wait)
	return e
}
