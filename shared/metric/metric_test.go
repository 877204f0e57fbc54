package metric_test

import (
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/metric"
)

// counted is a meter with something of each kind.
func counted() *metric.Meter {
	m := metric.New()
	m.Observe(metric.UpstreamCallDuration, 30*time.Millisecond, "ListCardInfo", "ok")
	m.Observe(metric.UpstreamCallDuration, 25*time.Millisecond, "ListCardInfo", "ok")
	m.Observe(metric.UpstreamCallDuration, time.Minute, "ListCardInfo", "ok")
	m.Add(metric.UpstreamRetries, 2, "ListCardInfo")
	m.Add(metric.WrongTokens, 1)
	m.Set(metric.QuotaPace, 19.9, "ListCardInfo")
	return m
}

func TestPage(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	metric.WritePage(&page, metric.Source{Function: "cardflow", Meter: counted()}, metric.Source{Function: "alerts", Meter: metric.New()})
	ours, process, _ := strings.Cut(page.String(), "# HELP signalbox_build_info")
	want := `# HELP signalbox_unauthorized_requests_total Requests with a token that opens nothing.
# TYPE signalbox_unauthorized_requests_total counter
signalbox_unauthorized_requests_total{function="cardflow"} 1
signalbox_unauthorized_requests_total{function="alerts"} 0
# HELP signalbox_upstream_call_duration_seconds How long attempts of calls of Alibaba took, without the wait for a permit.
# TYPE signalbox_upstream_call_duration_seconds histogram
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="0.005"} 0
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="0.025"} 1
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="0.1"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="0.25"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="0.5"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="1"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="2.5"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="5"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="10"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="30"} 2
signalbox_upstream_call_duration_seconds_bucket{function="cardflow",action="ListCardInfo",outcome="ok",le="+Inf"} 3
signalbox_upstream_call_duration_seconds_sum{function="cardflow",action="ListCardInfo",outcome="ok"} 60.055
signalbox_upstream_call_duration_seconds_count{function="cardflow",action="ListCardInfo",outcome="ok"} 3
# HELP signalbox_upstream_retries_total Attempts of calls of Alibaba that were not the first of their call.
# TYPE signalbox_upstream_retries_total counter
signalbox_upstream_retries_total{function="cardflow",action="ListCardInfo"} 2
# HELP signalbox_quota_permits_per_second Permits a second that the quota gives the action at present: fewer than configured after Alibaba has throttled.
# TYPE signalbox_quota_permits_per_second gauge
signalbox_quota_permits_per_second{function="cardflow",action="ListCardInfo"} 19.9
`
	if diff := cmp.Diff(want, ours); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	named := []string{`goversion="` + runtime.Version() + `"} 1`, "\ngo_goroutines ", "\ngo_gc_cycles_total ", "\nprocess_start_time_seconds "}
	if runtime.GOOS == "linux" {
		named = append(named, "\nprocess_cpu_seconds_total ", "\nprocess_resident_memory_bytes ", "\nprocess_open_fds ", "\nprocess_max_fds ")
	}
	for _, want := range named {
		if strings.Count(process, want) != 1 {
			t.Errorf("the page has %q not once:\n%s", want, process)
		}
	}
}

// TestLabelsAreEscaped writes what a receiver's name or a route may hold.
func TestLabelsAreEscaped(t *testing.T) {
	t.Parallel()
	m := metric.New()
	m.Set(metric.OutboxNotifications, 1, "a\\b\"c\nd\xff")
	var page strings.Builder
	m.WritePrometheus(&page)
	if want := `{receiver="a\\b\"c\nd` + "�" + `"} 1`; !strings.Contains(page.String(), want) {
		t.Errorf("page lacks %s:\n%s", want, &page)
	}
}

// TestUnknownHasNoSample wants nothing said of what nobody knows.
func TestUnknownHasNoSample(t *testing.T) {
	t.Parallel()
	m := metric.New()
	m.Set(metric.StateAvailable, 1)
	m.Unset(metric.StateAvailable)
	var page strings.Builder
	m.WritePrometheus(&page)
	for _, name := range []string{"signalbox_state_available", "signalbox_incidents_open", "signalbox_fleet_cards"} {
		if strings.Contains(page.String(), name) {
			t.Errorf("page has %s, of which nothing is known:\n%s", name, &page)
		}
	}
}

