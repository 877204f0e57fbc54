// Command bootstrap is the alerts function, as every platform starts it.
package main

import (
	"os"

	"signalbox/functions/alerts"
	"signalbox/shared/serve"
)

func main() { os.Exit(serve.Main(os.Environ(), open)) }

func open(environ []string) (serve.Function, error) { return alerts.FromEnv(environ, os.Stderr) }
