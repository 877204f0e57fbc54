package serve

import (
	"context"
	"net"
	"net/http"
)

// Margin is for the table of margins.
var Margin = margin

// SoftMemory is for the table of machines.
var SoftMemory = softMemory

// NewPacedTransport is for the ways in which a runtime API fails.
func NewPacedTransport(next http.RoundTripper) http.RoundTripper {
	return &pacedTransport{RoundTripper: next}
}

// ServeOn serves f on listener as a plain HTTP server, until ctx ends.
func ServeOn(ctx context.Context, f Function, listener net.Listener) error {
	s, err := newService(f)
	if err != nil {
		return err
	}
	return s.serveOn(ctx, listener, false)
}

// LimitConnections is for fewer connections than a server has.
func LimitConnections(listener net.Listener, most int, server *http.Server) net.Listener {
	c := limitConnections(listener, most)
	c.watch(server)
	return c
}

// CustomHandler serves f as behind FC's custom runtime.
func CustomHandler(f Function) (http.Handler, error) {
	s, err := newService(f)
	if err != nil {
		return nil, err
	}
	return s.handler(true), nil
}
