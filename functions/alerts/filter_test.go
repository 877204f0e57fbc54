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
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
)

func TestFiltersOf(t *testing.T) {
	t.Parallel()
	usual := rule.NewSettings([]int{80, 90, 100}, []int{30, 14})
	tests := []struct {
		name    string
		give    rule.Policy
		want    alerts.Filters
		refusal string
	}{
		{"usual", rule.Policy{Default: usual}, alerts.Filters{ExpiryDays: 30, RestPercent: 20}, ""},
		{"90 and above", rule.Policy{Default: rule.NewSettings([]int{95, 90}, []int{7})}, alerts.Filters{ExpiryDays: 7, RestPercent: 10}, ""},
		{"between two filters", rule.Policy{Default: rule.NewSettings([]int{89}, nil)}, alerts.Filters{RestPercent: 20}, ""},
		{"70", rule.Policy{Default: rule.NewSettings([]int{70}, nil)}, alerts.Filters{RestPercent: 30}, ""},
		{"expiry only", rule.Policy{Default: rule.NewSettings(nil, []int{3})}, alerts.Filters{ExpiryDays: 3}, ""},
		{"the override's ladders", overridden(usual, 75), alerts.Filters{ExpiryDays: 60, RestPercent: 30}, ""},
		{"below 70", rule.Policy{Default: rule.NewSettings([]int{69, 90}, []int{3})}, alerts.Filters{}, "usage alerts begin at 69%"},
		{"an override below 70", overridden(usual, 50), alerts.Filters{}, "usage alerts begin at 50%"},
		{"nothing to filter by", rule.Policy{}, alerts.Filters{}, "neither expiry nor usage"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := alerts.FiltersOf(test.give)
			refused := err != nil && test.refusal != "" && strings.Contains(err.Error(), test.refusal)
			if got != test.want || refused != (test.refusal != "") || err != nil && !refused {
				t.Errorf("FiltersOf(%+v) = %+v, %v; want %+v, %q", test.give, got, err, test.want, test.refusal)
			}
		})
	}
}

// overridden has settings of some cards beside the default.
func overridden(usual rule.Settings, percent int) rule.Policy {
	return rule.Policy{Default: usual, Overrides: []rule.Override{{Settings: rule.NewSettings([]int{percent}, []int{60})}}}
}

func TestTriageInTheEnvironment(t *testing.T) {
	t.Parallel()
	environ := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret",
		"SIGNALBOX_SLACK_WEBHOOK_URL=https://hooks.slack.com/services/x", "SIGNALBOX_STATE_FILE=" + t.TempDir() + "/state",
	}
	tests := []struct {
		name, triage, usage string
		want                alerts.Filters
		refusal             string
	}{
		{"default", "", "80", alerts.Filters{}, ""},
		{"all", "all", "50", alerts.Filters{}, ""},
		{"filtered", "filtered", "80,90", alerts.Filters{ExpiryDays: 30, RestPercent: 20}, ""},
		{"filtered below 70", "filtered", "50,80", alerts.Filters{}, "SIGNALBOX_TRIAGE: must be all"},
		{"neither", "some", "80", alerts.Filters{}, "SIGNALBOX_TRIAGE: must be all or filtered"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := alerts.Configure(append(slices.Clip(environ), "SIGNALBOX_TRIAGE="+test.triage, "SIGNALBOX_ALERT_USAGE="+test.usage), nil)
			if test.refusal != "" {
				if err == nil || !strings.Contains(err.Error(), test.refusal) {
					t.Errorf("Configure = %v, want %q", err, test.refusal)
				}
				return
			}
			if err != nil || c.Filters != test.want || c.Pools == nil {
				t.Errorf("Configure = %+v, %v; want %+v", c.Filters, err, test.want)
			}
		})
	}
}

func filtered(c *alerts.Config) { c.Filters = alerts.Filters{ExpiryDays: 30, RestPercent: 20} }

// expiresOrUses leaves out the rules that do not see the whole fleet.
func expiresOrUses(keys map[incident.Key]incident.Incident) []incident.Key {
	maps.DeleteFunc(keys, func(k incident.Key, _ incident.Incident) bool { return k.Rule != rule.Expiry && k.Rule != rule.Usage })
	return sorted(slices.Collect(maps.Keys(keys)))
}

