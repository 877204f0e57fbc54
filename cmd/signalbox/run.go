package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
	exitAgain = 3
	// exitNotFound is of signalbox flow and explain, and exitUnavailable of flow.
	exitNotFound    = 4
	exitUnavailable = 5
)

// console is where a command is started from.
type console struct {
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// errAgain is a sweep that is worth starting again.
var errAgain = errors.New("the sweep is not done; start it again to go on")

// run does what args ask for and returns the exit code.
func run(ctx context.Context, args []string, c console) int {
	root := newRoot(c) //nolint:contextcheck // commands get ctx when they are executed
	if len(args) == 0 {
		fmt.Fprint(c.stderr, root.UsageString())
		return exitUsage
	}
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	_, begun := errors.AsType[*failure](err)
	coded, hasCode := errors.AsType[*codedError](err)
	switch {
	case err == nil:
		return exitOK
	case !begun:
		fmt.Fprintf(c.stderr, "%s: %v\nSee %s --help.\n", command.CommandPath(), err, command.CommandPath())
		return exitUsage
	case errors.Is(err, errAgain):
		fmt.Fprintln(c.stderr, "signalbox:", err)
		return exitAgain
	case hasCode:
		fmt.Fprintln(c.stderr, "signalbox:", err)
		return coded.code
	default:
		fmt.Fprintln(c.stderr, "signalbox:", err)
		return exitError
	}
}

func newRoot(c console) *cobra.Command {
	root := &cobra.Command{
		Use:   "signalbox",
		Short: "Run Signalbox from a terminal",
		Long: `Signalbox from a terminal.

Exit codes: 0 all is well, 1 an error, 2 a command line that cannot be read, 3 a
sweep that is not done, or that another one keeps from working, 4 there is no
such card, 5 a lookup that may succeed later.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(c.stdin)
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	root.AddCommand(devCommand(c), serveCommand(c), healthCommand(c), versionCommand(c),
		sweepCommand(c), doctorCommand(c), rulesCommand(c), testMessageCommand(c), flowCommand(c), reportCommand(c), windowsCommand(c),
		incidentsCommand(c), explainCommand(c), silenceCommand(c), summaryCommand(c), stateCommand(c))
	return root
}

// failure is what went wrong after a command had begun. Any other error is of the
// command line.
type failure struct{ error }

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.error }

// codedError is one with an exit code of its own.
type codedError struct {
	error

	code int
}

// Unwrap returns the cause.
func (e *codedError) Unwrap() error { return e.error }

// begin does a command's work.
func begin(work func(ctx context.Context) error) func(*cobra.Command, []string) error {
	return func(command *cobra.Command, _ []string) error {
		if err := work(command.Context()); err != nil {
			return &failure{err}
		}
		return nil
	}
}

// check has a command's options checked before it begins.
func check(options func() error) func(*cobra.Command, []string) error {
	return func(*cobra.Command, []string) error { return options() }
}

// noArguments refuses what is no flag.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is one argument too many: it takes flags alone", args[0])
	}
	return nil
}
