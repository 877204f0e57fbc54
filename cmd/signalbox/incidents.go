package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

// incidentsOptions are the flags of signalbox incidents.
type incidentsOptions struct {
	server                serverOptions
	state, rule, severity string
	json, csv             bool
}

func incidentsCommand(c console) *cobra.Command {
	o := incidentsOptions{server: serverOptions{function: "alerts"}}
	command := &cobra.Command{
		Use:   "incidents",
		Short: "List what is open, acknowledged and silenced",
		Long: `List what is open, acknowledged and silenced, the worst first.

Without --url the state is read in this process, with the variables of alerts.`,
		Example: "  signalbox incidents --url https://example.com --severity critical",
		Args:    noArguments,
		PreRunE: check(func() error { return o.check() }),
		RunE:    begin(func(ctx context.Context) error { return runIncidents(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.StringVar(&o.state, "state", "", "only those `open`, acknowledged or silenced")
	flags.StringVar(&o.rule, "rule", "", "only those of a `rule`, such as usage")
	flags.StringVar(&o.severity, "severity", "", "only those that are `critical`, or warning")
	flags.BoolVar(&o.json, "json", false, "print the function's answer as it is")
	flags.BoolVar(&o.csv, "csv", false, "print a line for each incident, with all that is known of it")
	o.server.add(flags)
	return command
}

func (o *incidentsOptions) check() error {
	if o.json && o.csv {
		return errors.New("want --json or --csv, not both")
	}
	return o.server.checkOptional()
}

// query leaves out what is empty.
func query(pairs map[string]string) url.Values {
	values := make(url.Values)
	for name, value := range pairs {
		if value != "" {
			values.Set(name, value)
		}
	}
	return values
}

// mediaCSV is that of --csv.
const mediaCSV = "text/csv"

// shownIncident is one of the answer.
type shownIncident struct {
	Subject, Rule, Title, State   string
	Severity, Details, Remark, By *string
	Tags                          []string
	Ratio                         *float64
	Opened, Until, Expires        *time.Time
}

// shownList is the answer.
type shownList struct {
	Incidents []shownIncident
	Coverage  *shownCoverage // nil: no sweep has begun yet
}

// shownCoverage is how much of the fleet was looked at.
type shownCoverage struct {
	Done, Late     bool
	Cards, Checked int
	LastFinished   *time.Time
}

func runIncidents(ctx context.Context, o incidentsOptions, c console) error {
	r := request{
		method: http.MethodGet, path: "incidents",
		query: query(map[string]string{"state": o.state, "rule": o.rule, "severity": o.severity}),
	}
	if o.csv {
		r.accept = mediaCSV
	}
	got, err := askAlerts(ctx, o.server, c, r)
	if err != nil {
		return err
	}
	if o.json || o.csv {
		_, err := c.stdout.Write(got)
		return err
	}
	var answer shownList
	if err := json.Unmarshal(got, &answer); err != nil || answer.Incidents == nil {
		return errors.New("the answer has no incidents: is --url that of an alerts function?")
	}
	if err := printIncidents(c.stdout, answer.Incidents); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, answer.Coverage.line())
	return err
}

func printIncidents(w io.Writer, incidents []shownIncident) error {
	if len(incidents) == 0 {
		_, err := fmt.Fprintln(w, "no incidents")
		return err
	}
	rows := [][]string{{"state", "severity", "subject", "rule", "opened", "details", "remark"}}
	for _, i := range incidents {
		rows = append(rows, []string{
			i.standing(), text(known(i.Severity)), text(i.Subject), text(i.Rule), moments(i.Opened), text(i.what()), text(known(i.Remark)),
		})
	}
	_, err := io.WriteString(w, table("", rows, false))
	return err
}

// what are the details, or of a rule that has none the number that it goes by.
func (i shownIncident) what() string {
	switch {
	case known(i.Details) != "":
		return *i.Details
	case i.Rule == "usage" && i.Ratio != nil:
		return "used " + percentage(*i.Ratio)
	case i.Rule == "expiry" && i.Expires != nil:
		return "ends " + clock(*i.Expires)
	}
	return ""
}

// line says how much was looked at: without a sweep an empty list means nothing.
func (c *shownCoverage) line() string {
	if c == nil || c.LastFinished == nil {
		return "no sweep was finished yet: cards that are not listed may not have been checked"
	}
	line := fmt.Sprintf("%d of %d cards checked", c.Checked, c.Cards)
	if !c.Done {
		line += " by the sweep that is under way"
	}
	line += ", last sweep finished " + clock(*c.LastFinished)
	if c.Late {
		line += ": the next one is late"
	}
	return line
}

// standing is the state, until when, and by whom.
func (i shownIncident) standing() string {
	said := text(i.State)
	if i.Until != nil {
		said += " until " + clock(*i.Until)
	}
	if by := known(i.By); by != "" {
		said += " by " + text(by)
	}
	return said
}
