package prometheus_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"signalbox/shared/metric"
)

// TestPages holds the page of each executable against the definitions.
func TestPages(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, p := range worldOf(t).scrapes[2] {
		families, err := parse(p.text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", p.name, err, p.text)
		}
		for _, problem := range problems(families, p.text) {
			t.Errorf("%s: %s", p.name, problem)
		}
		for name := range families {
			seen[name] = true
		}
	}
	// The others need what does not happen here, such as Alibaba failing.
	for _, name := range []string{"signalbox_upstream_retries_total", "signalbox_upstream_calls_refused_total"} {
		seen[name] = true
	}
	for _, d := range metric.Definitions() {
		if !seen[d.Name] {
			t.Errorf("no page has %s", d.Name)
		}
	}
}

// TestHeartbeats wants a sweep of signalbox serve to have called the address.
func TestHeartbeats(t *testing.T) {
	t.Parallel()
	if w := worldOf(t); w.beats < 1 {
		t.Errorf("%d heartbeats", w.beats)
	}
}

// TestMistakesOnPages proves that the test above can complain.
func TestMistakesOnPages(t *testing.T) {
	t.Parallel()
	text := worldOf(t).scrapes[2][0].text
	for _, m := range [][2]string{
		{"# TYPE signalbox_lookups_total counter", "# TYPE signalbox_lookups_total gauge"},
		{"# HELP signalbox_fleet_cards Cards", "# HELP signalbox_fleet_cards Sheep"},
		{"# HELP signalbox_fleet_cards Cards", "# NOTE signalbox_fleet_cards Cards"},
		{`signalbox_lookups_total{function="cardflow",outcome="hit"}`, `signalbox_lookups_total{function="cardflow",iccid="x"}`},
		{`signalbox_lookups_total{function="cardflow",outcome="hit"}`, `signalbox_lookups_total{outcome="hit"}`},
		{`route="GET /cards/{iccid}/flow"`, `route="GET /cards/89860000000000000001/flow"`},
		{`outcome="hit"`, `outcome="signalbox-dev-token"`},
		{"signalbox_state_bytes", "signalbox_state_kilobytes"},
		{"signalbox_fleet_cards{", "signalbox_fleet_cards_count{"},
	} {
		spoilt := strings.ReplaceAll(text, m[0], m[1])
		families, err := parse(spoilt)
		if spoilt == text || err == nil && len(problems(families, spoilt)) == 0 {
			t.Errorf("%q in place of %q is no mistake", m[1], m[0])
		}
	}
}

func parse(text string) (map[string]*dto.MetricFamily, error) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	return parser.TextToMetricFamilies(strings.NewReader(text))
}

// problems are what is wrong with a page.
func problems(families map[string]*dto.MetricFamily, text string) (found []string) {
	linted, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		return []string{err.Error()}
	}
	for _, p := range linted {
		found = append(found, p.Metric+": "+p.Text)
	}
	for name, f := range families {
		d, ok := definitionOf(name)
		if !ok {
			found = append(found, name+" is not defined")
			continue
		}
		if !strings.EqualFold(f.GetType().String(), string(d.Kind)) || f.GetHelp() != d.Help {
			found = append(found, name+" is a "+f.GetType().String()+" with the help "+f.GetHelp())
		}
		if len(f.GetMetric()) > 100 {
			found = append(found, name+" has too many samples")
		}
		for _, m := range f.GetMetric() {
			found = append(found, labelProblems(d, m)...)
		}
	}
	return found
}

// ofProcess are the metrics that are no function's.
func ofProcess(name string) bool {
	return strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") || name == "signalbox_build_info"
}

// bounded are the values that a label may have: names, words, patterns of routes, statuses.
var bounded = regexp.MustCompile(`^(none|[A-Za-z][A-Za-z0-9_-]{0,39}|(GET|POST|OPTIONS) /[a-z/{}.-]*|[1-5][0-9][0-9]|go1\.[0-9.]+|\(devel\)|v?[0-9a-z.+-]{1,80})$`)

func labelProblems(d metric.Definition, m *dto.Metric) (found []string) {
	want := slices.Clone(d.Labels)
	if !ofProcess(d.Name) {
		want = append(want, "function")
	}
	var names []string
	for _, l := range m.GetLabel() {
		names = append(names, l.GetName())
		value := l.GetValue()
		if !bounded.MatchString(value) || strings.Contains(value, token) || regexp.MustCompile(`\d{10}`).MatchString(value) && d.Name != "signalbox_build_info" {
			found = append(found, d.Name+": "+l.GetName()+" is "+value)
		}
	}
	slices.Sort(want)
	slices.Sort(names)
	if !slices.Equal(want, names) {
		found = append(found, d.Name+" has the labels "+strings.Join(names, ", ")+", not "+strings.Join(want, ", "))
	}
	return found
}

func definitionOf(name string) (metric.Definition, bool) {
	at := slices.IndexFunc(metric.Definitions(), func(d metric.Definition) bool { return d.Name == name })
	if at < 0 {
		return metric.Definition{}, false
	}
	return metric.Definitions()[at], true
}
