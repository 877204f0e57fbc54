package aliyun

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log" //nolint:depguard // net/http writes to it
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// maxConns is more than the quota of an action lets be in use: 20 calls a second of
// 7 s each.
const maxConns = 200

// newHTTPClient returns a client for one host. Redirects are not followed: they
// would carry the signature to another host.
func newHTTPClient() *http.Client {
	silenceQuotes()
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         dialer.DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			// Of up to maxConns answers at once.
			MaxResponseHeaderBytes: 64 << 10,
			// Every connection that was needed at once is kept, and one that is dialled
			// in vain, because another became free, is not one more.
			MaxConnsPerHost:     maxConns,
			MaxIdleConnsPerHost: maxConns,
			// Under the minute after which servers drop an idle connection.
			IdleConnTimeout:   50 * time.Second,
			ForceAttemptHTTP2: true,
			// All calls share one HTTP/2 connection. One that is dead is found within an
			// attempt, so that the next has another.
			HTTP2: &http.HTTP2Config{SendPingTimeout: 3 * time.Second, PingTimeout: 2 * time.Second},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// These stand for the errors of calls that got no answer. The transport's own repeat
// the URL, with signature and token, or what the other side has sent, which may
// repeat it too.
var (
	errTimeout     = errors.New("no answer in time")
	errCancelled   = errors.New("the call was cancelled")
	errUnknownHost = errors.New("the host is not known")
	errRefused     = errors.New("the connection was refused")
	errUnreachable = errors.New("the host cannot be reached")
	errCertificate = errors.New("the host's certificate is not accepted")
	errTLS         = errors.New("the host does not speak TLS as it should")
	errClosed      = errors.New("the connection was closed before the answer was complete")
	errNotHTTP     = errors.New("no answer, or none that is HTTP")
)

// transportError classifies a call that got no answer.
func transportError(action string, err error) *Error {
	failure := &Error{Action: action, Kind: Unavailable, Err: class(err)}
	switch {
	case errors.Is(failure.Err, errTimeout):
		failure.Kind = Timeout
	case errors.Is(failure.Err, errTooLarge):
		failure.Kind = Unexpected
	}
	return failure
}

// class returns the error that stands for err.
func class(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // that of a timeout further in is no timeout to it
	}
	var timeout net.Error
	switch {
	case errors.Is(err, errTooLarge):
		return errTooLarge
	case errors.Is(err, context.Canceled):
		return errCancelled
	case errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	case is[*net.DNSError](err):
		return errUnknownHost
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return errUnreachable
	case is[*tls.CertificateVerificationError](err):
		return errCertificate
	case is[tls.AlertError](err), is[tls.RecordHeaderError](err), errors.Is(err, http.ErrSchemeMismatch):
		return errTLS
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), is[*net.OpError](err):
		return errClosed
	default:
		return errNotHTTP
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

var silencing sync.Mutex

// silenceQuotes keeps one line of net/http's from the standard logger, the only one
// that quotes what a server has sent. There is no other way to be rid of it.
func silenceQuotes() {
	silencing.Lock()
	defer silencing.Unlock()
	if _, ok := log.Writer().(unquoting); !ok {
		log.SetOutput(unquoting{log.Writer()})
	}
}

type unquoting struct{ io.Writer }

// Write writes a line that quotes nothing.
func (w unquoting) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("Unsolicited response received on idle HTTP channel")) {
		return len(line), nil
	}
	return w.Writer.Write(line)
}
