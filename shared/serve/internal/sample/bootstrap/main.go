// Command bootstrap is the sample function as a deployable.
package main

import (
	"os"

	"signalbox/shared/serve"
	"signalbox/shared/serve/internal/sample"
)

func main() { os.Exit(serve.Main(os.Environ(), sample.Open)) }
