package cardflow_test

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

const action = "GetCardFlowInfo"

// dateList returns DateList.1, DateList.2 and so on of a call, in order.
func dateList(t *testing.T, call aliyuntest.Call) []string {
	t.Helper()
	var months []string
	for _, name := range slices.Sorted(maps.Keys(call.Params)) {
		if index, ok := strings.CutPrefix(name, "DateList"); ok {
			if index != "."+strconv.Itoa(len(months)+1) {
				t.Fatalf("parameter %s comes after %d months", name, len(months))
			}
			months = append(months, call.Params.Get(name))
		}
	}
	return months
}

func TestMonths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, query string
		want        []string // as they arrive at the fake
		field       string   // of the refusal
	}{
		{"none", "", nil, ""},
		{"one", "?month=202110", []string{"202110"}, ""},
		{"repeated", "?month=202110&month=202111", []string{"202110", "202111"}, ""},
		{"joined", "?month=202111,202110", []string{"202111", "202110"}, ""},
		{"joined and escaped", "?month=202111%2C202110", []string{"202111", "202110"}, ""},
		{"repeated and joined", "?month=202101,202102&month=202103", []string{"202101", "202102", "202103"}, ""},
		{
			"six", "?month=202101,202102,202103,202104,202105,202106",
			[]string{"202101", "202102", "202103", "202104", "202105", "202106"},
			"",
		},
		{
			"six, one of them repeated", "?month=202101,202102,202103,202104,202105,202106,202101",
			[]string{"202101", "202102", "202103", "202104", "202105", "202106"},
			"",
		},
		{"seven", "?month=202101,202102,202103,202104,202105,202106&month=202107", nil, "month"},
		{"with a hyphen", "?month=2021-10", nil, "month"},
		{"thirteenth", "?month=202113", nil, "month"},
		{"the second is wrong", "?month=202110,20211", nil, "month"},
		{"comma at the end", "?month=202110,", nil, "month"},
		{"empty", "?month=", nil, "month"},
		{"broken escape", "?month=%zz", nil, "month"},
		{"semicolon", "?month=202110;month=202111", nil, "month"},
		{"Alibaba's name", "?DateList.1=202110", nil, "DateList.1"},
		{"upper case", "?month=202110&Month=202111", nil, "Month"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cloud := aliyuntest.New(aliyuntest.Options{})
			got := get(t, newFunction(t, newSource(t, cloud, 20)), "/cards/"+cloud.ICCID(0)+"/flow"+tt.query)
			calls := cloud.Calls(action)
			if tt.field != "" {
				checkProblem(t, got, http.StatusBadRequest, "invalid-parameter", tt.field)
				if len(calls) != 0 {
					t.Errorf("%d calls of Alibaba, want none", len(calls))
				}
				return
			}
			if got.Code != http.StatusOK || len(calls) != 1 {
				t.Fatalf("answer = %d, %s after %d calls; want 200 after one", got.Code, got.Body, len(calls))
			}
			if diff := cmp.Diff(tt.want, dateList(t, calls[0])); diff != "" {
				t.Errorf("months at the fake (-want +got):\n%s", diff)
			}
			if id := calls[0].Params.Get("Iccid"); id != cloud.ICCID(0) {
				t.Errorf("Iccid at the fake = %s, want %s", id, cloud.ICCID(0))
			}
		})
	}
}

func TestMalformedICCID(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	function := newFunction(t, newSource(t, cloud, 20))
	for _, id := range []string{"1", "89860321******15668", "89860321%2F00015668", "8986032100000001566812345", "89860321%20000015668", "%EF%BC%98"} {
		checkProblem(t, get(t, function, "/cards/"+id+"/flow"), http.StatusBadRequest, "invalid-parameter", "iccid")
	}
	if calls := cloud.Calls(action); len(calls) != 0 {
		t.Errorf("%d calls of Alibaba, want none", len(calls))
	}
}

// TestUpstreamFailures waits out retries and timeouts in a bubble.
func TestUpstreamFailures(t *testing.T) {
	t.Parallel()
	always := func(f aliyuntest.Fault) func(*aliyuntest.Server) {
		f.Count = -1
		return func(cloud *aliyuntest.Server) { cloud.Inject(f) }
	}
	tests := []struct {
		name       string
		id         string // none: the third card's
		prepare    func(*aliyuntest.Server)
		status     int
		slug       string
		retryAfter string
	}{
		{"unknown card", sample, func(*aliyuntest.Server) {}, 404, "no-such-card", ""},
		{"destroyed card", "", func(cloud *aliyuntest.Server) {
			cloud.SetCard(cloud.ICCID(2), func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusDestroyed })
		}, 404, "no-such-card", ""},
		{"quota of others' making", "", func(cloud *aliyuntest.Server) { cloud.SetQPS(action, 0) }, 429, "quota-exhausted", "1"},
		{"throttled with a hint", "", always(aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: 4200 * time.Millisecond}), 429, "quota-exhausted", "5"},
		{"failing", "", always(aliyuntest.Fault{Kind: aliyuntest.Status500}), 502, "upstream-unavailable", ""},
		{"a proxy's page", "", always(aliyuntest.Fault{Kind: aliyuntest.HTML502}), 502, "upstream-unavailable", ""},
		{"half an answer", "", always(aliyuntest.Fault{Kind: aliyuntest.Truncated}), 502, "upstream-unavailable", ""},
		{"connection broken", "", always(aliyuntest.Fault{Kind: aliyuntest.Reset}), 502, "upstream-unavailable", ""},
		{"too slow", "", always(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute}), 504, "upstream-timeout", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := aliyuntest.New(aliyuntest.Options{})
				tt.prepare(cloud)
				id := tt.id
				if id == "" {
					id = cloud.ICCID(2)
				}
				start := time.Now()
				got := get(t, newFunction(t, newSource(t, cloud, 20)), "/cards/"+id+"/flow")
				checkProblem(t, got, tt.status, tt.slug, "")
				if wait := got.Header().Get("Retry-After"); wait != tt.retryAfter {
					t.Errorf("Retry-After = %q, want %q", wait, tt.retryAfter)
				}
				if took := time.Since(start); took > 20*time.Second {
					t.Errorf("the answer took %v, want 20s at most", took)
				}
			})
		})
	}
}

// TestOwnQuota leaves no permit before the lookup's deadline of 20 s.
func TestOwnQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := aliyuntest.New(aliyuntest.Options{})
		function := newFunction(t, newSource(t, cloud, 1.0/30))
		target := "/cards/" + cloud.ICCID(0) + "/flow"
		if got := get(t, function, target); got.Code != http.StatusOK {
			t.Fatalf("first lookup = %d, want 200", got.Code)
		}
		got := get(t, function, target)
		checkProblem(t, got, http.StatusTooManyRequests, "quota-exhausted", "")
		if wait := got.Header().Get("Retry-After"); wait != "31" {
			t.Errorf("Retry-After = %q, want 31: a permit every 30 s and a little", wait)
		}
		if calls := cloud.Calls(action); len(calls) != 1 {
			t.Errorf("%d calls of Alibaba, want one", len(calls))
		}
	})
}
