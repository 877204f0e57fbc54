package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// devOptions are the flags of signalbox dev.
type devOptions struct {
	once  bool
	bot   bool
	cards int
	port  int
}

func devCommand(c console) *cobra.Command {
	var o devOptions
	command := &cobra.Command{
		Use:   "dev",
		Short: "Start the three functions and fakes of Alibaba, Slack and other receivers on one loopback port",
		Long: `Start the three functions and fakes of Alibaba, Slack and other receivers on one
loopback port, and say what to try. Nothing leaves this machine, and no account
is needed. A page at / leads to all of it, and lets things happen: a card runs
out, Slack fails.`,
		Args:    noArguments,
		PreRunE: check(func() error { return o.check() }),
		RunE:    begin(func(ctx context.Context) error { return runDev(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.BoolVar(&o.once, "once", false, "try each function once, print what went to and fro, and exit")
	flags.BoolVar(&o.bot, "bot", false, "post to Slack as a bot, with buttons and commands, and not by webhook")
	flags.IntVar(&o.cards, "cards", 200, "`size` of the fleet")
	flags.IntVar(&o.port, "port", 9000, "loopback `port` to listen on; 0 takes a free one, as --once does")
	return command
}

func (o *devOptions) check() error {
	if o.cards < leastCards || o.port < 0 || o.port > 65535 {
		return fmt.Errorf("want --cards of %d or more and --port from 0 to 65535", leastCards)
	}
	if o.once {
		o.port = 0
	}
	return nil
}

func runDev(ctx context.Context, options devOptions, c console) (err error) {
	folder, err := os.MkdirTemp("", "signalbox-dev-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(options.port)))
	if err != nil {
		return fmt.Errorf("%w; --port 0 takes a free port", err)
	}
	env, err := newEnvironment("http://"+listener.Addr().String(), folder, options, c.environ, c.stderr)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, env.Close()) }()
	if options.once {
		return serveWhile(ctx, listener, env, func(ctx context.Context) error { return once(ctx, env, c.stdout) })
	}
	fmt.Fprint(c.stdout, env.welcome())
	return serveWhile(ctx, listener, env, func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
}

// serveWhile serves handler on listener until work is done. Where that fails, the ctx of work
// ends.
func serveWhile(ctx context.Context, listener net.Listener, handler http.Handler, work func(context.Context) error) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	working, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 1)
	go func() {
		failed <- server.Serve(listener)
		stop()
	}()
	err := work(working)
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
