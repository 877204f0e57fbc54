package prometheus_test

import (
	"log/slog"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func rulesOf(t *testing.T) []rulefmt.Rule {
	t.Helper()
	text, err := os.ReadFile(root + "/deploy/prometheus/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	groups, problems := rulefmt.Parse(text, false, model.LegacyValidation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var rules []rulefmt.Rule
	for _, g := range groups.Groups {
		rules = append(rules, g.Rules...)
	}
	return rules
}

// TestRules wants each to say what there is, and what to do.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range rulesOf(t) {
		if s := r.Labels["severity"]; s != "critical" && s != "warning" {
			t.Errorf("%s has the severity %q", r.Alert, s)
		}
		for _, name := range []string{"summary", "description", "action"} {
			if len(r.Annotations[name]) < 10 {
				t.Errorf("%s has no %s", r.Alert, name)
			}
		}
	}
}

// lasting is how long a scenario goes on, in steps.
const lasting = 240

// change is what a scenario makes of a series: its value n steps after the begin, and
// whether there is one.
type change func(n int, was float64) (value float64, there bool)

// grows adds so much at each step.
func grows(by float64) change {
	return func(n int, was float64) (float64, bool) { return was + by*float64(n), true }
}

func is(value float64) change { return func(int, float64) (float64, bool) { return value, true } }

func absent(int, float64) (float64, bool) { return 0, false }

// edit has a change happen to the series with a name and labels. Where there is none, it is
// made.
type edit struct {
	series string // as Prometheus writes it, without job and instance
	change change
}

// scenarios are what may happen, by the rule that fires then.
var scenarios = map[string][]edit{
	"SignalboxAbsent":     {{"", absent}},
	"SignalboxSweepLate":  {{`signalbox_sweep_last_success_timestamp_seconds{function="alerts"}`, is(float64(origin.Unix()))}},
	"SignalboxNeverSwept": {{`signalbox_sweep_last_success_timestamp_seconds{function="alerts"}`, absent}},
	"SignalboxRunsFail": {
		{`signalbox_run_duration_seconds_count{function="conversion",outcome="done"}`, is(7)},
		{`signalbox_run_duration_seconds_count{function="conversion",outcome="failed"}`, grows(0.1)},
	},
	"SignalboxCardsFail":   {{`signalbox_sweep_cards_failed{function="alerts"}`, is(20)}},
	"SignalboxLookupsFail": {{`signalbox_lookups_total{function="cardflow",outcome="failed"}`, grows(2)}},
	"SignalboxThrottled": {
		{`signalbox_upstream_call_duration_seconds_count{function="alerts",action="ListCardInfo",outcome="throttled"}`, grows(3)},
	},
	"SignalboxUpstreamFails": {
		{`signalbox_upstream_call_duration_seconds_count{function="alerts",action="ListCardInfo",outcome="timeout"}`, grows(3)},
	},
	"SignalboxCredentials": {
		{`signalbox_upstream_call_duration_seconds_count{function="alerts",action="ListCardInfo",outcome="denied"}`, grows(1)},
	},
	"SignalboxQuotaExhausted": {
		{`signalbox_upstream_calls_refused_total{function="cardflow",action="GetCardFlowInfo",reason="quota_exhausted"}`, grows(3)},
	},
	"SignalboxCircuitBreakerOpen": {{`signalbox_upstream_circuit_breaker_open{function="alerts",action="ListCardInfo"}`, is(1)}},
	"SignalboxNotificationsWait":  {{`signalbox_outbox_oldest_age_seconds{function="alerts",receiver="slack"}`, grows(60)}},
	"SignalboxDeadLetters":        {{`signalbox_notifications_total{function="alerts",receiver="slack",outcome="dead_letter"}`, grows(0.05)}},
	"SignalboxReportsLate":        {{`signalbox_conversion_reports_oldest_age_seconds{function="conversion"}`, grows(60)}},
	"SignalboxOTPEventsLate":      {{`signalbox_otp_events_total{function="conversion",outcome="late"}`, grows(1)}},
	"SignalboxStateUnavailable":   {{`signalbox_state_available{function="alerts"}`, is(0)}},
	"SignalboxRedisUnavailable":   {{`signalbox_redis_available{function="cardflow",use="quota"}`, is(0)}},
	"SignalboxErrors": {
		{`signalbox_http_request_duration_seconds_count{function="conversion",route="POST /conversions",status="503"}`, grows(3)},
	},
	"SignalboxTokensGuessed": {{`signalbox_unauthorized_requests_total{function="cardflow"}`, grows(20)}},
	"SignalboxHeartbeatFails": {
		{`signalbox_heartbeats_total{function="alerts",outcome="ok"}`, is(1)},
		{`signalbox_heartbeats_total{function="alerts",outcome="failed"}`, grows(0.1)},
	},
	"SignalboxBuildsMixed": {{`signalbox_build_info{version="v0.0.0-older",revision="older",goversion="go1.26.0"}`, is(1)}},
	"":                     {}, // all is well
}

