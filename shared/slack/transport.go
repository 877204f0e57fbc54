package slack

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

const maxAnswer = 2 << 20 // bytes of an answer that are read: the Web API repeats messages

// listener passes requests on and keeps what Slack answered to the last one,
// which slack-go drops: the word in the body, and a Retry-After that is a
// date. Where there was no answer it knows how far the request came.
type listener struct {
	base   http.RoundTripper
	asked  bool    // base got a request
	answer *answer // to the last request, nil where there was none

	traced    atomic.Bool // base says where it gets its connections
	connected atomic.Bool // the last request has got one
}

// RoundTrip sends request and reads its answer.
func (l *listener) RoundTrip(request *http.Request) (*http.Response, error) {
	l.asked, l.answer = true, nil
	response, err := l.base.RoundTrip(request.WithContext(l.trace(request.Context())))
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

// trace follows a request. net/http asks for another connection only where it
// wrote nothing to the one before. WroteRequest would come too late: a request
// may still be written after RoundTrip has given up on it.
func (l *listener) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			l.traced.Store(true)
			l.connected.Store(false)
		},
		GotConn: func(httptrace.GotConnInfo) { l.connected.Store(true) },
	})
}

// noAnswer is the failure of an operation that err ended before there was an
// answer. It is uncertain unless the request certainly was not written.
func (l *listener) noAnswer(ctx context.Context, err error, secrets ...string) *Error {
	if !l.asked && ctx.Err() == nil {
		return &Error{Kind: KindRejected, Reason: "no request can be made of it"}
	}
	return &Error{
		Kind: KindUnavailable, Reason: reasonOf(err, secrets), cause: ctx.Err(),
		Uncertain: l.asked && (l.connected.Load() || !l.traced.Load()),
	}
}

// client returns a client that reports to l. It follows no redirect: Slack
// redirects only where a workspace does not exist any more.
func (l *listener) client(timeout time.Duration) *http.Client {
	return &http.Client{
		Transport:     l,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
