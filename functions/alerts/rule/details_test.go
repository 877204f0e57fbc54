package rule_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

// everyDetails has details of each rule.
func everyDetails() []rule.Typed {
	someDay := card.Day{Year: 2026, Month: 11, Day: 28}
	return []rule.Typed{
		rule.ExpiryDetails{Ended: true},
		rule.UsageDetails{UsedUp: true},
		rule.StoppedDetails{Cause: rule.QuotaStop},
		rule.StaleDetails{After: 48 * time.Hour},
		rule.ForecastDetails{Probability: 0.897, Expected: someDay, Latest: someDay, Points: 14},
		rule.InactiveDetails{Days: 10, Since: now, LastUse: someDay},
		rule.UnreadableDetails{Why: "the listing's ExpireTime is no time"},
		rule.SweepDetails{Late: true, Finished: now, FailedRuns: 3, FailedCause: "denied"},
		rule.LookupsDetails{Lookups: 20, Failed: 10, Denied: true, Why: "denied"},
		rule.ListingDetails{Total: 4000, Before: 5000, Listed: 3000, Overlap: 0.5},
		rule.ReceiverDetails{Waiting: 3, Oldest: now, Why: "channel_not_found"},
	}
}

func TestDetailsOfEveryRuleGoThroughJSON(t *testing.T) {
	t.Parallel()
	facts := rule.Facts{
		Tags: []string{"车队"}, Remark: "van 7", Package: "月包", Pool: "P1", Expires: now, Refreshed: now, Renews: now,
		Used: card.ParseDataSize("27.60MB"), Rest: card.ParseDataSize("2.40MB"), Ratio: card.ParseRatio("92%"),
	}
	var named []string
	for _, value := range everyDetails() {
		named = append(named, value.Rule())
		for _, want := range []rule.Details{{Facts: facts, Value: value}, {Value: value}} {
			data, err := json.Marshal(want)
			if err != nil {
				t.Fatalf("%s: %v", value.Rule(), err)
			}
			var got rule.Details
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatalf("%s: decode %s: %v", value.Rule(), data, err)
			}
			if diff := cmp.Diff(want, got, texts); diff != "" {
				t.Errorf("%s by way of %s (-want +got):\n%s", value.Rule(), data, diff)
			}
		}
	}
	checkStrings(t, "rules with details", named, rule.Names())
}

func TestNoDetails(t *testing.T) {
	t.Parallel()
	for _, want := range []rule.Details{{}, {Facts: rule.Facts{Package: "月包"}}} {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := rule.Details{Value: rule.UsageDetails{}}
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, texts); diff != "" {
			t.Errorf("by way of %s (-want +got):\n%s", data, diff)
		}
	}
}

func TestDetailsOfAnotherVersion(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"rule", `{"rule":"roaming","details":{}}`, `decode the details of rule "roaming": there is no such rule`},
		{"no rule", `{"details":{}}`, `decode the details of rule "": there is no such rule`},
		{"no details", `{"rule":"usage"}`, `decode the details of rule "usage": `},
		{"field", `{"rule":"usage","details":{"roaming":true}}`, `decode the details of rule "usage": json: unknown field "roaming"`},
		{"type", `{"rule":"stale","details":{"after":"2d"}}`, `decode the details of rule "stale": `},
		{"fact", `{"facts":{"roaming":1}}`, `decode details: json: unknown field "roaming"`},
		{"member", `{"roaming":1}`, `decode details: json: unknown field "roaming"`},
		{"list", `[]`, `decode details: `},
	}
	for _, tt := range tests {
		before := rule.Details{Value: rule.UsageDetails{UsedUp: true}}
		got := before
		err := json.Unmarshal([]byte(tt.text), &got)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: decode %s = %v, want %s", tt.name, tt.text, err, tt.want)
		}
		if diff := cmp.Diff(before, got, texts); diff != "" {
			t.Errorf("%s: an error changes the details:\n%s", tt.name, diff)
		}
	}
}
