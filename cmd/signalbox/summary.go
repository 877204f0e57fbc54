package main

import (
	"context"

	"github.com/spf13/cobra"
)

func summaryCommand(c console) *cobra.Command {
	o := sweepOptions{summary: true}
	command := &cobra.Command{
		Use:   "summary",
		Short: "Notify of the day, as the alerts function does once a day",
		Long: `Notify of the day, as the alerts function does once a day, with its variables
from the environment.

However often it is asked for, there is one summary a day for each receiver. A
dry run prints it, and neither posts nor remembers it.`,
		Args: noArguments,
		RunE: begin(func(ctx context.Context) error { return runSweep(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.BoolVar(&o.dryRun, "dry-run", false, "print what each receiver would get, and neither post nor remember it")
	flags.BoolVar(&o.json, "json", false, "print JSON alone, of a dry run too")
	return command
}
