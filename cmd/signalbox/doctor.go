package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"signalbox/cmd/signalbox/doctor"
)

// doctorOptions are the flags of signalbox doctor.
type doctorOptions struct {
	only    []string
	json    bool
	timeout time.Duration
}

func doctorCommand(c console) *cobra.Command {
	var o doctorOptions
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Look at all that the functions need in this environment, and say what to do",
		Long: `Look at all that the functions need in this environment, and say what to do:
variables, misspelt ones too, credentials, clock, state, Redis, Slack, receivers
and the rules file. Nothing is changed or posted, and no secret is shown. Exit
code 1 says that something failed.`,
		Example: "  signalbox doctor\n  signalbox doctor --only alerts --json",
		Args:    noArguments,
		PreRunE: check(func() error { return o.check() }),
		RunE:    begin(func(ctx context.Context) error { return runDoctor(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.StringSliceVar(&o.only, "only", nil, "`functions` to look at, separated by commas; none: all three")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.DurationVar(&o.timeout, "timeout", 10*time.Second, "how long one check may take; all go on at the same time")
	return command
}

func (o *doctorOptions) check() error {
	for _, name := range o.only {
		if !slices.Contains(doctor.Names(), name) {
			return fmt.Errorf("want --only with some of %s", strings.Join(doctor.Names(), ","))
		}
	}
	if o.timeout <= 0 {
		return errors.New("want a --timeout above 0")
	}
	return nil
}

func runDoctor(ctx context.Context, o doctorOptions, c console) error {
	results, err := doctor.Run(ctx, doctor.Config{Environ: c.environ, Only: o.only, Timeout: o.timeout})
	if err != nil {
		return err
	}
	count := make(map[doctor.Status]int)
	for _, r := range results {
		count[r.Status]++
	}
	if o.json {
		err = json.NewEncoder(c.stdout).Encode(map[string]any{"checks": results})
	} else {
		err = printResults(c.stdout, results, styleOf(c))
	}
	if err == nil && count[doctor.Failed] > 0 {
		err = fmt.Errorf("%d failed, %d warnings, %d unchecked", count[doctor.Failed], count[doctor.Warning], count[doctor.Unchecked])
	}
	return err
}

// statusColors are what a terminal shows a status in.
var statusColors = map[doctor.Status]string{doctor.OK: green, doctor.Warning: yellow, doctor.Unchecked: yellow, doctor.Failed: red}

func printResults(w io.Writer, results []doctor.Result, s style) error {
	for _, r := range results {
		status := s.paint(statusColors[r.Status], fmt.Sprintf("%-9s", r.Status))
		if _, err := fmt.Fprintf(w, "%s  %s: %s\n", status, r.Check, r.What); err != nil {
			return err
		}
		if r.Action == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "           -> %s\n", r.Action); err != nil {
			return err
		}
	}
	return nil
}
