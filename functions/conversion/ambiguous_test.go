package conversion_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestAnswerLost has Alibaba take a report, and the answer get lost until the caller
// gives up. Sent again with the same key it says the same, though it has no time of its
// own; another body does not.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	event := `{"specversion":"1.0","source":"/s","id":"1","type":"t","data":` + rate53 + `}`
	for name, test := range map[string]struct{ media, body, key string }{
		"one":        {"application/json", rate53, "k"},
		"list":       {"application/json", `[` + rate53 + `]`, "k"},
		"CloudEvent": {"application/cloudevents+json", event, ""},
		"batch":      {"application/cloudevents-batch+json", `[` + event + `]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
				w.cloud.Draw(func(c aliyuntest.Call) aliyuntest.Fault {
					if c.Number <= 4 {
						return aliyuntest.Fault{Kind: aliyuntest.LostAnswer}
					}
					return aliyuntest.Fault{}
				})
				header := []string{"Content-Type", test.media}
				if test.key != "" {
					header = append(header, "Idempotency-Key", test.key)
				}
				first := time.Now().UnixMilli()
				ask(t, w, "POST", "/conversions", test.body, header...)
				time.Sleep(2 * time.Hour)
				for range 64 { // keys that can be used again are not forgotten
					run(t, w.Function)
					time.Sleep(time.Minute)
				}
				if got := ask(t, w, "POST", "/conversions", test.body, header...); got.Code != http.StatusOK {
					t.Errorf("again = %d, %s", got.Code, got.Body)
				}
				if diff := cmp.Diff([]string{fmt.Sprint(first, " 0.53")}, arrived(w.cloud)); diff != "" {
					t.Errorf("different reports at the fake (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestTimeOfItsOwn sends reports whose own times are those at which they come, by a
// clock that moves on whenever it is asked.
func TestTimeOfItsOwn(t *testing.T) {
	t.Parallel()
	var moved atomic.Int64
	start := time.Now().Add(-time.Minute)
	clock := func() time.Time { return start.Add(time.Duration(moved.Add(1)) * time.Millisecond) }
	w := newWorld(t, stores["file"](t), aliyuntest.Options{}, clock)
	var want []string
	for n := range 8 {
		at := clock().UnixMilli() + int64(n)
		want = append(want, fmt.Sprint(at, " 0.53"))
		body := fmt.Sprintf(`{"conversionRate":0.53,"reportTime":%d}`, at)
		if got := ask(t, w, "POST", "/conversions", body, "Idempotency-Key", strconv.Itoa(n)); got.Code != http.StatusOK {
			t.Errorf("report = %d, %s", got.Code, got.Body)
		}
	}
	slices.Sort(want)
	got := arrived(w.cloud)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports at the fake (-want +got):\n%s", diff)
	}
}
