package main

import (
	"flag"
	"os"
	"testing"
)

// TestMain has more tests run at once than there are processors: most of their time goes
// by in waiting for locks and for servers that hang.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err) // the flag exists
	}
	os.Exit(m.Run())
}
