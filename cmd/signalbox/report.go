package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"signalbox/shared/logging"
)

// reportOptions are the flags of signalbox report.
type reportOptions struct {
	server              serverOptions
	rate                number
	verified, requested int64
	counts              bool // verified and requested are given
	at                  moment
	events              string
}

func reportCommand(c console) *cobra.Command {
	o := reportOptions{server: serverOptions{function: "conversion"}}
	command := &cobra.Command{
		Use:   "report",
		Short: "Report a conversion rate, counts, or a file of OTP events",
		Long: `Report a conversion rate, the counts it is made of, or a file of OTP events.

With --url a running conversion function gets them, and without it a rate or
counts go to Alibaba, with the function's variables from the environment. The
file has a JSON array or a line of JSON for each event. Whatever is sent may be
sent again: an event is counted once, and a rate of the same --time changes
nothing.`,
		Example: `  signalbox report --rate 0.53
  signalbox report --verified 53 --requested 100 --url https://example.com
  signalbox report --events otp.ndjson --url https://example.com`,
		Args: noArguments,
	}
	flags := command.Flags()
	flags.Var(&o.rate, "rate", "conversion `rate`, from 0 to 1")
	flags.Int64Var(&o.verified, "verified", 0, "`number` of verified OTPs")
	flags.Int64Var(&o.requested, "requested", 0, "`number` of requested OTPs")
	flags.Var(&o.at, "time", "when that was observed, as RFC 3339 or in milliseconds since 1970; none: now")
	flags.StringVar(&o.events, "events", "", "`file` of OTP events; -: standard input")
	o.server.add(flags)
	command.MarkFlagsOneRequired("rate", "verified", "events")
	command.MarkFlagsRequiredTogether("verified", "requested")
	command.MarkFlagsMutuallyExclusive("rate", "verified", "events")
	command.MarkFlagsMutuallyExclusive("time", "events")
	command.PreRunE = func(*cobra.Command, []string) error {
		o.counts = flags.Changed("verified")
		return o.check()
	}
	command.RunE = begin(func(ctx context.Context) error { return runReport(ctx, o, c) })
	return command
}

func (o *reportOptions) check() error {
	if o.server.url == "" && o.events != "" {
		return errors.New("--events needs --url: Alibaba takes rates alone")
	}
	if o.server.url == "" {
		return nil
	}
	_, err := o.server.base()
	return err
}

func runReport(ctx context.Context, o reportOptions, c console) error {
	if o.events != "" {
		return reportEvents(ctx, o, c)
	}
	say := newBar(c.stderr, unknownTotal, "").say
	var s *server
	var err error
	if o.server.url == "" {
		s, err = openDirect(c, o.server, say)
	} else {
		s, err = o.server.open(c.environ, say)
	}
	if err != nil {
		return err
	}
	defer s.close()
	return o.reportRate(ctx, s, c.stdout)
}

// rateBody is the body of POST /conversions.
type rateBody struct {
	ConversionRate json.RawMessage `json:"conversionRate,omitempty"`
	Verified       *int64          `json:"verified,omitempty"`
	Requested      *int64          `json:"requested,omitempty"`
	ReportTime     int64           `json:"reportTime"`
}

// reportRate sends one report. It carries its time, so that every attempt says the
// same.
func (o *reportOptions) reportRate(ctx context.Context, s *server, stdout io.Writer) error {
	at := o.at.Time
	if at.IsZero() {
		at = time.Now()
	}
	body := rateBody{ConversionRate: json.RawMessage(o.rate), ReportTime: at.UnixMilli()}
	if o.counts {
		body.Verified, body.Requested = &o.verified, &o.requested
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r := request{method: http.MethodPost, path: "conversions", media: "application/json", body: text}
	got, _, err := s.do(ctx, r)
	if err != nil {
		return err
	}
	var forwarded struct {
		ConversionRate json.Number
		ReportTime     int64
		RequestID      string
	}
	if err := json.Unmarshal(got.body, &forwarded); err != nil || forwarded.RequestID == "" || forwarded.ReportTime != body.ReportTime {
		return s.about(r, errors.New("the answer is not that to a report: is --url that of a conversion function?"))
	}
	fmt.Fprintf(stdout, "forwarded: the rate %s of %s, request %s\n", forwarded.ConversionRate,
		time.UnixMilli(forwarded.ReportTime).UTC().Format(time.RFC3339Nano), logging.Untrusted(forwarded.RequestID))
	return nil
}

func reportEvents(ctx context.Context, o reportOptions, c console) error {
	file, size := c.stdin, int64(unknownTotal)
	if o.events != "-" {
		opened, err := os.Open(o.events)
		if err != nil {
			return fmt.Errorf("read events: %w", err)
		}
		defer opened.Close()
		if info, err := opened.Stat(); err == nil && info.Mode().IsRegular() {
			size = cmp.Or(info.Size(), size)
		}
		file = opened
	}
	shown := newBar(c.stderr, size, "", progressbar.OptionShowBytes(true))
	s, err := o.server.open(c.environ, shown.say)
	if err != nil {
		return err
	}
	defer s.close()
	total, err := sendEvents(ctx, s, newSource(io.TeeReader(file, shown)))
	shown.end()
	total.print(c.stdout)
	if err == nil {
		err = total.check()
	}
	return err
}

// check returns an error where not all is well.
func (s *sum) check() error {
	switch {
	case s.refused > 0:
		return fmt.Errorf("of the events %d were refused", s.refused)
	case s.accepted+s.duplicate+s.late == 0:
		return errors.New("read events: there is none")
	default:
		return nil
	}
}
