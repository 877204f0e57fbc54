package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"signalbox/functions/alerts"
	"signalbox/functions/conversion"
	"signalbox/shared/store"
)

// stateOptions are the flags of what is below signalbox state.
type stateOptions struct {
	server   serverOptions
	output   string // "": standard output
	force    bool
	input    string // "-": standard input
	replace  bool
	function string
}

func stateCommand(c console) *cobra.Command {
	o := &stateOptions{server: serverOptions{function: "alerts"}}
	command := &cobra.Command{
		Use:   "state",
		Short: "Export and import the state of alerts, or compact a state file",
		Long: `Export and import the state of alerts: incidents, silences, what waits for
receivers, how far the sweep is. It needs no other variables of alerts than
those that say where the state is.

conversion's state is not exported: its windows are over within days.`,
	}
	command.AddCommand(stateExportCommand(o, c), stateImportCommand(o, c), stateCompactCommand(o, c))
	return command
}

func stateExportCommand(o *stateOptions, c console) *cobra.Command {
	command := &cobra.Command{
		Use: "export", Short: "Write all that alerts keeps, as it is at one moment",
		Long: `Write all that alerts keeps, as it is at one moment, as lines of JSON with a
checksum. Runs go on meanwhile. It has whole ICCIDs. A state file that a server
has open is exported by it: give --url.`,
		Example: "  signalbox state export -o state.ndjson\n  signalbox state export --url http://127.0.0.1:9000 -o state.ndjson",
		Args:    noArguments,
		PreRunE: check(o.server.checkOptional), RunE: begin(func(ctx context.Context) error { return o.export(ctx, c) }),
	}
	command.Flags().StringVarP(&o.output, "output", "o", "", "`file` to write; none: standard output")
	command.Flags().BoolVar(&o.force, "force", false, "write over a file that is there")
	o.server.add(command.Flags())
	return command
}

func stateImportCommand(o *stateOptions, c console) *cobra.Command {
	command := &cobra.Command{
		Use: "import FILE", Short: "Have an export be the state",
		Long: `Have an export be the state, in a file, Redis or a table. Of - standard input is
read. All of it is checked before anything is written. Stop what starts runs
before. Where it is interrupted, nobody can use the state until the import is
started again.`,
		Example: "  signalbox state import state.ndjson",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("want one file, or - for standard input")
			}
			o.input = args[0]
			return nil
		},
		RunE: begin(func(ctx context.Context) error { return o.importFile(ctx, c) }),
	}
	command.Flags().BoolVar(&o.replace, "replace", false, "take the place of the records that are there")
	return command
}

func stateCompactCommand(o *stateOptions, c console) *cobra.Command {
	command := &cobra.Command{
		Use: "compact", Short: "Write a state file anew, without the room that it does not use",
		Long: `Write a state file anew, without the room that it does not use. The server that
has it open has to be stopped. It takes as much room again while it is written.`,
		Args: noArguments, PreRunE: check(o.checkFunction),
		RunE: begin(func(ctx context.Context) error { return o.compact(ctx, c) }),
	}
	command.Flags().StringVar(&o.function, "function", "alerts", "whose file it is: `alerts` or conversion")
	return command
}

func (o *stateOptions) checkFunction() error {
	if !slices.Contains([]string{"alerts", "conversion"}, o.function) {
		return errors.New("want --function alerts or conversion")
	}
	return nil
}

// export writes what was read to its end: of an answer that was cut off nothing is kept.
func (o *stateOptions) export(ctx context.Context, c console) error {
	if _, err := os.Lstat(o.output); o.output != "" && err == nil && !o.force {
		return fmt.Errorf("%s is there already: name another file, or give --force", o.output)
	}
	x, where, err := o.take(ctx, c)
	if err != nil {
		return err
	}
	write := x.Encode
	if o.output == "" {
		err = write(c.stdout)
	} else {
		err = writeWholeFile(o.output, write)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "exported %d records of the state %s\n", len(x.Records), where)
	return nil
}

