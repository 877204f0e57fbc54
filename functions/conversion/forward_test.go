package conversion_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/event"
)

// refused is a report that is good enough for us and not for the fake, which
// takes any time before 2001-09-09 for one in seconds.
const refused = `{"conversionRate":0.53,"reportTime":999999999999}`

func TestBusinessFailure(t *testing.T) {
	t.Parallel()
	function, cloud, _ := setup(t)
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
				function, cloud, _ := setup(t)
				tt.fault.Count = -1
				cloud.Inject(tt.fault)
				got := post(t, function, "application/json", strings.NewReader(`{"conversionRate":0.53,"reportTime":1349055900000}`))
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
		function, cloud, _ := setup(t)
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

func TestBatch(t *testing.T) {
	t.Parallel()
	function, cloud, logs := setup(t)
	failed := function.Batch(t.Context(), []event.Message{
		{ID: "good-1", Body: []byte(`{"conversionRate":0.53}`)},
		{ID: "bad-json", Body: []byte(`{"conversionRate":`)},
		{ID: "good-2", Body: []byte(`{"verified":1,"requested":4}`)},
		{ID: "refused", Body: []byte(refused)},
	})
	if diff := cmp.Diff([]string{"bad-json", "refused"}, failed); diff != "" {
		t.Errorf("failed messages (-want +got):\n%s", diff)
	}
	var rates []string
	for _, c := range cloud.Conversions() {
		rates = append(rates, c.Rate)
	}
	if diff := cmp.Diff([]string{"0.53", "0.25"}, rates); diff != "" {
		t.Errorf("rates at the fake (-want +got):\n%s", diff)
	}
	for id, want := range map[string]int{"good-1": 0, "bad-json": 1, "good-2": 0, "refused": 1} {
		if got := strings.Count(logs.String(), `"message_id":"`+id+`"`); got != want {
			t.Errorf("message %s is logged %d times, want %d", id, got, want)
		}
	}
}
