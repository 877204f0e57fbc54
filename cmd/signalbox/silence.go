package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"signalbox/shared/card"
)

// silenceOptions are the flags of signalbox silence and what is below it.
type silenceOptions struct {
	server  serverOptions
	span    string
	name    string
	json    bool
	subject card.ICCID
}

func silenceCommand(c console) *cobra.Command {
	o := &silenceOptions{server: serverOptions{function: "alerts"}}
	command := &cobra.Command{
		Use:   "silence",
		Short: "Silence a card, list what is silenced, or end it",
		Long: `Silence a card, list what is silenced, or end it. The next sweep heeds it,
without a deploy.

Without --url the state is changed in this process, with the variables of
alerts.`,
	}
	add := &cobra.Command{
		Use: "add ICCID", Short: "Notify nobody of a card for some time", Args: o.cardArgument,
		Example: "  signalbox silence add 89860345190897749986 --for 24h --url https://example.com",
		PreRunE: check(o.server.checkOptional), RunE: begin(func(ctx context.Context) error { return o.add(ctx, c) }),
	}
	add.Flags().StringVar(&o.span, "for", "24h", "how `long`: 1h, 24h, 7d, or renewal, until the data resets")
	add.Flags().StringVar(&o.name, "name", "", "who does it; none: the name of the token")
	list := &cobra.Command{
		Use: "list", Short: "List what is silenced, by people and by the rules file", Args: noArguments,
		PreRunE: check(o.server.checkOptional), RunE: begin(func(ctx context.Context) error { return o.list(ctx, c) }),
	}
	list.Flags().BoolVar(&o.json, "json", false, "print the function's answer as it is")
	end := &cobra.Command{
		Use: "end ICCID", Short: "End a card's silence, and what people did about its incidents", Args: o.cardArgument,
		PreRunE: check(o.server.checkOptional), RunE: begin(func(ctx context.Context) error { return o.end(ctx, c) }),
	}
	for _, one := range []*cobra.Command{add, list, end} {
		o.server.add(one.Flags())
		command.AddCommand(one)
	}
	return command
}

// cardArgument reads the card.
func (o *silenceOptions) cardArgument(_ *cobra.Command, args []string) error {
	id, err := cardArgument(args)
	o.subject = id
	return err
}

// cardArgument reads a card that is the only argument.
func cardArgument(args []string) (card.ICCID, error) {
	if len(args) != 1 {
		return "", errors.New("want one ICCID")
	}
	id, err := card.ParseICCID(args[0])
	if err != nil && strings.Contains(args[0], "*") {
		err = errors.New("the number is masked: its card's page, and pageUrl of signalbox incidents --csv, have the whole one")
	}
	return id, err
}

func (o *silenceOptions) add(ctx context.Context, c console) error {
	body, err := json.Marshal(map[string]string{"for": o.span, "name": o.name})
	if err != nil {
		return err
	}
	done, err := o.act(ctx, c, request{method: http.MethodPut, media: "application/json", body: body})
	switch {
	case err != nil:
		return err
	case done.Outcome == "already":
		fmt.Fprintf(c.stdout, "card %s is silenced until %s already, by %s\n", o.subject, moments(done.Until), text(done.By))
	default:
		fmt.Fprintf(c.stdout, "card %s is silenced until %s\n", o.subject, moments(done.Until))
	}
	return nil
}

func (o *silenceOptions) end(ctx context.Context, c console) error {
	done, err := o.act(ctx, c, request{method: http.MethodDelete})
	switch {
	case err != nil:
		return err
	case done.Outcome == "nothing" || done.Outcome == "over":
		fmt.Fprintf(c.stdout, "card %s: nobody has silenced it or acknowledged anything of it; silences of the rules file end there\n", o.subject)
	default:
		fmt.Fprintf(c.stdout, "card %s is no longer silenced\n", o.subject)
	}
	return nil
}

// outcome is what became of an action.
type outcome struct {
	Outcome, By string
	Until       *time.Time
}

func (o *silenceOptions) act(ctx context.Context, c console, r request) (outcome, error) {
	r.path = "silences/" + string(o.subject)
	got, err := askAlerts(ctx, o.server, c, r)
	if err != nil {
		return outcome{}, err
	}
	var done outcome
	if err := json.Unmarshal(got, &done); err != nil || done.Outcome == "" {
		return outcome{}, errors.New("the answer does not say what became of it: is --url that of an alerts function?")
	}
	return done, nil
}

// shownSilence is one of the answer.
type shownSilence struct {
	Subject, Rule, By, Comment *string
	Match                      *struct{ Tag, Package, ICCID *string }
	Origin                     string
	From, Until                *time.Time
}

func (o *silenceOptions) list(ctx context.Context, c console) error {
	got, err := askAlerts(ctx, o.server, c, request{method: http.MethodGet, path: "silences"})
	if err != nil {
		return err
	}
	if o.json {
		_, err := c.stdout.Write(got)
		return err
	}
	var answer struct{ Silences []shownSilence }
	if err := json.Unmarshal(got, &answer); err != nil || answer.Silences == nil {
		return errors.New("the answer has no silences: is --url that of an alerts function?")
	}
	return printSilences(c.stdout, answer.Silences)
}

func printSilences(w io.Writer, silences []shownSilence) error {
	if len(silences) == 0 {
		_, err := fmt.Fprintln(w, "no silences")
		return err
	}
	rows := [][]string{{"what", "rule", "from", "until", "origin", "by or why"}}
	for _, s := range silences {
		rows = append(rows, []string{
			s.what(), text(known(s.Rule)), moments(s.From), moments(s.Until), text(s.Origin), text(known(s.By) + known(s.Comment)),
		})
	}
	_, err := io.WriteString(w, table("", rows, false))
	return err
}

// what is silenced.
func (s shownSilence) what() string {
	if s.Match == nil {
		return text(known(s.Subject))
	}
	var parts []string
	for _, one := range []struct {
		name  string
		value *string
	}{{"tag", s.Match.Tag}, {"package", s.Match.Package}, {"iccid", s.Match.ICCID}} {
		if one.value != nil {
			parts = append(parts, one.name+" "+text(*one.value))
		}
	}
	if len(parts) == 0 {
		return "all"
	}
	return strings.Join(parts, ", ")
}
