package outbound

import (
	"errors"
	"net/http"
	"strconv"
	"time"
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
