// Command bootstrap is the conversion function, as every platform starts it.
package main

import (
	"os"

	"signalbox/functions/conversion"
	"signalbox/shared/serve"
)

func main() { os.Exit(serve.Main(os.Environ(), open)) }

func open(environ []string) (serve.Function, error) { return conversion.FromEnv(environ, os.Stderr) }
