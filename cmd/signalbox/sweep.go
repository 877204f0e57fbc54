package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"signalbox/functions/alerts"
	"signalbox/shared/card"
	"signalbox/shared/store"
)

// sweepOptions are the flags of signalbox sweep.
type sweepOptions struct {
	dryRun bool
	cards  string
	// scratch is the folder of a dry run, which is removed again.
	scratch string
}

func sweepCommand(c console) *cobra.Command {
	var o sweepOptions
	command := &cobra.Command{
		Use:   "sweep",
		Short: "Sweep the fleet once, as the alerts function does",
		Long:  "Sweep the fleet once, as the alerts function does, with its variables from the environment.",
		Args:  noArguments,
		RunE:  begin(func(ctx context.Context) error { return runSweep(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.BoolVar(&o.dryRun, "dry-run", false, "print what each receiver would get, and neither post nor remember it")
	flags.StringVar(&o.cards, "cards", "", "look at the ICCIDs in this `file` alone, one a line")
	return command
}

func runSweep(ctx context.Context, options sweepOptions, console console) (err error) {
	if options.dryRun {
		if options.scratch, err = os.MkdirTemp("", "signalbox"); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(options.scratch)) }()
	}
	c, err := alerts.Configure(console.environ, console.stderr, options.where) //nolint:contextcheck // it waits for a state file for 10 s at most
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Store.Close()) }()
	b, wouldGet := newBar(console.stderr, unknownTotal, "cards"), newDrafts(c)
	if err := options.adapt(&c, wouldGet); err != nil {
		return err
	}
	c.Observe = func(r alerts.Report) { b.sweep(r) }
	function, err := alerts.New(c)
	if err != nil {
		return err
	}
	report, err := function.Sweep(ctx)
	b.end()
	if options.dryRun && err == nil {
		fmt.Fprint(console.stderr, withoutMessage(report))
	}
	err = errors.Join(err, wouldGet.print(console.stdout), printReport(console.stdout, report))
	if err == nil && (report.Busy || !report.Done) {
		return errAgain
	}
	return err
}

// adapt has the sweep look at the cards of a file alone, and a dry run keep what it
// would post and write nothing.
func (o sweepOptions) adapt(c *alerts.Config, d *drafts) (err error) {
	if o.cards != "" {
		if c.Watch, err = readCards(o.cards); err != nil {
			return err
		}
	}
	if o.dryRun {
		c.Receivers = d.receivers()
		c.Store = newDraft(c.Store)
	}
	return nil
}

// withoutMessage says why a dry run has printed none.
func withoutMessage(r alerts.Report) string {
	if !r.Done || r.Messages > 0 {
		return ""
	}
	return "Nothing would be posted: nothing has changed since the last sweep, or all of it is suppressed.\n"
}

func printReport(w io.Writer, report alerts.Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

// readCards reads ICCIDs, one a line; empty lines and those that begin with # do
// not count.
func readCards(path string) ([]card.ICCID, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("read cards: %w", err)
	}
	defer file.Close()
	var ids []card.ICCID
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		id, err := card.ParseICCID(text)
		if err != nil {
			return nil, fmt.Errorf("read cards: %s line %d: %w", path, number, err)
		}
		ids = append(ids, id)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read cards: %w", err)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("read cards: %s names none", path)
	}
	return ids, nil
}

// where gives the cards of a file a state of their own, beside the account's, and a
// dry run without a state an empty one that is thrown away.
func (o sweepOptions) where(c *store.Config) {
	if o.cards != "" {
		c.Namespace = "alerts-cards"
	}
	if o.cards != "" && c.File != "" {
		c.File += "-cards"
	}
	if _, err := os.Stat(c.File); o.dryRun && c.File != "" && errors.Is(err, fs.ErrNotExist) {
		c.File = filepath.Join(o.scratch, "state.db")
	}
}
