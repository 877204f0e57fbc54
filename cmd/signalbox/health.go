package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"signalbox/shared/logging"
	"signalbox/shared/serve"
)

// healthOptions are the flags of signalbox health.
type healthOptions struct {
	ready   bool
	timeout time.Duration
}

func healthCommand(c console) *cobra.Command {
	var o healthOptions
	command := &cobra.Command{
		Use:   "health",
		Short: "Ask the server on this machine whether it is well, for health checks",
		Long: `Ask the server on this machine, at HOST and PORT, whether it is alive: exit code
0 says so. With --ready it is asked whether all that it depends on can be used.`,
		Args: noArguments,
		RunE: begin(func(ctx context.Context) error { return runHealth(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.BoolVar(&o.ready, "ready", false, "ask GET /readyz in place of GET /healthz")
	flags.DurationVar(&o.timeout, "timeout", 5*time.Second, "how long to wait for the answer")
	return command
}

func runHealth(ctx context.Context, o healthOptions, c console) error {
	address, err := askedAddress(c.environ)
	if err != nil {
		return err
	}
	path := "/healthz"
	if o.ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("no answer within %s", o.timeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := new(http.Transport).RoundTrip(request)
	if err != nil {
		return fmt.Errorf("GET %s at %s: %w", path, address, why(ctx, err))
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxHealth))
	if err != nil {
		return fmt.Errorf("GET %s at %s: %w", path, address, why(ctx, err))
	}
	if answer.StatusCode != http.StatusOK {
		return notReady(answer.StatusCode, body)
	}
	_, err = fmt.Fprintln(c.stdout, "ok")
	return err
}

// maxHealth bounds what is read of an answer.
const maxHealth = 1 << 20

// askedAddress is the server's, as this machine reaches it: one that listens on every
// interface does so on the loopback one.
func askedAddress(environ []string) (string, error) {
	listening, err := serve.ListenAddress(environ)
	if err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(listening)
	if err != nil {
		return "", errors.New("there is no server on this machine to ask: a platform's runtime API hands events out")
	}
	switch host {
	case "0.0.0.0":
		host = "127.0.0.1"
	case "::":
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}

// notReady says what the server says of its parts.
func notReady(status int, body []byte) error {
	var answer struct{ Unusable []serve.Unusable }
	errs := []error{fmt.Errorf("status %d", status)}
	if json.Unmarshal(body, &answer) == nil {
		for _, part := range answer.Unusable {
			errs = append(errs, fmt.Errorf("%s %s: %s; %s", logging.Untrusted(part.Function), logging.Untrusted(part.Part),
				logging.Untrusted(part.Reason), logging.Untrusted(part.Action)))
		}
	}
	return errors.Join(errs...)
}
