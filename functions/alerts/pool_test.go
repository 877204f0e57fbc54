package alerts_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

const (
	calm, busy, spare = "CM-SF-1", "CM-SF-2", "CM-SF-3"
	poolCall          = "GetCredentialPoolStatistics"
)

// newPoolFixture has a fleet of which the cards 100 to 399 share three pools; busy
// has used 85 % of its data.
func newPoolFixture(t *testing.T, cards int, edit func(*alerts.Config)) *fixture {
	t.Helper()
	f := newFixture(t, cards, edit)
	for i, no := range []string{calm, busy, spare} {
		f.cloud.SetPool(no, 100<<30, 50<<30)
		for n := range 100 {
			f.join(100*(i+1)+n, no)
		}
	}
	f.cloud.SetPool(busy, 100<<30, 85<<30)
	return f
}

// join puts a card into a pool; "" takes it out.
func (f *fixture) join(i int, no string) {
	f.set(i, func(c *aliyuntest.Card) { c.Pool = no })
}

var busyUsage = incident.Key{Subject: incident.Subject{Kind: incident.Pool, ID: busy}, Rule: rule.UsageName}

func TestPools(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFixture(t, 1000, nil)
		for i := 150; i < 152; i++ {
			f.set(i, func(c *aliyuntest.Card) { c.UsedBytes = 2 * c.PackageBytes })
		}
		f.set(151, func(c *aliyuntest.Card) { c.Expires = time.Now().Add(time.Hour) }) // looked up
		r := f.sweep(t)
		f.check(t, busyUsage)
		used, rest := card.Bytes(85<<30), card.Bytes(15<<30)
		want := rule.Facts{Pool: busy, Used: used, Rest: rest, Ratio: card.RatioOf(used, rest)}
		facts := f.store.open(t)[busyUsage].Details.Facts
		if diff := cmp.Diff(want, facts, cmpopts.EquateComparable(card.DataSize{}, card.Ratio{})); diff != "" {
			t.Errorf("facts of the pool (-want +got):\n%s", diff)
		}
		if n := len(f.cloud.Calls(poolCall)); n != 3 || r.FlowCalls != f.lookups() || r.Checked != 1000 || r.Failed != 0 {
			t.Errorf("%d calls for pools, want 3; %+v, want %d lookups and all cards checked", n, r, f.lookups())
		}

		if last := lastLine(f.logs.String()); r.PoolCalls != 3 || !strings.Contains(last, `"pool_calls":3`) || !strings.Contains(last, `"reminded":0`) {
			t.Errorf("%+v\n%s\nwant 3 calls for pools in the report and in the log, and the reminders too", r, last)
		}

		f.cloud.SetPool(busy, 200<<30, 85<<30)
		if r := f.sweep(t); r.Resolved != 1 || r.Opened != 0 || r.Messages != 1 {
			t.Errorf("sweep after the pool was topped up: %+v, want 1 resolved", r)
		}
		checkWords(t, f.slack.Inbox()[1].Plain(), "1 resolved", busy, "Usage is below its threshold")
		f.check(t)
		if n := len(f.cloud.Calls(poolCall)); n != 6 {
			t.Errorf("%d calls for pools in two sweeps, want 6", n)
		}
	})
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// TestPoolIsAskedOnceASweep has cards of a pool in several parts of a sweep.
func TestPoolIsAskedOnceASweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFixture(t, 4500, nil)
		for i := 3000; i < 4400; i += 100 {
			f.join(i, busy)
		}
		var parts int
		for r := (alerts.Report{}); !r.Done && parts < 20; parts++ {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			r, _ = f.Sweep(ctx)
			cancel()
		}
		if n := len(f.cloud.Calls(poolCall)); n != 3 || parts < 2 {
			t.Errorf("%d calls for 3 pools in %d runs, want 3 in several", n, parts)
		}
		f.check(t, busyUsage)
	})
}

func TestPoolThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFixture(t, 400, nil)
		f.sweep(t)
		f.cloud.SetPool(busy, 200<<30, 85<<30)
		f.cloud.Inject(aliyuntest.Fault{Action: poolCall, Kind: aliyuntest.Status500, Count: -1})
		unreadable := []incident.Key{busyUsage}
		for _, no := range []string{calm, busy, spare} {
			unreadable = append(unreadable, incident.Key{Subject: incident.Subject{Kind: incident.Pool, ID: no}, Rule: rule.UnreadableName})
		}
		if r := f.sweep(t); r.Opened != 3 || r.Resolved != 0 || r.Failed != 0 || r.Checked != 400 {
			t.Errorf("sweep without pools: %+v, want 3 unreadable pools and no card failed", r)
		}
		f.check(t, unreadable...)
		if r := f.sweep(t); r.Opened+r.Resolved+r.Messages != 0 {
			t.Errorf("another sweep without pools: %+v, want no change", r)
		}
		f.cloud.ClearFaults()
		if r := f.sweep(t); r.Resolved != 4 {
			t.Errorf("sweep after that: %+v, want those and the pool's usage resolved", r)
		}
		f.check(t)
	})
}

// TestCardsThatChangePools looks at what was open before: of a card that comes
// to share a pool, and of a pool that no card names any more.
func TestCardsThatChangePools(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFixture(t, 400, nil)
		f.sweep(t)
		f.join(2, calm) // 92 % of its own data
		if r := f.sweep(t); r.Resolved != 1 || r.Opened != 0 {
			t.Errorf("sweep after a card came to a pool: %+v, want 1 resolved", r)
		}
		f.check(t, busyUsage)
		for i := 200; i < 300; i++ {
			f.join(i, calm)
		}
		if r := f.sweep(t); r.Resolved+r.Opened != 0 {
			t.Errorf("sweep after the pool was left: %+v, want it evaluated while there is one", r)
		}
		f.check(t, busyUsage)
	})
}

func TestPooledCardsWithoutPools(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFixture(t, 400, func(c *alerts.Config) { c.Pools = nil })
		f.set(150, func(c *aliyuntest.Card) { c.UsedBytes = 2 * c.PackageBytes })
		if r := f.sweep(t); r.FlowCalls != f.lookups() || len(f.cloud.Calls(poolCall)) != 0 {
			t.Errorf("sweep: %+v with %d calls for pools, want %d lookups and none", r, len(f.cloud.Calls(poolCall)), f.lookups())
		}
		f.check(t)
	})
}
