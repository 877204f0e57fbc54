package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"signalbox/functions/alerts"
	"signalbox/shared/card"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// sweepOptions are the flags of signalbox sweep.
type sweepOptions struct {
	dryRun bool
	json   bool
	cards  string
	// summary asks for the daily summary in place of a sweep.
	summary bool
	// scratch is the folder of a dry run, which is removed again.
	scratch string
}

func sweepCommand(c console) *cobra.Command {
	var o sweepOptions
	command := &cobra.Command{
		Use:   "sweep",
		Short: "Sweep the fleet once, as the alerts function does",
		Long: `Sweep the fleet once, as the alerts function does, with its variables from the
environment.

A dry run needs neither the variables of receivers nor a place for the state,
and says what is not notified now, and why. Ctrl-C ends a sweep with exit code
3: it keeps what it has done, and the next one goes on there.`,
		Args: noArguments,
		RunE: begin(func(ctx context.Context) error { return runSweep(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.BoolVar(&o.dryRun, "dry-run", false, "print what each receiver would get, and neither post nor remember it")
	flags.BoolVar(&o.json, "json", false, "print JSON alone, of a dry run too")
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
	c, err := options.configure(console)
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
	report, err := options.work(ctx, function)
	b.end()
	if options.dryRun {
		err = errors.Join(err, options.printDraft(console, draftOf(ctx, function, wouldGet, report), err))
	} else {
		err = errors.Join(err, printReport(console.stdout, report))
	}
	if ctx.Err() != nil || err == nil && !options.summary && (report.Busy || !report.Done) {
		return errors.Join(errAgain, err)
	}
	return err
}

func (o sweepOptions) work(ctx context.Context, f *alerts.Function) (alerts.Report, error) {
	if o.summary {
		return f.Summary(ctx)
	}
	return f.Sweep(ctx)
}

func (o sweepOptions) configure(c console) (alerts.Config, error) {
	configure, environ := alerts.Configure, beside("alerts", c.environ)
	if o.dryRun {
		configure, environ = alerts.ConfigureDraft, warningsAlone(environ)
	}
	config, err := configure(environ, c.stderr, o.where)
	return config, o.heldByServer(err)
}

// heldByServer says what to do beside a server that has the state file open.
func (o sweepOptions) heldByServer(err error) error {
	if _, held := errors.AsType[*store.LockedError](err); !held {
		return err
	}
	if o.dryRun {
		return fmt.Errorf("%w; if it is a server, give the dry run a file of its own there: a new one, or one with an import of that server's export", err)
	}
	return fmt.Errorf("%w; if it is a server, ask it for the run: POST /invoke/alerts", err)
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
		c.Receivers, c.Guard = d.receivers(), web.Open
		c.Store = newDraft(c.Store)
	}
	return nil
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
	nowhere := c.File == "" && c.RedisURL == "" && c.Table == nil
	if _, err := os.Stat(c.File); o.dryRun && (nowhere || c.File != "" && errors.Is(err, fs.ErrNotExist)) {
		c.File = filepath.Join(o.scratch, "state.db")
	}
}
