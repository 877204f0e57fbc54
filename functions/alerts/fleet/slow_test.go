package fleet_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// hanging is an account that does not answer lookups of some cards, or for pools,
// for longer than a run lasts.
type hanging struct {
	*account

	cards func(card.ICCID) bool
	pools bool
}

func (h *hanging) GetCardFlowInfo(ctx context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error) {
	if h.cards(r.ICCID) {
		<-ctx.Done()
		return linkcard.GetCardFlowInfoResponse{}, ctx.Err()
	}
	return h.account.GetCardFlowInfo(ctx, r)
}

func (h *hanging) GetCredentialPoolStatistics(
	ctx context.Context, r linkcard.GetCredentialPoolStatisticsRequest,
) (linkcard.GetCredentialPoolStatisticsResponse, error) {
	if h.pools {
		<-ctx.Done()
		return linkcard.GetCredentialPoolStatisticsResponse{}, ctx.Err()
	}
	return h.account.GetCredentialPoolStatistics(ctx, r)
}

// TestLookupsSlowerThanARun has lookups that hang for longer than the 5 s of a run:
// after a few runs they count as failed, and the sweep goes on.
func TestLookupsSlowerThanARun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		cards  func(card.ICCID) bool
		pools  bool
		failed int // lookups
		first  int // runs of the first sweep, at most
		later  int // and of the next
	}{
		{"none", func(card.ICCID) bool { return false }, false, 0, 4, 4},
		{"one", func(id card.ICCID) bool { return id == iccidOf(45) }, false, 1, 7, 4},
		{"all", func(card.ICCID) bool { return true }, false, 80, 7, 4},
		{"a pool", func(card.ICCID) bool { return false }, true, 0, 7, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(400, 5).limited(0)
				a.cards[9].DataType, a.cards[9].CredentialNo = "sameflowcard", "P"
				a.pools["P"] = linkcard.PoolStatistics{EffectiveTotalFlow: "12GB", EffectiveAvailableFlow: "3GB"}
				h := &hanging{account: a, cards: test.cards, pools: test.pools}
				c := newCaller(a, func(config *fleet.Config) { config.Cards, config.Pools = h, h })
				sweep := func(most int) {
					t.Helper()
					c.begin()
					runs := 0
					for ; c.at.Finished.IsZero() && runs < 50; runs++ {
						runCut(t, c, 5*time.Second)
					}
					if runs > most {
						t.Errorf("the sweep took %d runs, want at most %d", runs, most)
					}
				}
				sweep(test.first)
				check(t, c, 400, 0)
				wantFailed(t, c, test.failed)
				if o := c.observations[poolOf("P")]; (o.Unreadable == "the plan's data was not answered: timeout") != test.pools {
					t.Errorf("observation of the pool = %+v", o)
				}
				sweep(test.later)
				wantFailed(t, c, test.failed)
				h.cards, h.pools = func(card.ICCID) bool { return false }, false
				sweep(test.later)
				wantFailed(t, c, 0)
				if c.at.Late != 0 {
					t.Errorf("%d runs count as late after a sweep in which all was answered", c.at.Late)
				}
			})
		})
	}
}

// TestLookupsHangAndFail has lookups that hang in one run and fail at once in the next, as
// they do while the client's circuit breaker is open: once some runs have ended with
// nothing, later ones do not wait for so long. It ends once lookups are answered.
func TestLookupsHangAndFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(400, 2).limited(0)
		down := true
		a.onFlow = func(int, string) error {
			if down {
				return failure(aliyun.Timeout, "")
			}
			return nil
		}
		h := &hanging{account: a}
		c := newCaller(a, func(config *fleet.Config) { config.Cards = h })
		for run := range 14 {
			hangs := run%2 == 0
			h.cards = func(card.ICCID) bool { return hangs }
			before := c.at.Sweep
			runCut(t, c, 36*time.Second)
			if done := !c.at.Finished.IsZero(); !done && run > 5 {
				t.Errorf("run %d has ended with nothing", run)
			}
			if before == c.at.Sweep && run > 6 {
				t.Errorf("run %d went on with a sweep, want one in each run", run)
			}
		}
		h.cards, down = func(card.ICCID) bool { return false }, false
		c.sweep(t)
		if c.at.Late != 0 {
			t.Errorf("%d runs count as late once all is answered", c.at.Late)
		}
	})
}

func wantFailed(t *testing.T, c *caller, lookups int) {
	t.Helper()
	f := c.at.Fleet()
	if f.LookupsFailed != lookups || lookups > 0 && f.LookupError != "timeout" {
		t.Errorf("fleet = %+v, want %d lookups that timed out", f, lookups)
	}
	failed := 0
	for _, o := range c.observations {
		if o.Lookup == rule.LookupFailed {
			failed++
		}
	}
	if failed != lookups {
		t.Errorf("%d observations are without a lookup, want %d", failed, lookups)
	}
}
