package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"signalbox/shared/delivery"
)

const maxAnswer = 2 << 20 // bytes of an answer that are read: Slack's Web API repeats messages

// Listener passes requests on and keeps what was answered to the last one. Where there
// was no answer it knows how far the request came. It is for one call at a time.
type Listener struct {
	Base   http.RoundTripper // required
	Answer *Answer           // to the last request, nil where there was none

	asked bool // Base got a request

	traced    atomic.Bool // Base says where it gets its connections
	connected atomic.Bool // the last request has got one
}

// RoundTrip sends request and reads its answer.
func (l *Listener) RoundTrip(request *http.Request) (*http.Response, error) {
	l.asked, l.Answer = true, nil
	response, err := l.Base.RoundTrip(request.WithContext(l.trace(request.Context())))
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	l.Answer = &Answer{response.StatusCode, body, response.Header.Get("Retry-After")}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// trace follows a request. net/http asks for another connection only where it
// wrote nothing to the one before. WroteRequest would come too late: a request
// may still be written after RoundTrip has given up on it.
func (l *Listener) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			l.traced.Store(true)
			l.connected.Store(false)
		},
		GotConn: func(httptrace.GotConnInfo) { l.connected.Store(true) },
	})
}

// Failure is that of a call that err ended before there was an answer. It is uncertain
// unless the request certainly was not written. It does not quote any of secrets, such
// as the parts of the address that [PartsOf] returns.
func (l *Listener) Failure(ctx context.Context, err error, secrets ...string) *delivery.Error {
	if !l.asked && ctx.Err() == nil {
		return &delivery.Error{Kind: delivery.KindRejected, Reason: "no request can be made of it"}
	}
	return &delivery.Error{
		Kind: delivery.KindUnavailable, Reason: reasonOf(err, secrets), Cause: ctx.Err(),
		Uncertain: l.asked && (l.connected.Load() || !l.traced.Load()),
	}
}

// Client returns a client that reports to l. It follows no redirect: what is posted is
// for the address that an operator has named alone.
func (l *Listener) Client(timeout time.Duration) *http.Client {
	return &http.Client{
		Transport:     l,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// reasonOf says why no answer came, without the URL that net/http puts into
// its errors. A text that still quotes one of the secrets is not used.
func reasonOf(err error, secrets []string) string {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	text := err.Error()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			return "no answer"
		}
	}
	return text
}

// PartsOf returns the parts of an address behind its host, any of which may be a secret.
func PartsOf(address *url.URL) []string {
	return strings.FieldsFunc(address.RequestURI(), func(r rune) bool { return strings.ContainsRune("/?&=", r) })
}
