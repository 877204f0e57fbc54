package e2e_test

import (
	"flag"
	"log"
	"os"
	"testing"
)

// TestMain has more tests run at once than there are processors: most of their
// time goes by between messages, of which Slack takes one a second.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		log.Fatal(err)
	}
	os.Exit(m.Run())
}
