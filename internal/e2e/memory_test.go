package e2e_test

import (
	"testing"

	"signalbox/internal/testsize"
	"signalbox/shared/serve/servetest"
)

// TestMemoryOfAHundredThousandCards sweeps the largest fleet that was asked for in
// the smallest instance that clouds have, and looks at the most memory that
// the process has had.
func TestMemoryOfAHundredThousandCards(t *testing.T) {
	t.Parallel()
	cards := testsize.Of(10_000, 100_000)
	o := newOutside(t, cards, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128") // any platform's word counts
	f := o.start(t)
	if r := f.sweep(); r.Checked != cards || r.Messages != 1 {
		t.Errorf("sweep of %d cards = %+v, want all of them checked and one message", cards, r)
	}
	peak := servetest.PeakBytes(t, f.pid)
	t.Logf("%.0f MB at the most", float64(peak)/(1<<20))
	if peak > 128<<20 {
		t.Errorf("the process had %d bytes at the most, want under 128 MB", peak)
	}
}
