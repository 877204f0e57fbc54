package alerts

import (
	"strings"
	"testing"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
)

func settings(percent, days []int) rule.Settings {
	return rule.Defaults().With(rule.Usage{Percent: percent}, rule.Expiry{Days: days})
}

func TestFiltersOf(t *testing.T) {
	t.Parallel()
	usual := settings([]int{80, 90, 100}, []int{30, 14})
	tests := []struct {
		name    string
		give    rule.Policy
		want    fleet.Filters
		refusal string
	}{
		{"usual", rule.Policy{Default: usual}, fleet.Filters{ExpiryDays: 30, RestPercent: 20}, ""},
		{"90 and above", rule.Policy{Default: settings([]int{95, 90}, []int{7})}, fleet.Filters{ExpiryDays: 7, RestPercent: 10}, ""},
		{"between two filters", rule.Policy{Default: settings([]int{89}, nil)}, fleet.Filters{RestPercent: 20}, ""},
		{"70", rule.Policy{Default: settings([]int{70}, nil)}, fleet.Filters{RestPercent: 30}, ""},
		{"expiry only", rule.Policy{Default: settings(nil, []int{3})}, fleet.Filters{ExpiryDays: 3}, ""},
		{"the override's ladders", overridden(usual, 75), fleet.Filters{ExpiryDays: 60, RestPercent: 30}, ""},
		{"below 70", rule.Policy{Default: settings([]int{69, 90}, []int{3})}, fleet.Filters{}, "usage alerts begin at 69%"},
		{"an override below 70", overridden(usual, 50), fleet.Filters{}, "usage alerts begin at 50%"},
		{"nothing to filter by", rule.Policy{}, fleet.Filters{}, "neither expiry nor usage"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := filtersOf(test.give)
			refused := err != nil && test.refusal != "" && strings.Contains(err.Error(), test.refusal)
			if got != test.want || refused != (test.refusal != "") || err != nil && !refused {
				t.Errorf("filtersOf(%+v) = %+v, %v; want %+v, %q", test.give, got, err, test.want, test.refusal)
			}
		})
	}
}

// overridden has settings of some cards beside the default.
func overridden(usual rule.Settings, percent int) rule.Policy {
	return rule.Policy{Default: usual, Overrides: []rule.Override{{Settings: settings([]int{percent}, []int{60})}}}
}
