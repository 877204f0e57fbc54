package prometheus_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"signalbox/shared/metric"
)

// dashboard is what this test reads of one.
type dashboard struct {
	Title      string
	Templating struct {
		List []struct{ Name string }
	}
	Panels []struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ X, Y, W, H int }
		Targets                  []struct{ Expr, RefID string }
	}
}

func dashboardOf(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile(root + "/deploy/grafana/signalbox.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// asGrafana puts values in the place of variables.
var asGrafana = strings.NewReplacer("$__rate_interval", "4m", "$job", "signalbox|other")

// TestPanels wants each query of each panel to return something of the world.
func TestPanels(t *testing.T) {
	t.Parallel()
	s, d, at := newStorage(t), dashboardOf(t), origin
	for _, pages := range worldOf(t).scrapes {
		at = at.Add(step)
		for _, p := range pages {
			s.scrape(t, at, seriesOf(t, p))
		}
	}
	ids, queries := make(map[int]bool), 0
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.Type != "row" && p.Description == "" {
			t.Errorf("panel %d, %q: want an id of its own, a title and a description", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			queries++
			expression := asGrafana.Replace(target.Expr)
			if strings.Contains(expression, "$") {
				t.Errorf("%s has a variable that nobody sets: %s", p.Title, expression)
			}
			if len(s.query(t, expression, at, at)) == 0 && !strings.Contains(expression, "upstream_retries") {
				t.Errorf("%s: nothing is returned by %s", p.Title, expression)
			}
		}
	}
	if queries < 20 {
		t.Errorf("the dashboard has %d queries", queries)
	}
	if len(s.query(t, `signalbox_no_such_metric`, at, at)) != 0 {
		t.Error("a query of nothing returns something")
	}
}

// TestPanelsDoNotOverlap looks at where they are.
func TestPanelsDoNotOverlap(t *testing.T) {
	t.Parallel()
	panels := dashboardOf(t).Panels
	for i, a := range panels {
		if a.GridPos.X+a.GridPos.W > 24 {
			t.Errorf("%s is too wide", a.Title)
		}
		for _, b := range panels[:i] {
			p, q := a.GridPos, b.GridPos
			if p.X < q.X+q.W && q.X < p.X+p.W && p.Y < q.Y+q.H && q.Y < p.Y+p.H {
				t.Errorf("%s is over %s", a.Title, b.Title)
			}
		}
	}
}

var named = regexp.MustCompile(`\b(signalbox|go|process)_[a-z_]+\b`)

// TestNames wants the dashboard, the rules and the document to name no metric that is not
// defined, and the document to name them all.
func TestNames(t *testing.T) {
	t.Parallel()
	defined := make(map[string]bool)
	for _, d := range metric.Definitions() {
		defined[d.Name] = true
		if d.Kind == metric.KindHistogram {
			defined[d.Name+"_sum"], defined[d.Name+"_count"], defined[d.Name+"_bucket"] = true, true, true
		}
	}
	for _, file := range []string{"deploy/grafana/signalbox.json", "deploy/prometheus/alerts.yaml"} {
		text, err := os.ReadFile(root + "/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range named.FindAllString(string(text), -1) {
			if !defined[name] {
				t.Errorf("%s names %s, which is not defined", file, name)
			}
		}
	}
	text, err := os.ReadFile(root + "/doc/config.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range metric.Definitions() {
		if strings.HasPrefix(d.Name, "signalbox_") && !strings.Contains(string(text), "`"+d.Name+"`") {
			t.Errorf("doc/config.md lacks %s", d.Name)
		}
	}
}
