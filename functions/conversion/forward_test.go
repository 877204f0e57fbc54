package conversion_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/conversion"
	"signalbox/shared/aliyun/aliyuntest"
)

// refusing returns a function and a report that is good enough for it and not for
// the fake, whose clock is behind.
func refusing(t *testing.T) (f *conversion.Function, cloud *aliyuntest.Server, logs *bytes.Buffer, body string) {
	t.Helper()
	f, cloud, logs = setupWith(t, aliyuntest.Options{Now: func() time.Time { return now.Add(-time.Minute) }}, func() time.Time { return now })
	return f, cloud, logs, `{"conversionRate":0.53,"reportTime":` + at(24*time.Hour) + `}`
}

func TestBusinessFailure(t *testing.T) {
	t.Parallel()
	function, cloud, _, refused := refusing(t)
	got := post(t, function, "application/json", strings.NewReader(refused))
	p := readProblem(t, got)
	if got.Code != http.StatusBadGateway || !strings.HasSuffix(p.Type, ":upstream-refused") || !strings.Contains(p.Detail, "INVALID_PARAMETERS") {
		t.Errorf("a refusal with HTTP 200 = %d, %+v; want 502 with INVALID_PARAMETERS", got.Code, p)
	}
	if calls := cloud.Calls(""); len(calls) != 1 {
		t.Errorf("%d calls of Alibaba, want one: trying again does not help", len(calls))
	}
}

func TestUpstreamFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fault  aliyuntest.Fault
		status int
	}{
		{"throttled", aliyuntest.Fault{Kind: aliyuntest.Throttle}, 429},
		{"failing", aliyuntest.Fault{Kind: aliyuntest.Unavailable503}, 502},
		{"too slow", aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute}, 504},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				function, cloud, _ := inBubble(t)
				tt.fault.Count = -1
				cloud.Inject(tt.fault)
				got := post(t, function, "application/json", strings.NewReader(`{"conversionRate":0.53}`))
				if got.Code != tt.status || (got.Header().Get("Retry-After") != "") != (tt.status == http.StatusTooManyRequests) {
					t.Errorf("answer = %d, %v; want %d, Retry-After with 429 alone", got.Code, got.Header(), tt.status)
				}
			})
		})
	}
}

// TestRetriesSayTheSame fails the first attempts of a report without a time.
func TestRetriesSayTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		function, cloud, _ := inBubble(t)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Status500, Count: 2})
		if got := post(t, function, "application/json", strings.NewReader(`{"verified":53,"requested":100}`)); got.Code != http.StatusOK {
			t.Fatalf("answer = %d, %s; want 200 after retries", got.Code, got.Body)
		}
		calls := cloud.Calls("ConversionData")
		if len(calls) != 3 {
			t.Fatalf("%d calls, want 3", len(calls))
		}
		for _, name := range []string{"ConversionRate", "ReportTime"} {
			if first, last := calls[0].Params.Get(name), calls[2].Params.Get(name); first == "" || first != last {
				t.Errorf("%s of the first and the last attempt = %q, %q; want the same", name, first, last)
			}
		}
	})
}
