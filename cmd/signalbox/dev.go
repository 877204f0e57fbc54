package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// devOptions are the flags of signalbox dev.
type devOptions struct {
	once  bool
	cards int
	port  int
}

func parseDev(args []string, stderr io.Writer) (devOptions, error) {
	var o devOptions
	flags := flag.NewFlagSet("signalbox dev", flag.ContinueOnError)
	flags.BoolVar(&o.once, "once", false, "do one lookup, one forward and one sweep, print them, and exit")
	flags.IntVar(&o.cards, "cards", 200, "`size` of the fleet")
	flags.IntVar(&o.port, "port", 9000, "loopback `port` to listen on; 0 takes a free one, as --once does")
	if err := parse(flags, args, stderr); err != nil {
		return o, err
	}
	if o.cards < leastCards || o.port < 0 || o.port > 65535 {
		fmt.Fprintf(stderr, "signalbox dev: want --cards of %d or more and --port from 0 to 65535\n", leastCards)
		return o, errUsage
	}
	if o.once {
		o.port = 0
	}
	return o, nil
}

func runDev(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	options, err := parseDev(args, stderr)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "signalbox-dev-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(options.port)))
	if err != nil {
		return fmt.Errorf("%w; --port 0 takes a free port", err)
	}
	env, err := newEnvironment("http://"+listener.Addr().String(), folder, options.cards, stderr)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, env.Close()) }()
	if options.once {
		return serveWhile(ctx, listener, env, func(ctx context.Context) error { return once(ctx, env, stdout) })
	}
	fmt.Fprint(stdout, env.welcome())
	return serveWhile(ctx, listener, env, func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
}

// serveWhile serves handler on listener until work is done.
func serveWhile(ctx context.Context, listener net.Listener, handler http.Handler, work func(context.Context) error) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	err := work(ctx)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if server.Shutdown(stopping) != nil {
		// A connection that a client has opened and not used keeps the server waiting.
		err = errors.Join(err, server.Close())
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
