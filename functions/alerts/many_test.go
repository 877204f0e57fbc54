//go:build long

package alerts_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestHundredThousandCards is the size that this is for, at a hundred times the
// usual quota.
func TestHundredThousandCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const perSecond = 2000
		f := newFixtureAt(t, 100_000, perSecond, nil)
		start := time.Now()
		r := f.sweep(t)
		took, want := time.Since(start), f.lookups()
		least := time.Duration(max(2500, want)) * time.Second / perSecond
		t.Logf("%d + %d calls in %v, at the quota %v", r.ListCalls, r.FlowCalls, took, least)
		if r.ListCalls != 2500 || r.FlowCalls != want || r.Checked != 100_000 || r.Opened != len(f.want()) || r.Messages != 1 {
			t.Errorf("sweep of 100000 cards: %+v, want 2500 and %d calls and one message", r, want)
		}
		if took > least*105/100 {
			t.Errorf("the sweep took %v, want at most 5 %% over %v", took, least)
		}
		f.checkCalls(t, perSecond)
		f.check(t)
	})
}
