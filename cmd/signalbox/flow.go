package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// flowOptions are the argument and flags of signalbox flow.
type flowOptions struct {
	server    serverOptions
	id        card.ICCID
	months    []string
	json, csv bool
}

func flowCommand(c console) *cobra.Command {
	o := flowOptions{server: serverOptions{function: "cardflow"}}
	command := &cobra.Command{
		Use:   "flow ICCID",
		Short: "Show how much data a card has used, and what is left",
		Long: `Show how much data a card has used by carrier, month and day, what is left of
its package, and how long that is expected to last.

With --url a running cardflow function is asked, and without it Alibaba, with
the function's variables from the environment.

Exit codes: 0 here it is; 1 an error, such as a wrong token; 2 a command line
that cannot be read; 4 there is no such card; 5 nobody can say now, try again
later.`,
		Example: `  signalbox flow 89860345190897749986
  signalbox flow 89860345190897749986 --month 202610,202611 --csv --url https://example.com`,
		Args: func(_ *cobra.Command, args []string) (err error) {
			if len(args) != 1 {
				return fmt.Errorf("want one ICCID, and %d arguments are given", len(args))
			}
			o.id, err = card.ParseICCID(args[0])
			return err
		},
		PreRunE: check(func() error { return o.check() }),
		RunE:    begin(func(ctx context.Context) error { return runFlow(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.StringSliceVar(&o.months, "month", nil, "`months` such as 202611, up to 6; none: the last two")
	flags.BoolVar(&o.json, "json", false, "print the function's answer as it is")
	flags.BoolVar(&o.csv, "csv", false, "print the days as CSV")
	flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(strings.Replace(name, "months", "month", 1)) // as POST /cards/flow has it
	})
	command.MarkFlagsMutuallyExclusive("json", "csv")
	o.server.add(flags)
	return command
}

func (o *flowOptions) check() error {
	for _, text := range o.months {
		if _, err := card.ParseMonth(text); err != nil {
			return fmt.Errorf("--month: %w", err)
		}
	}
	if len(o.months) > linkcard.MaxMonths {
		return fmt.Errorf("want at most %d months", linkcard.MaxMonths)
	}
	if o.server.url == "" {
		return nil
	}
	_, err := o.server.base()
	return err
}

func (o *flowOptions) request() request {
	r := request{method: http.MethodGet, path: "cards/" + string(o.id) + "/flow"}
	if len(o.months) > 0 {
		r.query = url.Values{"month": o.months}
	}
	if o.csv {
		r.accept = "text/csv"
	}
	return r
}

// open returns a server, or without an address a function in this process.
func (o *flowOptions) open(c console, say func(string, ...any)) (*server, error) {
	if o.server.url == "" {
		return openDirectFlow(c, o.server, say)
	}
	return o.server.open(c.environ, say)
}

func runFlow(ctx context.Context, o flowOptions, c console) error {
	s, err := o.open(c, newBar(c.stderr, unknownTotal, "").say)
	if err != nil {
		return err
	}
	defer s.close()
	r := o.request()
	got, _, err := s.do(ctx, r)
	if err != nil {
		return flowError(ctx, got, err)
	}
	if o.csv {
		_, err = c.stdout.Write(got.body)
		return err
	}
	var f shownFlow
	if err := json.Unmarshal(got.body, &f); err != nil || !strings.EqualFold(f.ICCID, string(o.id)) {
		return s.about(r, errors.New("the answer is not about this card: is --url that of a cardflow function?"))
	}
	if o.json {
		_, err = c.stdout.Write(got.body)
		return err
	}
	_, err = c.stdout.Write(drawFlow(f, styleOf(c)))
	return err
}

// flowError says by the exit code whether there is no such card, or whether to try again.
func flowError(ctx context.Context, got answer, err error) error {
	switch {
	case ctx.Err() != nil:
		return err
	case got.status == http.StatusNotFound && strings.HasSuffix(got.problem().Type, ":no-such-card"):
		return &codedError{err, exitNotFound}
	case got.status == 0 || got.mayHelp():
		return &codedError{err, exitUnavailable}
	default:
		return err
	}
}