// TestShown replaces what was shown, and forgets it in time.
func TestShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := metric.New()
		shown := func() string {
			var page strings.Builder
			m.WritePrometheus(&page)
			var lines []string
			for line := range strings.Lines(page.String()) {
				if strings.HasPrefix(line, "signalbox_incidents") || strings.HasPrefix(line, "signalbox_outbox") {
					lines = append(lines, strings.TrimPrefix(line, "signalbox_"))
				}
			}
			return strings.Join(lines, "")
		}
		open := func(n float64, rule string) metric.Sample {
			return metric.Sample{Gauge: metric.IncidentsOpen, Value: n, Labels: []string{rule, "critical"}}
		}
		m.Show("run", time.Hour, open(2, "usage"), open(1, "expiry"))
		m.Show("run", time.Hour, open(3, "usage"), metric.Sample{Gauge: metric.OutboxOldestAge, Since: time.Now(), Labels: []string{"slack"}})
		time.Sleep(10 * time.Minute)
		want := "incidents_open{rule=\"usage\",severity=\"critical\"} 3\noutbox_oldest_age_seconds{receiver=\"slack\"} 600\n"
		if got := shown(); got != want {
			t.Errorf("shown = %q, want %q", got, want)
		}
		time.Sleep(50 * time.Minute)
		if got := shown(); got != "" {
			t.Errorf("shown after an hour = %q, want nothing", got)
		}
		m.Show("run", time.Hour, open(1, "usage"))
		m.Forget("run")
		if got := shown(); got != "" {
			t.Errorf("shown although forgotten = %q", got)
		}
	})
}

func TestOnCollect(t *testing.T) {
	t.Parallel()
	m, asked := metric.New(), 0
	m.OnCollect(func() {
		asked++
		m.Set(metric.StateBytes, float64(asked))
	})
	var page strings.Builder
	for range 2 {
		page.Reset()
		m.WritePrometheus(&page)
	}
	if !strings.Contains(page.String(), "signalbox_state_bytes 2\n") {
		t.Errorf("page = %s, want what was collected for it", &page)
	}
}

// TestBound wants a mistake with labels to cost no more than so many samples.
func TestBound(t *testing.T) {
	t.Parallel()
	m := metric.New()
	for i := range 2000 {
		m.Add(metric.UpstreamRetries, 1, strings.Repeat("x", i))
	}
	var page strings.Builder
	m.WritePrometheus(&page)
	if n := strings.Count(page.String(), "\nsignalbox_upstream_retries_total{"); n != 501 || !strings.Contains(page.String(), `{action="other"} 1500`+"\n") {
		t.Errorf("%d samples, want 500 and one for all others", n)
	}
}

func TestWrongNumberOfLabels(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a sample without its labels is accepted")
		}
	}()
	metric.New().Add(metric.UpstreamRetries, 1)
}

func TestManyGoroutines(t *testing.T) {
	t.Parallel()
	m := metric.New()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			m.Add(metric.UpstreamRetries, 1, "A")
			m.Observe(metric.QuotaWait, time.Second, "A")
			m.WritePrometheus(&strings.Builder{})
		})
	}
	all.Wait()
	var page strings.Builder
	m.WritePrometheus(&page)
	for _, want := range []string{`retries_total{action="A"} 50`, `quota_wait_seconds_sum{action="A"} 50`, `quota_wait_seconds_count{action="A"} 50`} {
		if !strings.Contains(page.String(), want+"\n") {
			t.Errorf("page lacks %s:\n%s", want, &page)
		}
	}
}

// TestDefinitions wants each metric to be what its name says, beyond what promlint looks at.
func TestDefinitions(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, d := range metric.Definitions() {
		if seen[d.Name] {
			t.Errorf("%s is defined twice", d.Name)
		}
		seen[d.Name] = true
		if (d.Kind == metric.KindCounter) != strings.HasSuffix(d.Name, "_total") {
			t.Errorf("%s is a %s", d.Name, d.Kind)
		}
		if strings.HasSuffix(d.Name, "_seconds") != (d.Unit == metric.Seconds) && !strings.HasSuffix(d.Name, "seconds_total") {
			t.Errorf("%s is in %s", d.Name, d.Unit)
		}
		if strings.HasSuffix(d.Name, "_bytes") != (d.Unit == metric.Bytes) {
			t.Errorf("%s is in %s", d.Name, d.Unit)
		}
		if !strings.HasSuffix(d.Help, ".") || strings.TrimSpace(d.Help) != d.Help {
			t.Errorf("the help of %s is no sentence: %q", d.Name, d.Help)
		}
		last := math.Inf(-1)
		for _, b := range d.Buckets {
			if b <= last {
				t.Errorf("the buckets of %s do not ascend: %v", d.Name, d.Buckets)
			}
			last = b
		}
	}
	if len(seen) == 0 {
		t.Error("nothing is defined")
	}
}