// take reads the state, there or in this process.
func (o *stateOptions) take(ctx context.Context, c console) (x store.Snapshot, where string, err error) {
	if o.server.url != "" {
		return o.ask(ctx, c)
	}
	s, err := openState(c.environ, false) //nolint:contextcheck // a shared file is not opened yet
	if err != nil {
		return x, "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	x, err = store.Take(ctx, s)
	return x, "in " + store.Where(s), heldByServer(err)
}

// heldByServer says how to export a file that a server has open.
func heldByServer(err error) error {
	if _, held := errors.AsType[*store.LockedError](err); held {
		return fmt.Errorf("%w; if it is a server, ask it with --url", err)
	}
	return err
}

// maxExport bounds what is read of a server's answer, in bytes.
const maxExport = 1 << 30

func (o *stateOptions) ask(ctx context.Context, c console) (x store.Snapshot, where string, err error) {
	s, err := o.server.open(c.environ, newBar(c.stderr, unknownTotal, "").say)
	if err != nil {
		return x, "", err
	}
	defer s.close()
	got, _, err := s.do(ctx, request{method: http.MethodGet, path: "state", accept: store.MediaExport, most: maxExport})
	if err == nil {
		x, err = store.ReadSnapshot(bytes.NewReader(got.body))
	}
	return x, s.where, err
}

// writeWholeFile writes a file for its owner alone, whole or not at all.
func writeWholeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".signalbox-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func (o *stateOptions) importFile(ctx context.Context, c console) (err error) {
	x, err := o.read(c)
	if err != nil {
		return err
	}
	s, err := openState(c.environ, true) //nolint:contextcheck // a shared file is not opened yet
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = store.Import(ctx, s, x, o.replace)
	if errors.Is(err, store.ErrNotEmpty) {
		err = fmt.Errorf("%w; export them if you may need them, and give --replace to have the import take their place", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "imported %d records into the state in %s\n", len(x.Records), store.Where(s))
	return nil
}

// read reads the export.
func (o *stateOptions) read(c console) (store.Snapshot, error) {
	if o.input == "-" {
		return store.ReadSnapshot(c.stdin)
	}
	f, err := os.Open(o.input)
	if err != nil {
		return store.Snapshot{}, err
	}
	defer f.Close() // it was only read
	x, err := store.ReadSnapshot(f)
	if err != nil {
		return x, fmt.Errorf("%s: %w", o.input, err)
	}
	return x, nil
}

func (o *stateOptions) compact(ctx context.Context, c console) error {
	where, err := stateOf(o.function, c.environ)
	switch {
	case err != nil:
		return err
	case where.Table != nil:
		return errors.Join(fmt.Errorf("the state is in %s: there is no file to compact", where.Table), where.Table.Close())
	case where.RedisURL != "":
		return errors.New("the state is in Redis: there is no file to compact")
	}
	done, err := store.Compact(ctx, where.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "compacted %s from %d bytes to %d\n", where.File, done.Before, done.After)
	return nil
}

// openState opens the state of alerts for the length of one command. Only who writes to it
// may move a damaged one aside.
func openState(environ []string, writes bool) (store.Store, error) {
	where, err := stateOf("alerts", environ)
	if err != nil {
		return nil, err
	}
	where.Shared = true
	if !writes {
		where.Reset = ""
	}
	return store.Open(where)
}

// stateOf says where a function's state is, by itself or as one of several that signalbox
// serve serves.
func stateOf(function string, environ []string) (store.Config, error) {
	environ = beside(function, environ)
	if function == "alerts" {
		return alerts.StateOf(environ)
	}
	return conversion.StateOf(environ)
}

// beside has a command use the state that signalbox serve keeps of a function, where the
// environment is that of a server.
func beside(function string, environ []string) []string {
	if valueIn(environ, stateFileVariable) != "" {
		return environ
	}
	return stateIn(valueIn(environ, stateFolderVariable), function, environ)
}
