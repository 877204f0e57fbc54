package conversion_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// listAnswer is the answer to a list, as a caller reads it.
type listAnswer struct {
	Results []struct {
		Status, Key, RequestID string
		Problem                *struct {
			Type, Field, Detail string
			Status              int
		}
	}
}

// words says in a word what became of each item, with the status of its problem.
func (a listAnswer) words() []string {
	var words []string
	for _, r := range a.Results {
		word := r.Status
		if r.Problem != nil {
			word += " " + strconv.Itoa(r.Problem.Status)
		}
		words = append(words, word)
	}
	return words
}

func TestList(t *testing.T) {
	t.Parallel()
	const first = `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":{"conversionRate":0.4}}`
	changed := strings.Replace(first, "0.4", "0.5", 1)
	tests := []struct {
		name, media, body string
		want              []string
		rates             int
	}{
		{
			"array", "application/json", `[{"conversionRate":0.1},{"conversionRate":53},{"verified":1,"requested":4},{"typo":1},7]`,
			[]string{"forwarded", "refused 422", "forwarded", "refused 422", "refused 400"},
			2,
		},
		{
			"lines", "application/x-ndjson", "{\"conversionRate\":0.1}\n{\"conversionRate\":\n{\"conversionRate\":0.2}\n",
			[]string{"forwarded", "refused 400", "forwarded"},
			2,
		},
		{
			"CloudEvents, repeated and changed", "application/cloudevents-batch+json", `[` + first + `,` + first + `,` + changed + `]`,
			[]string{"forwarded", "duplicate", "refused 422"},
			1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachStore(t, func(t *testing.T, w *world) {
				t.Helper()
				answer := decoded[listAnswer](t, ask(t, w, "POST", "/conversions", tt.body, "Content-Type", tt.media), http.StatusOK)
				if diff := cmp.Diff(tt.want, answer.words()); diff != "" || len(rates(w.cloud)) != tt.rates {
					t.Errorf("%v at the fake; results (-want +got):\n%s", rates(w.cloud), diff)
				}
				for _, r := range answer.Results {
					if (r.Status == "forwarded" || r.Status == "duplicate") != (r.RequestID != "") {
						t.Errorf("result %+v: want Alibaba's request id where it was forwarded", r)
					}
				}
			})
		})
	}
}

// TestListAboveTheQuota has more items than permits come in time.
func TestListAboveTheQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, cloud, _ := inBubble(t)
		body := "[" + strings.Repeat(rate53+",", 999) + rate53 + "]"
		began := time.Now()
		got := ask(t, f, "POST", "/conversions", body)
		took, counts := time.Since(began), map[string]int{}
		for _, word := range decoded[listAnswer](t, got, http.StatusOK).words() {
			counts[word]++
		}
		n := len(rates(cloud))
		if counts["forwarded"] != n || n < 190 || counts["refused 429"] != 1000-n || cloud.MaxPerSecond("ConversionData") > 10 {
			t.Errorf("%v with %d at the fake; want about 200 forwarded and the rest 429", counts, n)
		}
		if took > 20*time.Second || got.Header().Get("Retry-After") == "" {
			t.Errorf("answered after %s, %v; want it within 20 s and with Retry-After", took, got.Header())
		}
	})
}

// TestListThatHangs has Alibaba not answer: the request is answered in time, item by
// item.
func TestListThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, cloud, _ := inBubble(t)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Hour, Count: -1})
		began := time.Now()
		answer := decoded[listAnswer](t, ask(t, f, "POST", "/conversions", "["+strings.Repeat(rate53+",", 99)+rate53+"]"), http.StatusOK)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("answered after %s, want 20 s at most", took)
		}
		for i, r := range answer.Results {
			if r.Status != "refused" || r.Problem == nil || r.Problem.Status != 504 && r.Problem.Status != 502 && r.Problem.Status != 429 {
				t.Errorf("item %d: %+v, want it refused with 429, 502 or 504", i, r)
			}
		}
	})
}

func TestListBounds(t *testing.T) {
	t.Parallel()
	f, cloud, _ := setup(t)
	got := ask(t, f, "POST", "/conversions", "["+strings.Repeat(rate53+",", 1000)+rate53+"]")
	if got.Code != http.StatusRequestEntityTooLarge || len(cloud.Calls("")) != 0 {
		t.Errorf("1,001 items = %d, %s; want 413 and no call", got.Code, got.Body)
	}
}

// TestRespondAsync has what comes wait, and the timer forward it.
func TestRespondAsync(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		t.Helper()
		const prefer, async = "Prefer", "respond-async"
		single := decoded[struct{ Status, Key string }](t, ask(t, w, "POST", "/conversions", rate53, prefer, async), http.StatusAccepted)
		got := ask(t, w, "POST", "/conversions", `[{"conversionRate":0.1},{"conversionRate":53},{"conversionRate":0.2}]`, prefer, async)
		list := decoded[listAnswer](t, got, http.StatusAccepted)
		if diff := cmp.Diff([]string{"accepted", "refused 422", "accepted"}, list.words()); diff != "" || single.Status != "accepted" {
			t.Errorf("%+v; results (-want +got):\n%s", single, diff)
		}
		if got.Header().Get("Preference-Applied") != async || len(rates(w.cloud)) != 0 {
			t.Errorf("answered with %v and %v at the fake; want the preference applied and nothing forwarded", got.Header(), rates(w.cloud))
		}
		keys := []string{single.Key, list.Results[0].Key, list.Results[2].Key}
		for _, key := range keys {
			if got := decoded[keyAnswer](t, ask(t, w, "GET", "/conversions/"+key, ""), http.StatusOK); got.Status != "accepted" {
				t.Errorf("GET /conversions/%s = %+v, want accepted", key, got)
			}
		}
		if report := run(t, w.Function); report.Forwarded != 3 || report.Waiting != 0 {
			t.Errorf("run = %+v, want 3 forwarded", report)
		}
		if diff := cmp.Diff([]string{"0.53", "0.1", "0.2"}, rates(w.cloud)); diff != "" {
			t.Errorf("at the fake (-want +got):\n%s", diff)
		}
		for i, key := range keys {
			got := decoded[keyAnswer](t, ask(t, w, "GET", "/conversions/"+key, ""), http.StatusOK)
			if got.Status != "forwarded" || got.RequestID != w.cloud.Conversions()[i].RequestID {
				t.Errorf("GET /conversions/%s = %+v, want it forwarded", key, got)
			}
		}
		event := []string{"Ce-Id", "1", "Ce-Source", "/otp", "Ce-Type", "t", "Ce-Specversion", "1.0"}
		ask(t, w, "POST", "/conversions", `{"conversionRate":0.3}`, event...)
		if got := decoded[keyAnswer](t, ask(t, w, "GET", "/conversions/%2Fotp%201", ""), http.StatusOK); got.Status != "forwarded" {
			t.Errorf("GET of a CloudEvent = %+v, want it forwarded", got)
		}
		if got := ask(t, w, "GET", "/conversions/unknown", ""); got.Code != http.StatusNotFound {
			t.Errorf("GET of an unknown key = %d, want 404", got.Code)
		}
	})
}

// keyAnswer is the answer to GET /conversions/{key}.
type keyAnswer struct {
	Status, RequestID, Reason string
	ConversionRate            float64
	ReportTime                int64
}
