package alerts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
	"signalbox/shared/logging"
)

const (
	calm, busy, spare = "CM-SF-1", "CM-SF-2", "CM-SF-3"
	poolCall          = "GetCredentialPoolStatistics"
)

// poolFleet is a fleet of which the cards 100 to 399 share three pools; busy has
// used 85 % of its data.
type poolFleet struct {
	*fleet
	store alerts.Store
	logs  *bytes.Buffer
}

func newPoolFleet(t *testing.T, cards int, edit func(*alerts.Config)) *poolFleet {
	t.Helper()
	f := &poolFleet{logs: new(bytes.Buffer)}
	f.fleet = newFleet(t, cards, func(c *alerts.Config) {
		pools, ok := c.Cards.(alerts.Pools)
		if !ok {
			t.Fatalf("%T knows of no pools", c.Cards)
		}
		c.Pools = pools
		c.Logger = logging.New(f.logs, nil)
		if edit != nil {
			edit(c)
		}
		f.store = c.Store
	})
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
func (f *poolFleet) join(i int, no string) {
	f.cloud.SetCard(f.cloud.ICCID(i), func(c *aliyuntest.Card) { c.Pool = no })
}

// want returns the keys of the incidents of cards, by the stand-in's own data.
func (f *fleet) want() []incident.Key {
	var keys []incident.Key
	for i := range f.cloud.Cards() {
		c, _ := f.cloud.Card(f.cloud.ICCID(i))
		if time.Until(c.Expires) <= 30*24*time.Hour {
			keys = append(keys, incident.Key{Subject: c.ICCID, Rule: rule.Expiry})
		}
		if c.UsedBytes*100 >= c.PackageBytes*80 && c.Pool == "" {
			keys = append(keys, incident.Key{Subject: c.ICCID, Rule: rule.Usage})
		}
		if c.Status == aliyuntest.StatusStopped {
			keys = append(keys, incident.Key{Subject: c.ICCID, Rule: rule.Stopped})
		}
	}
	return sorted(keys)
}

// open returns the keys of the open incidents.
func open(t *testing.T, s alerts.Store) map[incident.Key]incident.Incident {
	t.Helper()
	entry, err := s.Get(t.Context(), "alerts")
	if err != nil {
		t.Fatal(err)
	}
	var state struct{ Incidents incident.State }
	if err := json.Unmarshal(entry.Value, &state); err != nil {
		t.Fatal(err)
	}
	found := make(map[incident.Key]incident.Incident)
	for _, i := range state.Incidents.Open {
		found[i.Key] = i
	}
	return found
}

func sorted(keys []incident.Key) []incident.Key {
	slices.SortFunc(keys, func(a, b incident.Key) int {
		return strings.Compare(a.Subject+a.Rule, b.Subject+b.Rule)
	})
	return keys
}

func (f *poolFleet) check(t *testing.T, extra ...incident.Key) {
	t.Helper()
	got := slices.Collect(maps.Keys(open(t, f.store)))
	if diff := cmp.Diff(sorted(append(f.want(), extra...)), sorted(got)); diff != "" {
		t.Errorf("open incidents (-want +got):\n%s", diff)
	}
}

// lookups counts the cards that are looked up: for their expiry, and for their
// own usage where they share no pool.
func (f *poolFleet) lookups() int {
	subjects := make(map[string]bool)
	for _, key := range f.want() {
		if key.Rule != rule.Stopped {
			subjects[key.Subject] = true
		}
	}
	return len(subjects)
}

var busyUsage = incident.Key{Subject: "pool " + busy, Rule: rule.Usage}

func TestPools(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFleet(t, 1000, nil)
		for i := 150; i < 152; i++ {
			f.cloud.SetCard(f.cloud.ICCID(i), func(c *aliyuntest.Card) { c.UsedBytes = 2 * c.PackageBytes })
		}
		f.cloud.SetCard(f.cloud.ICCID(151), func(c *aliyuntest.Card) { c.Expires = time.Now().Add(time.Hour) }) // looked up
		r := f.sweep(t)
		f.check(t, busyUsage)
		want := map[string]string{"pool": busy, "ratio": "85%", "used": "85.00GB", "rest": "15.00GB"}
		if diff := cmp.Diff(want, open(t, f.store)[busyUsage].Facts); diff != "" {
			t.Errorf("facts of the pool (-want +got):\n%s", diff)
		}
		if n := len(f.cloud.Calls(poolCall)); n != 3 || r.FlowCalls != f.lookups() || r.Checked != 1000 || r.Failed != 0 {
			t.Errorf("%d calls for pools, want 3; %+v, want %d lookups and all cards checked", n, r, f.lookups())
		}

		f.cloud.SetPool(busy, 200<<30, 85<<30)
		if r := f.sweep(t); r.Resolved != 1 || r.Opened != 0 || r.Messages != 1 {
			t.Errorf("sweep after the pool was topped up: %+v, want 1 resolved", r)
		}
		checkWords(t, f.slack.Inbox()[1].Plain(), "1 resolved", "pool "+busy, "back to normal")
		f.check(t)
		if n := len(f.cloud.Calls(poolCall)); n != 6 {
			t.Errorf("%d calls for pools in two sweeps, want 6", n)
		}
	})
}