// TestScenarios has each rule fire in its scenario, and in no other. What does not change
// is as the real pages have it.
func TestScenarios(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	for _, r := range rules {
		if _, ok := scenarios[r.Alert]; !ok {
			t.Errorf("no scenario makes %s fire", r.Alert)
		}
	}
	var healthy []series
	for _, p := range worldOf(t).scrapes[2] {
		if p.name == "serve" || p.name == "cardflow" {
			healthy = append(healthy, seriesOf(t, p)...)
		}
	}
	for name, edits := range scenarios {
		t.Run("scenario "+name, func(t *testing.T) {
			t.Parallel()
			var want []string
			if name != "" {
				want = []string{name}
			}
			if got := firing(t, rules, healthy, edits); !slices.Equal(got, want) {
				t.Errorf("%q fire, want %q", got, want)
			}
		})
	}
}

// firing are the rules that fire in the course of a scenario.
func firing(t *testing.T, rules []rulefmt.Rule, healthy []series, edits []edit) []string {
	t.Helper()
	s := newStorage(t)
	scripts := scriptsOf(t, healthy, edits)
	for n := range lasting {
		var all []series
		for _, one := range scripts {
			if value, there := one.change(n, one.value); there {
				all = append(all, series{one.labels, value})
			}
		}
		s.scrape(t, origin.Add(time.Duration(n)*step), all)
	}
	var names []string
	for _, r := range rules {
		for _, found := range s.query(t, r.Expr, origin, origin.Add((lasting-1)*step)) {
			at := make([]time.Time, len(found.Floats))
			for i, p := range found.Floats {
				at[i] = time.UnixMilli(p.T)
			}
			if lasts(at, time.Duration(r.For)) && !slices.Contains(names, r.Alert) {
				names = append(names, r.Alert)
			}
		}
	}
	sort.Strings(names)
	return names
}

// lasts reports whether an expression held at every step for so long.
func lasts(at []time.Time, long time.Duration) bool {
	since := 0
	for i := range at {
		if i > 0 && at[i].Sub(at[i-1]) > step {
			since = i
		}
		if at[i].Sub(at[since]) >= long {
			return true
		}
	}
	return false
}

// script is a series over the time of a scenario.
type script struct {
	series
	change change
}

// scriptsOf are the series of a scenario. In a healthy world sweeps go on, and nothing
// else changes.
func scriptsOf(t *testing.T, healthy []series, edits []edit) []script {
	t.Helper()
	var scripts []script
	for _, one := range healthy {
		s := script{one, grows(0)}
		if one.labels.Get("__name__") == "signalbox_sweep_last_success_timestamp_seconds" {
			s.change = func(n int, _ float64) (float64, bool) { return float64(origin.Unix() + int64(n*60) - 30), true }
		}
		scripts = append(scripts, s)
	}
	for _, e := range edits {
		found := false
		for i, s := range scripts {
			if e.series == "" || same(t, s.labels, e.series) {
				scripts[i].change, found = e.change, true
			}
		}
		if !found {
			b := labels.NewBuilder(parsed(t, e.series))
			scripts = append(scripts, script{series{b.Set("job", "signalbox").Set("instance", "made").Labels(), 0}, e.change})
		}
	}
	return scripts
}

func parsed(t *testing.T, text string) labels.Labels {
	t.Helper()
	l, err := parser.NewParser(parser.Options{}).ParseMetric(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return l
}

// same reports whether a series is one that was scraped.
func same(t *testing.T, l labels.Labels, text string) bool {
	t.Helper()
	return labels.Equal(labels.NewBuilder(l).Del("job", "instance").Labels(), parsed(t, text))
}

// TestScenariosAreReal wants what scenarios change to be defined, with those labels.
func TestScenariosAreReal(t *testing.T) {
	t.Parallel()
	for name, edits := range scenarios {
		for _, e := range edits {
			if e.series == "" {
				continue
			}
			l := parsed(t, e.series)
			full := l.Get("__name__")
			d, ok := definitionOf(strings.TrimSuffix(full, "_count"))
			if !ok {
				d, ok = definitionOf(full)
			}
			if !ok {
				t.Errorf("%s: %s is not defined", name, full)
				continue
			}
			want := slices.Clone(d.Labels)
			if !ofProcess(full) {
				want = append(want, "function")
			}
			for _, label := range want {
				if l.Get(label) == "" {
					t.Errorf("%s: %s lacks the label %s", name, e.series, label)
				}
			}
		}
	}
}
