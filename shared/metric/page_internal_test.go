package metric

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/buildinfo"
)

// TestFamilies puts the pages of two functions together as Prometheus wants one: each
// name once, with what is said of it, and whose each sample is.
func TestFamilies(t *testing.T) {
	t.Parallel()
	all := newFamilies()
	all.add(`# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{action="A b"} 1
wrong_tokens_total 2
# TYPE took_seconds histogram
took_seconds_bucket{le="1"} 3
took_seconds_sum 4
took_seconds_count 3
took 5
`, "one")
	all.add(`# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{action="A b"} 6
wrong_tokens_total 7
`, "two")
	all.add("up 1\n", "")
	want := `# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{function="one",action="A b"} 1
calls_total{function="two",action="A b"} 6
wrong_tokens_total{function="one"} 2
wrong_tokens_total{function="two"} 7
# TYPE took_seconds histogram
took_seconds_bucket{function="one",le="1"} 3
took_seconds_sum{function="one"} 4
took_seconds_count{function="one"} 3
took{function="one"} 5
up 1
`
	if diff := cmp.Diff(want, all.text()); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

func TestWritePage(t *testing.T) {
	t.Parallel()
	m := New()
	m.CountWrongToken()
	build := buildPage(buildinfo.Read())
	for function, want := range map[string]string{
		"":       "signalbox_wrong_tokens_total 1\n" + build,
		"alerts": `signalbox_wrong_tokens_total{function="alerts"} 1` + "\n" + build,
	} {
		var page strings.Builder
		WritePage(&page, Source{Function: function, Meter: m})
		if diff := cmp.Diff(want, page.String()); diff != "" {
			t.Errorf("page of %q (-want +got):\n%s", function, diff)
		}
	}
}
