package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"signalbox/shared/logging"
)

// windowsOptions are the flags of signalbox windows.
type windowsOptions struct {
	server   serverOptions
	from, to moment
	by       string
	json     bool
}

func windowsCommand(c console) *cobra.Command {
	o := windowsOptions{server: serverOptions{function: "conversion"}}
	command := &cobra.Command{
		Use:     "windows",
		Short:   "Show the windows of OTP events, and which rates were reported",
		Long:    "Show the windows in which a running conversion function counts OTP events, and which rates were reported.",
		Example: "  signalbox windows --url https://example.com --from 2026-11-25T00:00:00Z --by country",
		Args:    noArguments,
		PreRunE: check(func() error { return o.check() }),
		RunE:    begin(func(ctx context.Context) error { return runWindows(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.Var(&o.from, "from", "windows that begin at this time or later, as RFC 3339; none: an hour before --to")
	flags.Var(&o.to, "to", "windows that begin before this time; none: now")
	flags.StringVar(&o.by, "by", "", "`country` or prefix splits each window")
	flags.BoolVar(&o.json, "json", false, "print the function's answer as it is")
	o.server.add(flags)
	return command
}

func (o *windowsOptions) check() error {
	if o.by != "" && o.by != "country" && o.by != "prefix" {
		return errors.New("windows can be shown --by country or --by prefix")
	}
	_, err := o.server.base()
	return err
}

// windowCounts are what a window, or a country or prefix in it, has counted.
type windowCounts struct {
	Country   *string
	Prefix    string
	Rest      bool // prefixes, or countries, that the window does not know apart
	Requested int64
	Verified  int64
	Rate      *json.Number
}

// shownWindow is a window of the answer.
type shownWindow struct {
	windowCounts

	Start, End      time.Time
	Late, Duplicate int64
	Status          string
	ReportTime      *int64
	RequestID       *string
	By              []windowCounts
}

func runWindows(ctx context.Context, o windowsOptions, c console) error {
	s, err := o.server.open(c.environ, newBar(c.stderr, unknownTotal, "").say)
	if err != nil {
		return err
	}
	defer s.close()
	r := request{method: http.MethodGet, path: "otp-windows", query: o.query()}
	got, _, err := s.do(ctx, r)
	if err != nil {
		return err
	}
	var answer struct {
		Windows []shownWindow
		Damaged bool
	}
	if err := json.Unmarshal(got.body, &answer); err != nil || answer.Windows == nil {
		return s.about(r, errors.New("the answer has no windows: is --url that of a conversion function?"))
	}
	if o.json {
		_, err = c.stdout.Write(got.body)
	} else {
		err = o.table(c.stdout, answer.Windows)
	}
	if err == nil && answer.Damaged {
		err = errors.New("some windows could not be read; the function's log says which")
	}
	return err
}

func (o *windowsOptions) query() url.Values {
	query := make(url.Values)
	for name, value := range map[string]string{"from": o.from.String(), "to": o.to.String(), "by": o.by} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// table prints a row for each window, or for each country in one.
func (o *windowsOptions) table(w io.Writer, windows []shownWindow) error {
	if len(windows) == 0 {
		_, err := fmt.Fprintln(w, "no windows")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	switch o.by {
	case "":
		fmt.Fprintln(t, "start\tend\trequested\tverified\trate\tlate\tduplicate\tstatus\treported\trequest\t")
	case "prefix":
		fmt.Fprintln(t, "start\tend\tcountry\tprefix\trequested\tverified\trate\tstatus\t")
	default:
		fmt.Fprintln(t, "start\tend\tcountry\trequested\tverified\trate\tstatus\t")
	}
	for _, one := range windows {
		if o.by == "" {
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%d\t%d\t%s\t%s\t%s\t\n", clock(one.Start), clock(one.End), one.Requested, one.Verified,
				one.rate(), one.Late, one.Duplicate, text(one.Status), one.reported(), text(known(one.RequestID)))
			continue
		}
		for _, part := range one.By {
			fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%s\t%s\t\n", clock(one.Start), clock(one.End), o.part(part), part.Requested, part.Verified,
				part.rate(), text(one.Status))
		}
	}
	return t.Flush()
}

// part names a part of a window, in one cell or two.
func (o *windowsOptions) part(c windowCounts) string {
	switch {
	case o.by != "prefix":
		return c.country()
	case c.Rest:
		return c.country() + "\tothers"
	default:
		return c.country() + "\t" + text(c.Prefix)
	}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// moments is a time that may not be known.
func moments(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return clock(*t)
}

// text is what a server sent, for a cell of a table.
func text(s string) string { return cmp.Or(logging.Untrusted(s), "-") }

func known(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (w shownWindow) reported() string {
	if w.ReportTime == nil {
		return "-"
	}
	return clock(time.UnixMilli(*w.ReportTime))
}

func (c windowCounts) country() string {
	switch {
	case c.Country != nil:
		return text(*c.Country)
	case c.Rest:
		return "others"
	default:
		return "unknown"
	}
}

// rate has four decimals. What is sent has all.
func (c windowCounts) rate() string {
	if c.Rate == nil {
		return "-"
	}
	rate, err := c.Rate.Float64()
	if err != nil {
		return "-"
	}
	return strconv.FormatFloat(rate, 'f', 4, 64)
}
