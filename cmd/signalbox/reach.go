package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"

	"signalbox/functions/alerts"
	"signalbox/shared/web"
)

// reach returns the alerts function that o names, or without an address one in this
// process, which owns the state until it is released: as long as a server has the same
// file, that is refused.
func reach(o serverOptions, c console) (_ *server, release func() error, err error) {
	say := newBar(c.stderr, unknownTotal, "").say
	if o.url != "" {
		s, err := o.open(c.environ, say)
		return s, func() error { return nil }, err
	}
	config, err := alerts.Configure(c.environ, c.stderr, nil)
	if err != nil {
		return nil, nil, err
	}
	config.Guard = web.Open
	function, err := alerts.New(config)
	if err != nil {
		return nil, nil, errors.Join(err, config.Store.Close())
	}
	return &server{
		base: &url.URL{Scheme: "http", Host: "in-process"}, where: "in this process", client: &http.Client{Transport: inProcess{function}},
		function: o.function, timeout: o.timeout, say: say,
	}, function.Close, nil
}

// inProcess answers requests by a handler of this process.
type inProcess struct{ handler http.Handler }

// RoundTrip has the handler answer. The answer is held in memory.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &recorder{header: make(http.Header), status: http.StatusOK}
	p.handler.ServeHTTP(w, r)
	return &http.Response{
		StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, r.Context().Err()
}

// recorder keeps what a handler answers.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the header to be sent.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader sets the status.
func (w *recorder) WriteHeader(status int) { w.status = status }

// Write adds to the body.
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }
