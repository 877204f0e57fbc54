package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
	exitAgain = 3
)

const usage = `signalbox runs Signalbox from a terminal.

Usage:

	signalbox dev [--once] [--cards N] [--port N]
	signalbox sweep [--dry-run] [--cards FILE]

	dev    start the three functions and fakes of Alibaba and Slack on one
	       loopback port, and say what to try
	sweep  sweep the fleet once, as the alerts function does, with its variables
	       from the environment

Exit codes: 0 all is well, 1 an error, 2 a command line that cannot be read,
3 a sweep that is not done, or that another one keeps from working.

Flags of a command: signalbox dev --help
`

// errUsage is a command line that cannot be read; what is wrong with it has
// been printed.
var errUsage = errors.New("usage")

// errAgain is a sweep that is worth starting again.
var errAgain = errors.New("the sweep is not done; start it again to go on")

// run does what args ask for and returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	err := dispatch(ctx, args, environ, stdout, stderr)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, errAgain):
		fmt.Fprintln(stderr, "signalbox:", err)
		return exitAgain
	default:
		fmt.Fprintln(stderr, "signalbox:", err)
		return exitError
	}
}

func dispatch(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return errUsage
	}
	switch args[0] {
	case "dev":
		return runDev(ctx, args[1:], stdout, stderr)
	case "sweep":
		return runSweep(ctx, args[1:], environ, stdout, stderr)
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return nil
	default:
		fmt.Fprintf(stderr, "signalbox: no command %q\n\n%s", args[0], usage)
		return errUsage
	}
}

// parse reads a command's flags; it takes no arguments beside them.
func parse(flags *flag.FlagSet, args []string, stderr io.Writer) error {
	flags.SetOutput(stderr)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "%s: %q is one argument too many: it takes flags alone\n", flags.Name(), flags.Arg(0))
		return errUsage
	}
	return nil
}
