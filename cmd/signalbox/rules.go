package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/receiver"
)

// rulesOptions are the arguments and flags of signalbox rules check.
type rulesOptions struct {
	file        string
	json        bool
	noVariables bool
}

func rulesCommand(c console) *cobra.Command {
	command := &cobra.Command{
		Use:   "rules",
		Short: "Look at a rules file",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return errors.New("want rules check FILE") },
	}
	command.AddCommand(rulesCheckCommand(c))
	return command
}

func rulesCheckCommand(c console) *cobra.Command {
	var o rulesOptions
	command := &cobra.Command{
		Use:   "check FILE",
		Short: "Find what is wrong with a rules file, and what is hardly meant",
		Long: `Find what is wrong with a rules file, which keeps functions from starting, and
what is hardly meant: thresholds in no order, empty matches, silences that are
over, rules and routes that nothing reaches. Exit code 1 says that something was
found. The thresholds beside the file, and the variables that its receivers
name, are taken from the environment.`,
		Example: "  signalbox rules check rules.yaml\n  signalbox rules check --no-variables rules.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("want one rules file")
			}
			o.file = args[0]
			return nil
		},
		RunE: begin(func(context.Context) error { return runRulesCheck(o, c) }),
	}
	flags := command.Flags()
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.BoolVar(&o.noVariables, "no-variables", false, "take the variables that receivers name for set, such as where changes are reviewed")
	return command
}

func runRulesCheck(o rulesOptions, c console) error {
	variables := receiver.Variables(c.environ)
	if o.noVariables {
		variables = func(string) string { return "set" }
	}
	examined, err := alerts.ExamineRules(o.file, c.environ, variables, time.Now())
	if err != nil {
		return err
	}
	found := remarksOf(examined)
	if o.json {
		err = json.NewEncoder(c.stdout).Encode(map[string]any{"file": o.file, "remarks": found})
	} else {
		err = printRemarks(c.stdout, o.file, found)
	}
	if err != nil || len(found) == 0 {
		return err
	}
	return fmt.Errorf("%s: %d mistakes, %d warnings", o.file, len(examined.Mistakes), len(examined.Warnings))
}

// remark is something to look at in a rules file.
type remark struct {
	Line int    `json:"line"`
	Kind string `json:"kind"` // mistake or warning
	Text string `json:"text"`
}

// remarksOf are all of them in the order of their lines, and never nil.
func remarksOf(e rulefile.Examined) []remark {
	found := make([]remark, 0, len(e.Mistakes)+len(e.Warnings))
	for _, m := range e.Mistakes {
		found = append(found, remark{m.Line, "mistake", m.Text})
	}
	for _, w := range e.Warnings {
		found = append(found, remark{w.Line, "warning", w.Text})
	}
	slices.SortStableFunc(found, func(a, b remark) int { return a.Line - b.Line })
	return found
}

func printRemarks(w io.Writer, file string, found []remark) error {
	for _, f := range found {
		if _, err := fmt.Fprintf(w, "%s:%d: %s: %s\n", file, f.Line, f.Kind, f.Text); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return nil
	}
	_, err := fmt.Fprintln(w, "nothing to mend")
	return err
}
