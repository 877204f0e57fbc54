package watch_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/watch"
)

// TestDetails has details of each rule be the same after they were stored.
func TestDetails(t *testing.T) {
	t.Parallel()
	n := int64(300)
	for _, value := range []watch.Typed{
		nil,
		watch.RateDetails{Part: watch.Part{All: true, Requested: 900, Verified: 300, UsualRate: 0.7}, Minutes: 15, Floor: 0.5, More: 1, Parts: []watch.Part{
			{Country: "SG", Prefix: "+658123", Requested: 412, Verified: 12, UsualRate: 0.71, UsualRequested: &n, Missing: 280},
		}},
		watch.PumpingDetails{Part: watch.Part{Country: "PK", Requested: 900, TooMany: 890}, Minutes: 5, New: true},
		watch.SilenceDetails{Since: monday, UsualRequested: 99},
	} {
		d := watch.Details{Value: value}
		encoded, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var got watch.Details
		if err := json.Unmarshal(encoded, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", encoded, diff)
		}
	}
	for _, text := range []string{`[]`, `{"rule":"expiry"}`, `{"details":{}}`, `{"rule":"rate","details":[]}`} {
		if err := json.Unmarshal([]byte(text), new(watch.Details)); err == nil {
			t.Errorf("Unmarshal(%s) = nil, want an error", text)
		}
	}
	if rate := (watch.Part{Requested: 4, Verified: 1}).Rate(); rate != 0.25 {
		t.Errorf("Rate of 1 of 4 = %v", rate)
	}
	if rate := (watch.Part{}).Rate(); rate != 0 {
		t.Errorf("Rate of none = %v", rate)
	}
}
