package conversion_test

import (
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/store"
)

// TestRedisDown has Redis down for a minute of an hour, in which windows close and
// reports come. All windows are reported, in their order, and so is what was accepted.
func TestRedisDown(t *testing.T) {
	t.Parallel()
	var offset atomic.Int64
	start := time.Now().Truncate(5 * time.Minute)
	clock := func() time.Time { return start.Add(time.Duration(offset.Load())) }
	server := miniredis.RunT(t)
	w := newWorld(t, store.Config{RedisURL: "redis://" + server.Addr(), Account: "main", Namespace: "conversion"},
		aliyuntest.Options{Now: clock}, clock)
	w.Function = w.instance(t, clock, 1000, w.logs)
	w.cloud.SetQPS("ConversionData", 1000)
	var windows, accepted []string
	for minute := range 80 {
		offset.Store(int64(minute) * int64(time.Minute))
		server.SetTime(clock())
		down := minute == 30
		if down {
			server.Close()
		}
		if minute < 60 && minute%5 == 0 && !down {
			w.otp(t, clock(), 4, 1)
			windows = append(windows, strconv.FormatInt(clock().Add(5*time.Minute).UnixMilli(), 10)+" 0.25")
		}
		if minute < 60 {
			want := http.StatusAccepted
			if down {
				want = http.StatusServiceUnavailable
			} else {
				accepted = append(accepted, strconv.FormatInt(clock().UnixMilli(), 10)+" 0.5")
			}
			if got := ask(t, w, "POST", "/conversions", `{"conversionRate":0.5}`, "Prefer", "respond-async"); got.Code != want {
				t.Errorf("minute %d: %d, %s; want %d", minute, got.Code, got.Body, want)
			}
		}
		if report, err := tryRun(t, w.Function); (err != nil) != down {
			t.Errorf("minute %d: run = %+v, %v", minute, report, err)
		}
		if down {
			if err := server.Restart(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var gotWindows, gotAccepted []string
	for _, text := range arrived(w.cloud) {
		if slices.Contains(windows, text) {
			gotWindows = append(gotWindows, text)
		} else {
			gotAccepted = append(gotAccepted, text)
		}
	}
	if diff := cmp.Diff(windows, gotWindows); diff != "" {
		t.Errorf("windows in their order (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(accepted, gotAccepted); diff != "" {
		t.Errorf("what was accepted, in its order (-want +got):\n%s", diff)
	}
}
