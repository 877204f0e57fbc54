// Command bootstrap is the conversion function, as every platform starts it.
package main

import (
	"os"

	"signalbox/functions/conversion"
	"signalbox/shared/serve"
)

func main() { os.Exit(serve.Main(os.Environ(), open)) }

func open(environ []string) (serve.Function, error) {
	function, err := conversion.FromEnv(environ, os.Stderr)
	if err != nil {
		return serve.Function{}, err
	}
	return serve.Function{
		Name: "conversion", Handler: function, Batch: function.Batch, Logger: function.Logger, Meter: function.Meter,
	}, nil
}
