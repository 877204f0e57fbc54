package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"signalbox/shared/buildinfo"
)

func versionCommand(c console) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "version",
		Short: "Say which build this is",
		Args:  noArguments,
		RunE: begin(func(context.Context) error {
			build := buildinfo.Read()
			if asJSON {
				return json.NewEncoder(c.stdout).Encode(build)
			}
			_, err := fmt.Fprintf(c.stdout, "signalbox %s, revision %s, %s %s/%s\n",
				build.Version, build.Revision, build.GoVersion, runtime.GOOS, runtime.GOARCH)
			return err
		}),
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return command
}
