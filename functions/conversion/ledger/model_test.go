package ledger_test

import (
	"fmt"
	"testing"

	"signalbox/functions/conversion/ledger/ledgertest"
)

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
