package ledger_test

import (
	"flag"
	"fmt"
	"testing"

	"signalbox/functions/conversion/ledger/ledgertest"
)

var events = flag.Int("events", 20_000, "how many events TestMany delivers")

func TestMany(t *testing.T) {
	t.Parallel()
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledgertest.Many(t, *events, open)
		})
	}
}

func TestModel(t *testing.T) {
	t.Parallel()
	for name, open := range engines {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s, %d", name, seed), func(t *testing.T) {
				t.Parallel()
				ledgertest.Model(t, seed, 150, open)
			})
		}
	}
}