// listedBy counts the cards that expire, that have little left, and that do
// either.
func (f *fleet) listedBy() (expire, little, either int) {
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
		whole, part := newPoolFleet(t, 2000, nil), newPoolFleet(t, 2000, filtered)
		for _, f := range []*poolFleet{whole, part} {
			f.cloud.SetCard(f.cloud.ICCID(1), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes }) // on both lists
			f.cloud.SetCard(f.cloud.ICCID(3), func(c *aliyuntest.Card) { c.Expires = time.Now().AddDate(-5, 0, 0) })
		}
		whole.sweep(t)
		expire, little, either := part.listedBy()
		r := part.sweep(t)
		if diff := cmp.Diff(expiresOrUses(open(t, whole.store)), expiresOrUses(open(t, part.store))); diff != "" {
			t.Errorf("open incidents of the whole fleet and of the filtered (-whole +filtered):\n%s", diff)
		}
		if want := pages(expire) + pages(little); r.ListCalls != want || len(part.cloud.Calls("ListCardInfo")) != want {
			t.Errorf("%d listing calls, want %d", r.ListCalls, want)
		}
		if r.FlowCalls != part.lookups() || r.Cards != either || r.Checked != either || !r.Done {
			t.Errorf("%+v, want %d lookups, and all of %d cards checked", r, part.lookups(), either)
		}
		if r := part.sweep(t); r.Opened+r.Resolved+r.Messages != 0 || r.ListCalls != pages(expire)+pages(little) {
			t.Errorf("second sweep: %+v, want no news", r)
		}
	})
}

// TestFilteredSweepSeesTheEnd changes what is open so that no filter lists it.
func TestFilteredSweepSeesTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFleet(t, 400, filtered)
		renewed, works, poor := f.cloud.ICCID(1), f.cloud.ICCID(2), f.cloud.ICCID(250)
		f.cloud.SetCard(works, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusStopped })
		f.cloud.SetCard(poor, func(c *aliyuntest.Card) { c.Expires = time.Now().Add(time.Hour) })
		f.sweep(t)
		f.cloud.SetCard(renewed, func(c *aliyuntest.Card) { c.Expires = c.Expires.AddDate(1, 0, 0) })
		f.cloud.SetCard(works, func(c *aliyuntest.Card) { c.UsedBytes, c.Status = 0, aliyuntest.StatusInUse })
		for i := 200; i < 300; i++ { // no card of the pool is listed
			f.cloud.SetCard(f.cloud.ICCID(i), func(c *aliyuntest.Card) {
				c.Expires, c.UsedBytes, c.PackageBytes = c.Expires.AddDate(1, 0, 0), 0, max(1, c.PackageBytes)
			})
		}
		before := len(open(t, f.store))
		r := f.sweep(t)
		keys := open(t, f.store)
		for _, key := range []incident.Key{
			{Subject: renewed, Rule: rule.Expiry}, {Subject: works, Rule: rule.Usage}, {Subject: works, Rule: rule.Stopped}, {Subject: poor, Rule: rule.Expiry},
		} {
			if _, still := keys[key]; still {
				t.Errorf("%v is still open", key)
			}
		}
		if _, ok := keys[busyUsage]; !ok || r.Opened != 0 || before-len(keys) != r.Resolved {
			t.Errorf("%+v with %d and then %d open, want the pool among them", r, before, len(keys))
		}
		f.cloud.SetPool(busy, 200<<30, 85<<30)
		if r := f.sweep(t); r.Resolved != 1 {
			t.Errorf("sweep after the pool was topped up: %+v, want 1 resolved", r)
		}
	})
}

// TestFilteredSweepGoesOn cuts a sweep off in each of its listings.
func TestFilteredSweepGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newPoolFleet(t, 2000, filtered)
		for i := 1000; i < 2000; i++ {
			f.cloud.SetCard(f.cloud.ICCID(i), func(c *aliyuntest.Card) {
				c.UsedBytes = c.PackageBytes
				if i%2 == 0 {
					c.Expires = time.Now().Add(time.Hour)
				}
			})
		}
		var ticks int
		var r alerts.Report
		for ; !r.Done && ticks < 100; ticks++ {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			r, _ = f.Sweep(ctx)
			cancel()
		}
		_, _, either := f.listedBy()
		if ticks < 5 || !r.Done || r.Cards != either || r.Checked != either {
			t.Errorf("%+v after %d ticks, want all of %d cards checked", r, ticks, either)
		}
		want := slices.DeleteFunc(append(f.want(), busyUsage), func(k incident.Key) bool { return k.Rule == rule.Stopped })
		if diff := cmp.Diff(sorted(want), expiresOrUses(open(t, f.store))); diff != "" {
			t.Errorf("open incidents (-want +got):\n%.2000s", diff)
		}
	})
}
