package alerts_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
)

func TestTriageInTheEnvironment(t *testing.T) {
	t.Parallel()
	environ := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret",
		"SIGNALBOX_SLACK_WEBHOOK_URL=https://hooks.slack.com/services/x",
	}
	tests := []struct {
		name, triage, usage string
		want                fleet.Filters
		refusal             string
	}{
		{"default", "", "80", fleet.Filters{}, ""},
		{"all", "all", "50", fleet.Filters{}, ""},
		{"filtered", "filtered", "80,90", fleet.Filters{ExpiryDays: 30, RestPercent: 20}, ""},
		{"filtered below 70", "filtered", "50,80", fleet.Filters{}, "SIGNALBOX_TRIAGE: must be all"},
		{"neither", "some", "80", fleet.Filters{}, "SIGNALBOX_TRIAGE: must be all or filtered"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := alerts.Configure(append(slices.Clip(environ), "SIGNALBOX_STATE_FILE="+t.TempDir()+"/state",
				"SIGNALBOX_TRIAGE="+test.triage, "SIGNALBOX_ALERT_USAGE="+test.usage), nil, nil)
			if test.refusal != "" {
				if err == nil || !strings.Contains(err.Error(), test.refusal) {
					t.Errorf("Configure = %v, want %q", err, test.refusal)
				}
				return
			}
			if err == nil {
				defer c.Store.Close()
			}
			if err != nil || c.Filters != test.want || c.Pools == nil {
				t.Errorf("Configure = %+v, %v; want %+v", c.Filters, err, test.want)
			}
		})
	}
}

func filtered(c *alerts.Config) { c.Filters = fleet.Filters{ExpiryDays: 30, RestPercent: 20} }

// expiresOrUses leaves out the rules that do not see the whole fleet.
func expiresOrUses(keys map[incident.Key]rule.Incident) []incident.Key {
	maps.DeleteFunc(keys, func(k incident.Key, _ rule.Incident) bool {
		return k.Rule != rule.ExpiryName && k.Rule != rule.UsageName
	})
	return sorted(slices.Collect(maps.Keys(keys)))
}

// listedBy counts the cards that expire, that have little left, and that do
// either.
func (f *fixture) listedBy() (expire, little, either int) {
	for i := range f.cloud.Cards() {
		c, _ := f.cloud.Card(f.cloud.ICCID(i))
		soon, used := time.Until(c.Expires) <= 30*24*time.Hour, c.RestBytes()*5 <= c.PackageBytes
		if soon {
			expire++
		}
		if used {
			little++
		}
		if soon || used {
			either++
		}
	}
	return expire, little, either
}

func pages(cards int) int { return (cards + 39) / 40 }

// TestFilteredSweep compares both ways on the same fleet.
func TestFilteredSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		whole, part := newPoolFixture(t, 2000, nil), newPoolFixture(t, 2000, filtered)
		for _, f := range []*fixture{whole, part} {
			f.cloud.SetCard(f.cloud.ICCID(1), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes }) // on both lists
			f.cloud.SetCard(f.cloud.ICCID(3), func(c *aliyuntest.Card) { c.Expires = time.Now().AddDate(-5, 0, 0) })
		}
		whole.sweep(t)
		expire, little, either := part.listedBy()
		r := part.sweep(t)
		if diff := cmp.Diff(expiresOrUses(whole.store.open(t)), expiresOrUses(part.store.open(t))); diff != "" {
			t.Errorf("open incidents of the whole fleet and of the filtered (-whole +filtered):\n%s", diff)
		}
		if want := pages(expire) + pages(little); r.ListCalls != want || len(part.cloud.Calls("ListCardInfo")) != want {
			t.Errorf("%d listing calls, want %d", r.ListCalls, want)
		}
		if r.FlowCalls != part.lookups() || r.Cards != either || r.Checked != either || !r.Done {
			t.Errorf("%+v, want %d lookups, and all of %d cards checked", r, part.lookups(), either)
		}
		if r := part.sweep(t); r.Opened+r.Resolved+r.Messages != 0 || r.ListCalls != pages(expire)+pages(little) {
			t.Errorf("second sweep: %+v, want no changes", r)
		}
	})
}

// TestFilteredSweepSeesTheEnd changes what is open so that no filter lists it.
func TestFilteredSweepSeesTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFixture(t, 400, filtered)
		renewed, works, poor := f.cloud.ICCID(1), f.cloud.ICCID(2), f.cloud.ICCID(250)
		f.cloud.SetCard(works, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusStopped })
		f.cloud.SetCard(poor, func(c *aliyuntest.Card) { c.Expires = time.Now().Add(time.Hour) })
		f.sweep(t)
		f.cloud.SetCard(renewed, func(c *aliyuntest.Card) { c.Expires = c.Expires.AddDate(1, 0, 0) })
		f.cloud.SetCard(works, func(c *aliyuntest.Card) { c.UsedBytes, c.Status = 0, aliyuntest.StatusInUse })
		for i := 200; i < 300; i++ { // no card of the pool is listed
			f.set(i, func(c *aliyuntest.Card) {
				c.Expires, c.UsedBytes, c.PackageBytes = c.Expires.AddDate(1, 0, 0), 0, max(1, c.PackageBytes)
			})
		}
		before := len(f.store.open(t))
		time.Sleep(10 * time.Minute)
		r := f.sweep(t)
		keys := f.store.open(t)
		for _, key := range []incident.Key{
			keyOf(renewed, rule.ExpiryName), keyOf(works, rule.UsageName), keyOf(works, rule.StoppedName), keyOf(poor, rule.ExpiryName),
		} {
			if _, still := keys[key]; still {
				t.Errorf("%v is still open", key)
			}
		}
		if _, ok := keys[busyUsage]; !ok || r.Opened != 0 || before-len(keys) != r.Resolved {
			t.Errorf("%+v with %d and then %d open, want the pool among them", r, before, len(keys))
		}
		f.cloud.SetPool(busy, 200<<30, 85<<30)
		time.Sleep(10 * time.Minute)
		if r := f.sweep(t); r.Resolved != 1 {
			t.Errorf("sweep after the pool was topped up: %+v, want 1 resolved", r)
		}
	})
}

// TestFilteredSweepGoesOn cuts a sweep off in each of its listings.
func TestFilteredSweepGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFixture(t, 2000, filtered)
		for i := 1000; i < 2000; i++ {
			f.set(i, func(c *aliyuntest.Card) {
				c.UsedBytes = c.PackageBytes
				if i%2 == 0 {
					c.Expires = time.Now().Add(time.Hour)
				}
			})
		}
		var runs int
		var r alerts.Report
		for ; !r.Done && runs < 100; runs++ {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			r, _ = f.Sweep(ctx)
			cancel()
		}
		_, _, either := f.listedBy()
		if runs < 5 || !r.Done || r.Cards != either || r.Checked != either {
			t.Errorf("%+v after %d runs, want all of %d cards checked", r, runs, either)
		}
		want := slices.DeleteFunc(append(f.want(), busyUsage), func(k incident.Key) bool { return k.Rule == rule.StoppedName })
		if diff := cmp.Diff(sorted(want), expiresOrUses(f.store.open(t))); diff != "" {
			t.Errorf("open incidents (-want +got):\n%.2000s", diff)
		}
	})
}
