package e2e_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain has more tests run at once than there are processors: most of their
// time goes by between messages, of which Slack takes one a second.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err) // the flag exists
	}
	os.Exit(m.Run())
}
