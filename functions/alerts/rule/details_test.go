package rule_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

func TestDetailsNameTheirRule(t *testing.T) {
	t.Parallel()
	for _, name := range rule.Names() {
		var d rule.Details
		if err := json.Unmarshal([]byte(`{"rule":"`+name+`","details":{}}`), &d); err != nil {
			t.Errorf("details of %s: %v", name, err)
			continue
		}
		if d.Value.Rule() != name {
			t.Errorf("the details of %s are of %s", name, d.Value.Rule())
		}
		checkStorable(t, d)
	}
}

func TestFactsAreStored(t *testing.T) {
	t.Parallel()
	checkStorable(t, rule.Details{Value: rule.UnreadableDetails{Why: "no time"}, Facts: rule.Facts{
		Tags: []string{"车队"}, Remark: "van 7", Package: "月包", Pool: "P1", Expires: now, Refreshed: now, Renews: now,
		Used: card.ParseDataSize("27.60MB"), Rest: card.ParseDataSize("2.40MB"), Ratio: card.ParseRatio("92%"),
	}})
}

// Details are kept in the state: their form is for ever.
func TestDetailsAsJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(rule.Details{Facts: rule.Facts{Package: "P"}, Value: rule.UnreadableDetails{Why: "no time"}})
	if want := `{"rule":"unreadable","facts":{"package":"P"},"details":{"why":"no time"}}`; err != nil || string(data) != want {
		t.Errorf("details as JSON = %s, %v, want %s", data, err, want)
	}
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
		if diff := cmp.Diff(want, got, asText); diff != "" {
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
		{"type", `{"rule":"unreadable","details":{"why":2}}`, `decode the details of rule "unreadable": `},
		{"list", `[]`, `decode details: `},
	}
	for _, tt := range tests {
		before := rule.Details{Value: rule.UnreadableDetails{Why: "no time"}}
		got := before
		err := json.Unmarshal([]byte(tt.text), &got)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: decode %s = %v, want %s", tt.name, tt.text, err, tt.want)
		}
		if diff := cmp.Diff(before, got, asText); diff != "" {
			t.Errorf("%s: an error changes the details:\n%s", tt.name, diff)
		}
	}
}
