package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Waits where the other side does not say for how long.
const (
	firstWait   = 500 * time.Millisecond
	longestWait = 10 * time.Second
)

// do sends a request until it is answered, and again as long as that may help: what is
// sent here may be sent again, since it then changes nothing. repeated says that it
// was sent more than once.
func (s *server) do(ctx context.Context, r request) (got answer, repeated bool, err error) {
	until := time.Now().Add(s.retryFor)
	for n := 0; ; n++ {
		wait := backoff(n)
		got, err = s.attempt(ctx, r)
		if err == nil {
			err = got.check()
			if err != nil && !got.mayHelp() {
				return got, n > 0, s.about(r, err)
			}
			wait = got.wait(wait)
		}
		if err == nil {
			return got, n > 0, nil
		}
		if ctx.Err() != nil {
			return got, n > 0, s.about(r, context.Cause(ctx))
		}
		if time.Now().Add(wait).After(until) {
			return got, n > 0, s.about(r, fmt.Errorf("%w (attempt %d; the next would be in %s, later than --retry-for %s)",
				err, n+1, wait.Round(time.Millisecond), s.retryFor))
		}
		s.say("%s; trying again in %s", strings.TrimSuffix(s.about(r, err).Error(), "."), wait.Round(time.Millisecond))
		if err := pause(ctx, wait); err != nil {
			return got, true, s.about(r, err)
		}
	}
}

// about says which request an error is about.
func (s *server) about(r request, err error) error {
	return fmt.Errorf("%s /%s %s: %w", r.method, r.path, s.where, err)
}

// mayHelp reports whether the same request may succeed later. A 502 of a proxy's may;
// one that says that Alibaba refused does not.
func (a answer) mayHelp() bool {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusBadGateway:
		kind := a.problem().Type
		return !strings.HasSuffix(kind, ":upstream-refused") && !strings.HasSuffix(kind, ":upstream-denied")
	default:
		return false
	}
}

// wait is what Retry-After says, in seconds or as a time, or else what is given.
func (a answer) wait(otherwise time.Duration) time.Duration {
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return otherwise
}

// backoff doubles with each attempt, at random from its half on.
func backoff(n int) time.Duration {
	wait := min(longestWait, firstWait<<min(n, 10))
	return wait/2 + rand.N(wait/2)
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
