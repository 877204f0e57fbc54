// Command bootstrap is the alerts function, as every platform starts it.
package main

import (
	"context"
	"os"

	"signalbox/functions/alerts"
	"signalbox/shared/serve"
)

func main() { os.Exit(serve.Main(os.Environ(), open)) }

func open(environ []string) (serve.Function, error) {
	function, err := alerts.FromEnv(environ, os.Stderr)
	if err != nil {
		return serve.Function{}, err
	}
	return serve.Function{
		Name: "alerts", Handler: function, Scheduled: function.Scheduled, RunTimeout: function.RunTimeout,
		Ready: func(ctx context.Context) []serve.Unusable {
			reason, action := function.Ready(ctx)
			if reason == "" {
				return nil
			}
			return []serve.Unusable{{Part: "state", Reason: reason, Action: action}}
		},
		Close: function.Close, Logger: function.Logger, Meter: function.Meter,
	}, nil
}
