package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"signalbox/functions/alerts"
	"signalbox/shared/card"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// sweepOptions are the flags of signalbox sweep.
type sweepOptions struct {
	dryRun bool
	cards  string
}

func parseSweep(args []string, stderr io.Writer) (sweepOptions, error) {
	var o sweepOptions
	flags := flag.NewFlagSet("signalbox sweep", flag.ContinueOnError)
	flags.BoolVar(&o.dryRun, "dry-run", false, "print what would be posted, and neither post nor remember it")
	flags.StringVar(&o.cards, "cards", "", "look at the ICCIDs in this `file` alone, one a line")
	return o, parse(flags, args, stderr)
}

func runSweep(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	options, err := parseSweep(args, stderr)
	if err != nil {
		return err
	}
	c, err := alerts.Configure(environ, stderr, options.where)
	if err != nil {
		return err
	}
	defer c.Store.Close()
	if options.cards != "" {
		if c.Watch, err = readCards(options.cards); err != nil {
			return err
		}
	}
	if options.dryRun {
		c.Receivers = []notify.Receiver{{Name: alerts.SlackReceiver, Poster: printer{stdout}}}
		c.Store = newDraft(c.Store)
	}
	c.Observe = func(r alerts.Report) { fmt.Fprint(stderr, bar(r)) }
	function, err := alerts.New(c)
	if err != nil {
		return err
	}
	report, err := function.Sweep(ctx)
	fmt.Fprintln(stderr)
	if err := printReport(stdout, report); err != nil {
		return err
	}
	if err == nil && (report.Busy || !report.Done) {
		return errAgain
	}
	return err
}

func printReport(w io.Writer, report alerts.Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

const barWidth = 40

// bar shows how far a sweep got, over what was shown before.
func bar(r alerts.Report) string {
	done := r.Checked + r.Failed
	full := min(barWidth, barWidth*done/max(1, r.Cards))
	return fmt.Sprintf("\r[%s%s] %d of %d cards, %d open", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), done, r.Cards, r.Open)
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

// printer is a webhook that prints.
type printer struct{ w io.Writer }

// Post prints a message as a reader would see it.
func (p printer) Post(_ context.Context, m slack.Message) error {
	_, err := fmt.Fprintf(p.w, "%s\n\n", m.Text)
	return err
}

// where gives the cards of a file a state of their own, beside the account's.
func (o sweepOptions) where(c *store.Config) {
	if o.cards == "" {
		return
	}
	c.Namespace = "alerts-cards"
	if c.File != "" {
		c.File += "-cards"
	}
}
