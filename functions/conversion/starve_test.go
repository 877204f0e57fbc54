package conversion_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestWindowsFailAlone has many windows fail for days, each in a way that could as well
// be everybody's: those behind them are reported after half an hour, and the run says
// how many wait and why.
func TestWindowsFailAlone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  aliyuntest.Kind
		failed int
		why    string
	}{
		"more than are read at once": {aliyuntest.NonceUsed, 25, "stale (SignatureNonceUsed)"},
		"one that is throttled":      {aliyuntest.Throttle, 1, "throttled (Throttling.User)"},
		"one that is denied":         {aliyuntest.RAMDenied200, 1, "denied (RAM_PERMISSION_DENY)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
				time.Sleep(24 * time.Hour)
				const windows = 60
				begin := time.Now().Truncate(5 * time.Minute).Add(-windows * 5 * time.Minute)
				poisoned := make(map[string]bool)
				for n := range windows {
					at := begin.Add(time.Duration(n) * 5 * time.Minute)
					w.otp(t, at, 4, 1)
					if n < test.failed {
						poisoned[strconv.FormatInt(at.Add(5*time.Minute).UnixMilli(), 10)] = true
					}
				}
				w.cloud.Draw(func(c aliyuntest.Call) aliyuntest.Fault {
					if poisoned[c.Params.Get("ReportTime")] {
						return aliyuntest.Fault{Kind: test.fault}
					}
					return aliyuntest.Fault{}
				})
				time.Sleep(11 * time.Minute)
				if report := run(t, w.Function); report.Waiting != windows || report.Why != test.why {
					t.Errorf("first run = %+v, want all %d waiting, %s", report, windows, test.why)
				}
				for range 10 { // the circuit breaker opens meanwhile
					time.Sleep(31 * time.Minute)
					run(t, w.Function)
				}
				time.Sleep(time.Minute)
				report := run(t, w.Function)
				if got := len(arrived(w.cloud)); got != windows-test.failed || report.Waiting != test.failed || report.Why == "" {
					t.Errorf("%d of %d windows are reported, run = %+v; want all but %d", got, windows, report, test.failed)
				}
			})
		})
	}
}
