// Command bootstrap is the cardflow function, as every platform starts it.
package main

import (
	"os"

	"signalbox/functions/cardflow"
	"signalbox/shared/serve"
)

func main() { os.Exit(serve.Main(os.Environ(), open)) }

func open(environ []string) (serve.Function, error) { return cardflow.FromEnv(environ, os.Stderr) }
