//go:build browser

package browsertest_test

import (
	"flag"
	"os"
	"testing"
)

var axe = flag.String("axe", "", "file with axe-core, axe.min.js, as make browser installs it")

// checkAccessible wants axe-core to find nothing serious.
//
// https://github.com/dequelabs/axe-core
func checkAccessible(t *testing.T, p *tab) {
	t.Helper()
	if *axe == "" {
		t.Fatal("no axe-core: give its file with -args -axe FILE, as make browser does")
	}
	source, err := os.ReadFile(*axe)
	if err != nil {
		t.Fatalf("read axe-core: %v", err)
	}
	p.eval(t, string(source), nil)
	var found struct {
		Passed     int
		Violations []struct {
			ID, Impact, Help string
			Nodes            []struct{ HTML, FailureSummary string }
		}
	}
	p.eval(t, `(async () => {
		document.querySelectorAll("details").forEach(d => d.open = true);
		const found = await axe.run(document, {resultTypes: ["violations"]});
		document.querySelectorAll("details").forEach(d => d.open = false);
		return {Passed: found.passes.length, Violations: found.violations.map(v => (
			{ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => ({HTML: n.html, FailureSummary: n.failureSummary}))}))};
	})()`, &found)
	if found.Passed < 5 {
		t.Errorf("axe-core passed %d rules, want a page that it could look at", found.Passed)
	}
	for _, v := range found.Violations {
		t.Errorf("axe-core: %s, %s: %s: %+v", v.ID, v.Impact, v.Help, v.Nodes)
	}
}
