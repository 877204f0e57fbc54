package event

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// Serve lets handler answer the request, and returns the answer in the form of
// the platform that sent the event. A panic of handler passes through.
//
// FC has one string for each header, so there several Set-Cookie headers are
// joined into one; Lambda gets them apart.
func (h *HTTP) Serve(ctx context.Context, handler http.Handler) json.RawMessage {
	r := h.Request(ctx)
	rec := &recorder{header: http.Header{}}
	handler.ServeHTTP(rec, r)
	rec.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		rec.body.Reset()
	}
	answer := rec.answer()
	if h.event.Version == "2.0" {
		answer.Cookies = rec.sent.Values("Set-Cookie")
		delete(answer.Headers, "Set-Cookie")
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		panic(err) // Strings, a number and a bool always encode.
	}
	return raw
}

// answer is the form in which both platforms want a response.
type answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies,omitempty"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// recorder keeps what a handler writes. As in net/http, headers changed after
// the status was written are not sent.
type recorder struct {
	status int
	header http.Header
	sent   http.Header
	body   bytes.Buffer
}

// Header returns the headers to be sent.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the first status that is an answer: a 1xx is a message on
// the way, which no platform passes on.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status, r.sent = status, r.header.Clone()
	}
}

// Write keeps p as part of the body.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// Flush sends nothing: the platform gets the answer in one piece.
func (r *recorder) Flush() { r.WriteHeader(http.StatusOK) }

// SetReadDeadline does nothing: the request has been read.
func (*recorder) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing: writing here never waits.
func (*recorder) SetWriteDeadline(time.Time) error { return nil }

func (r *recorder) answer() answer {
	a := answer{StatusCode: r.status, Headers: map[string]string{}, Body: r.body.String()}
	for name, values := range r.sent {
		if !forbidden(name) {
			a.Headers[name] = strings.Join(values, ", ")
		}
	}
	a.Headers["Content-Type"] = cmp.Or(a.Headers["Content-Type"], http.DetectContentType(r.body.Bytes()))
	if !utf8.Valid(r.body.Bytes()) {
		a.Body, a.IsBase64Encoded = base64.StdEncoding.EncodeToString(r.body.Bytes()), true
	}
	return a
}

// forbidden reports whether a header is the platform's own to send.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/http-trigger-overview
func forbidden(name string) bool {
	name = http.CanonicalHeaderKey(name)
	switch name {
	case "Connection", "Content-Length", "Date", "Keep-Alive", "Server", "Transfer-Encoding":
		return true
	default:
		return strings.HasPrefix(name, "X-Fc-")
	}
}
