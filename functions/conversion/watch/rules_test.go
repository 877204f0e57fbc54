package watch_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/route"
)

// TestRulesOfRoutes holds that routes know the rules that there are. reports is about the
// reports to Alibaba, which the watch does not see.
func TestRulesOfRoutes(t *testing.T) {
	t.Parallel()
	want := []string{watch.RateName, watch.PumpingName, watch.SilenceName, "reports"}
	if diff := cmp.Diff(want, route.Rules(route.OTPs)); diff != "" {
		t.Errorf("rules (-are +routes know):\n%s", diff)
	}
}
