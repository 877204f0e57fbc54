package event

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Serve lets handler answer the request, and returns the answer in the form of
// the platform that sent the event. A panic of handler passes through.
//
// FC, and a load balancer with one value a header, have one string for each
// header, so there several Set-Cookie headers are joined into one; the others
// get them apart.
func (h *HTTP) Serve(ctx context.Context, handler http.Handler) json.RawMessage {
	r := h.Request(ctx)
	rec := &recorder{header: http.Header{}}
	handler.ServeHTTP(rec, r)
	rec.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		rec.body.Reset()
	}
	raw, err := json.Marshal(h.answer.of(rec))
	if err != nil {
		panic(err) // Strings, a number and a bool always encode.
	}
	return raw
}

// form is how a platform wants an answer. Zero: one string for each header.
type form struct {
	cookiesApart bool // from the other headers
	lists        bool // of values for each header
	described    bool // the status has its words
}

// answer is a response in the members that any platform knows.
type answer struct {
	StatusCode        int                 `json:"statusCode"`
	StatusDescription string              `json:"statusDescription,omitempty"`
	Headers           map[string]string   `json:"headers,omitzero"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
	Cookies           []string            `json:"cookies,omitempty"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

// of puts what a handler wrote into the form.
func (f form) of(rec *recorder) answer {
	header := rec.toSend()
	a := answer{StatusCode: rec.status, Body: rec.body.String()}
	if !utf8.Valid(rec.body.Bytes()) {
		a.Body, a.IsBase64Encoded = base64.StdEncoding.EncodeToString(rec.body.Bytes()), true
	}
	if f.described {
		a.StatusDescription = strings.TrimSpace(strconv.Itoa(rec.status) + " " + http.StatusText(rec.status))
	}
	if f.lists {
		a.MultiValueHeaders = header
		return a
	}
	if f.cookiesApart {
		a.Cookies = header.Values("Set-Cookie")
		header.Del("Set-Cookie")
	}
	a.Headers = make(map[string]string, len(header))
	for name, values := range header {
		a.Headers[name] = strings.Join(values, ", ")
	}
	return a
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

// FlushError reports that nothing was sent, which is how [http.ResponseController] flushes:
// the platform gets the answer in one piece.
func (r *recorder) FlushError() error {
	r.WriteHeader(http.StatusOK)
	return http.ErrNotSupported
}

// SetReadDeadline does nothing: the request has been read.
func (*recorder) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing: writing here never waits.
func (*recorder) SetWriteDeadline(time.Time) error { return nil }

// toSend returns the headers for the platform, with a type for the body.
func (r *recorder) toSend() http.Header {
	header := http.Header{}
	for name, values := range r.sent {
		if !forbidden(name) {
			name = http.CanonicalHeaderKey(name)
			header[name] = append(header[name], values...)
		}
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", http.DetectContentType(r.body.Bytes()))
	}
	return header
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
