package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"signalbox/functions/cardflow/flow"
	"signalbox/shared/card"
)

// explainOptions are the flags of signalbox explain.
type explainOptions struct {
	server serverOptions
	json   bool
	card   card.ICCID
}

func explainCommand(c console) *cobra.Command {
	o := explainOptions{server: serverOptions{function: "alerts"}}
	command := &cobra.Command{
		Use:   "explain ICCID",
		Short: "Say what each rule makes of a card, and why people are notified of it or not",
		Long: `Look a card up, and say what each rule makes of it, and why people are notified
of that or are not.

Without --url that is done in this process, with the variables of alerts.`,
		Args: func(_ *cobra.Command, args []string) (err error) {
			o.card, err = cardArgument(args)
			return err
		},
		PreRunE: check(o.server.checkOptional),
		RunE:    begin(func(ctx context.Context) error { return runExplain(ctx, o, c) }),
	}
	command.Flags().BoolVar(&o.json, "json", false, "print the function's answer as it is")
	o.server.add(command.Flags())
	return command
}

// shownExplanation is what of the answer is shown.
type shownExplanation struct {
	ICCID    string
	Subjects []shownSubject
}

// shownSubject is the card, or the pool whose data it shares.
type shownSubject struct {
	Subject, Kind                        string
	Unreadable, Lookup, Status, OsStatus *string
	NotFound                             bool
	Facts                                shownFacts
	Rules                                []shownRule
}

type shownFacts struct {
	Package, Remark, UsedFlow, RestFlow *string
	Tags                                []string
	Ratio                               *float64
	Expires, Renews, Counted            *time.Time
}

type shownRule struct {
	Rule, Status, Reason       string
	Severity, Details, Because *string
	Thresholds, Receivers      []string
	Until                      *time.Time
	Breached                   *struct{ Times, Of int }
	Incident                   *struct {
		Opened, Notified *time.Time
	}
}

func runExplain(ctx context.Context, o explainOptions, c console) error {
	got, err := askAlerts(ctx, o.server, c, request{method: http.MethodGet, path: "explain/" + string(o.card)})
	if err != nil {
		return err
	}
	var x shownExplanation
	if err := json.Unmarshal(got, &x); err != nil || x.ICCID == "" {
		return errors.New("the answer explains nothing: is --url that of an alerts function?")
	}
	if o.json {
		_, err = c.stdout.Write(got)
	} else {
		err = x.print(c.stdout)
	}
	if err == nil && slices.ContainsFunc(x.Subjects, func(s shownSubject) bool { return s.Kind == "card" && s.NotFound }) {
		return &codedError{errors.New("the account has no card with this ICCID"), exitNotFound}
	}
	return err
}

func (x shownExplanation) print(w io.Writer) error {
	for _, s := range x.Subjects {
		s.print(w)
		if err := printRules(w, s.Rules); err != nil {
			return err
		}
	}
	return nil
}

func (s shownSubject) print(w io.Writer) {
	f := s.Facts
	fmt.Fprintf(w, "%s %s, status %s\n", text(s.Kind), text(s.Subject), text(s.status()))
	switch {
	case s.NotFound:
		fmt.Fprintln(w, "not found: the account does not list it, and it does not exist")
	case s.Unreadable != nil:
		fmt.Fprintln(w, "cannot be evaluated in full:", text(*s.Unreadable))
	}
	fmt.Fprintf(w, "package %s, tags %s, remark %s\n", text(known(f.Package)), text(strings.Join(f.Tags, ", ")), text(known(f.Remark)))
	fmt.Fprintf(w, "used %s (%s), left %s, counted %s\n", text(known(f.UsedFlow)), f.share(), text(known(f.RestFlow)), moments(f.Counted))
	fmt.Fprintf(w, "ends %s, renews %s\n\n", moments(f.Expires), moments(f.Renews))
}

// status is the word for Alibaba's number, and with it, of a card that is not in use, that of the cause.
func (s shownSubject) status() string {
	status := known(s.Status)
	word := cmp.Or(flow.Listing{Status: status}.StatusWord(), status)
	if cause := known(s.OsStatus); cause != "" && word != "inUse" {
		word += ", cause of it " + cause
	}
	return word
}

// share is how much of the data is used.
func (f shownFacts) share() string {
	if f.Ratio == nil {
		return "-"
	}
	return percentage(*f.Ratio)
}

func percentage(ratio float64) string { return strconv.FormatFloat(ratio*100, 'f', 0, 64) + " %" }

func printRules(w io.Writer, rules []shownRule) error {
	rows := [][]string{{"rule", "says", "thresholds", "details", "notified"}}
	for _, r := range rules {
		says := r.Status
		if r.Severity != nil {
			says += ", " + *r.Severity
		}
		rows = append(rows, []string{text(r.Rule), text(says), text(strings.Join(r.Thresholds, ", ")), text(known(r.Details)), r.why()})
	}
	_, err := io.WriteString(w, table("", rows, false)+"\n")
	return err
}

// why says whether people are notified.
func (r shownRule) why() string {
	to := cmp.Or(strings.Join(r.Receivers, ", "), "nobody")
	switch r.Reason {
	case "notified":
		if r.Incident != nil {
			return "yes, " + text(to) + " on " + moments(r.Incident.Notified)
		}
		return "yes, " + text(to)
	case "due":
		return "the next sweep notifies " + text(to)
	case "pending":
		if r.Breached == nil {
			return "not yet: not breached for long enough"
		}
		return fmt.Sprintf("not yet: breached %d times of the %d in a row that it takes", r.Breached.Times, r.Breached.Of)
	case "acknowledged":
		return "when it gets worse or is over: acknowledged by " + text(known(r.Because))
	case "silence":
		return "no: silenced until " + moments(r.Until) + ", " + text(known(r.Because))
	case "muteTime":
		return "no: it is a mute time"
	case "inhibition":
		return "no: " + text(known(r.Because)) + " says more"
	case "unknown":
		return "no: too little is known"
	case "hysteresis":
		return "no: it is below the threshold again"
	case "absent":
		return "no: there is no such card any more"
	case "off":
		return "no: the rule is switched off for this card"
	case "clear":
		return "nothing is wrong"
	}
	return text(r.Reason) // a newer server may have others
}
