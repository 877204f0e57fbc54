package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/quota"
	"signalbox/shared/web"
)

func TestFromUpstream(t *testing.T) {
	t.Parallel()
	failure := func(kind aliyun.Kind) *aliyun.Error {
		return &aliyun.Error{Action: "GetCardFlowInfo", Kind: kind, Code: "Some.Code", Message: "private words", Err: io.EOF}
	}
	throttled := failure(aliyun.Throttled)
	throttled.RetryAfter = 2500 * time.Millisecond
	throttledToTheEnd := failure(aliyun.Throttled)
	throttledToTheEnd.Err = context.DeadlineExceeded
	open := failure(aliyun.Broken)
	open.RetryAfter = 5 * time.Second
	tests := []struct {
		name       string
		err        error
		status     int
		slug       string
		retryAfter string
	}{
		{"unexpected", failure(aliyun.Unexpected), 502, "upstream-unavailable", ""},
		{"throttled", failure(aliyun.Throttled), 429, "quota-exhausted", "1"},
		{"throttled with a hint", throttled, 429, "quota-exhausted", "3"},
		{"throttled until the deadline", throttledToTheEnd, 504, "upstream-timeout", ""},
		{"unavailable", failure(aliyun.Unavailable), 502, "upstream-unavailable", ""},
		{"timeout", failure(aliyun.Timeout), 504, "upstream-timeout", ""},
		{"denied", failure(aliyun.Denied), 502, "upstream-denied", ""},
		{"not found", failure(aliyun.NotFound), 502, "upstream-refused", ""},
		{"invalid", failure(aliyun.Invalid), 502, "upstream-refused", ""},
		{"circuit breaker open", open, 502, "upstream-unavailable", "5"},
		{"stale", failure(aliyun.Stale), 502, "upstream-unavailable", ""},
		{"our quota", &quota.ExhaustedError{Action: "GetCardFlowInfo", RetryAfter: time.Minute}, 429, "quota-exhausted", "60"},
		{"deadline", context.DeadlineExceeded, 504, "upstream-timeout", ""},
		{"anything else", errors.New("no credentials"), 502, "upstream-unavailable", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := fmt.Errorf("read flow: %w", tt.err)
			got := ask("GET /x", func(http.ResponseWriter, *http.Request) error { return web.FromUpstream(err) }, get(t, "/x"))
			if p := got.problem(t); got.Code != tt.status || p.Type != problemType+tt.slug {
				t.Errorf("FromUpstream(%v) = %d, %+v; want %d, slug %s", err, got.Code, p, tt.status, tt.slug)
			}
			if wait := got.Header().Get("Retry-After"); wait != tt.retryAfter {
				t.Errorf("Retry-After = %q, want %q", wait, tt.retryAfter)
			}
			if strings.Contains(got.Body.String(), "private words") || strings.Contains(got.Body.String(), io.EOF.Error()) {
				t.Errorf("body = %s, want nothing of the cause", got.Body)
			}
			if !strings.Contains(got.logs, err.Error()) {
				t.Errorf("log = %s, want the cause %v", got.logs, err)
			}
		})
	}
}

func TestFromUpstreamNamesTheCodeOfARefusal(t *testing.T) {
	t.Parallel()
	e := web.FromUpstream(&aliyun.Error{Action: "ConversionData", Kind: aliyun.Invalid, Code: "INVALID_PARAMETERS"})
	if !strings.Contains(e.Detail, "INVALID_PARAMETERS") {
		t.Errorf("Detail = %q, want Alibaba's code in it", e.Detail)
	}
	// A code that is none, such as one that repeats what was sent, is not shown.
	e = web.FromUpstream(&aliyun.Error{Action: "ConversionData", Kind: aliyun.Invalid})
	if !strings.Contains(e.Detail, "with a code of an unknown form;") {
		t.Errorf("Detail = %q without a code, want it to say so", e.Detail)
	}
}