// TestPoolIsAskedOnceASweep has cards of a pool in several parts of a sweep.
func TestPoolIsAskedOnceASweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFleet(t, 4500, nil)
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
			t.Errorf("%d calls for 3 pools in %d ticks, want 3 in several", n, parts)
		}
		f.check(t, busyUsage)
	})
}

func TestPoolThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFleet(t, 400, nil)
		f.sweep(t)
		f.cloud.SetPool(busy, 200<<30, 85<<30)
		f.cloud.Inject(aliyuntest.Fault{Action: poolCall, Kind: aliyuntest.Status500, Count: -1})
		if r := f.sweep(t); r.Resolved != 0 || r.Failed != 0 || r.Checked != 400 {
			t.Errorf("sweep without pools: %+v, want nothing changed and no card failed", r)
		}
		f.check(t, busyUsage)
		if n := strings.Count(f.logs.String(), "pool not checked"); n != 3 {
			t.Errorf("the log names %d pools, want 3:\n%s", n, f.logs)
		}
		f.cloud.ClearFaults()
		if r := f.sweep(t); r.Resolved != 1 {
			t.Errorf("sweep after that: %+v, want 1 resolved", r)
		}
	})
}

// TestCardsThatChangePools looks at what was open before: of a card that comes
// to share a pool, and of a pool that no card names any more.
func TestCardsThatChangePools(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFleet(t, 400, nil)
		f.sweep(t)
		f.join(2, calm) // 92 % of its own data
		if r := f.sweep(t); r.Resolved != 1 || r.Opened != 0 {
			t.Errorf("sweep after a card came to a pool: %+v, want 1 resolved", r)
		}
		f.check(t, busyUsage)
		for i := 200; i < 300; i++ {
			f.join(i, calm)
		}
		if r := f.sweep(t); r.Resolved != 1 || r.Opened != 0 {
			t.Errorf("sweep after the pool was left: %+v, want 1 resolved", r)
		}
		f.check(t)
	})
}

func TestPooledCardsWithoutPools(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFleet(t, 400, func(c *alerts.Config) { c.Pools = nil })
		f.cloud.SetCard(f.cloud.ICCID(150), func(c *aliyuntest.Card) { c.UsedBytes = 2 * c.PackageBytes })
		if r := f.sweep(t); r.FlowCalls != f.lookups() || len(f.cloud.Calls(poolCall)) != 0 {
			t.Errorf("sweep: %+v with %d calls for pools, want %d lookups and none", r, len(f.cloud.Calls(poolCall)), f.lookups())
		}
		f.check(t)
	})
}
