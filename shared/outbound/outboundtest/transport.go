package outboundtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
)

// Transport returns a RoundTripper that asks the server without a network, so
// that it can be used inside a synctest bubble. Host and scheme of a request do
// not matter.
func (s *Server) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct{ handler http.Handler }

// RoundTrip serves request in the caller's goroutine.
func (p inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	incoming := request.Clone(request.Context())
	incoming.RequestURI = request.URL.RequestURI()
	if incoming.Body == nil {
		incoming.Body = http.NoBody
	}
	defer func() { _ = incoming.Body.Close() }()
	w := &recorder{header: http.Header{}}
	aborted := hungUp(p.handler, w, incoming)
	trace(request)
	switch {
	case request.Context().Err() != nil:
		return nil, request.Context().Err()
	case aborted:
		return nil, io.EOF
	}
	return w.response(request), nil
}

// trace reports to those who follow request how far it came, as net/http does.
func trace(request *http.Request) {
	follower := httptrace.ContextClientTrace(request.Context())
	if follower == nil {
		return
	}
	if follower.GetConn != nil {
		follower.GetConn(request.URL.Host)
	}
	if follower.GotConn != nil {
		follower.GotConn(httptrace.GotConnInfo{})
	}
	if follower.WroteHeaders != nil {
		follower.WroteHeaders()
	}
	if follower.WroteRequest != nil {
		follower.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// hungUp serves r and reports whether the handler gave up on the connection,
// as it does by panicking with http.ErrAbortHandler.
func hungUp(h http.Handler, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		switch reason := recover(); reason {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(reason)
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

// recorder keeps what a handler writes.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the header to be sent.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the first status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write keeps a part of the body.
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func (r *recorder) response(request *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", r.status, http.StatusText(r.status)),
		StatusCode:    r.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        r.header,
		Body:          io.NopCloser(&r.body),
		ContentLength: int64(r.body.Len()),
		Request:       request,
	}
}
