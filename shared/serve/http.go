package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	// writeTimeout counts from the end of the header on: the body may take
	// readTimeout of it, and a call to Alibaba 20 s.
	writeTimeout = time.Minute
	// idleTimeout outlasts FC, which wants connections kept for over 15 min.
	idleTimeout = 20 * time.Minute
	// maxHeaderBytes is half of FC's own limit; net/http adds the other half.
	maxHeaderBytes = 4 << 10
)

// listenAndServe serves until ctx ends, and then lets the requests in flight
// finish and ends the runs.
func (s *service) listenAndServe(ctx context.Context, where platform) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", where.address)
	if err != nil {
		return listenError(where, err)
	}
	s.Logger.InfoContext(ctx, "listening", slog.String("address", listener.Addr().String()))
	if !where.custom {
		s.warnOfNoToken(ctx)
	}
	return s.serveOn(ctx, listener, where.custom)
}

// listenError says the address once, and which variables choose another one.
func listenError(where platform, err error) error {
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		err = operation.Err
	}
	if where.custom {
		return fmt.Errorf("listen on %s: %w", where.address, err)
	}
	return fmt.Errorf("listen on %s: %w; set HOST or PORT to listen elsewhere", where.address, err)
}

func (s *service) serveOn(ctx context.Context, listener net.Listener, custom bool) error {
	// Requests outlive ctx, but not the grace they get.
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := s.newServer(requests, custom)
	limited := limitConnections(listener, maxConnections)
	limited.watch(server)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(limited) }()
	s.timers.start(requests)
	var served error
	select {
	case err := <-failed:
		served = fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	return errors.Join(served, s.shutdown(requests, server))
}

func (s *service) newServer(ctx context.Context, custom bool) *http.Server {
	return &http.Server{
		Handler:           s.handler(custom),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelWarn),
	}
}

func (s *service) shutdown(ctx context.Context, server *http.Server) error {
	s.beginStopping(ctx)
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	err := errors.Join(server.Shutdown(ctx), s.timers.wait(ctx))
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(fmt.Errorf("stop within %s: %w", stopTimeout, errInFlight), server.Close())
	}
	return err
}
