package quota_test

import (
	"slices"
	"testing"
	"time"

	"signalbox/shared/quota"
)

// TestNoBurstAfterAHint has Alibaba ask to wait while callers wait in all
// processes.
func TestNoBurstAfterAHint(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		start := time.Now()
		time.AfterFunc(time.Second, func() { processes[0].Throttled(t.Context(), "A", 3*time.Second) })
		grants, failed := come(t.Context(), processes, 60, time.Minute)
		t.Log("took", time.Since(start))
		if failed > 0 {
			t.Errorf("%d callers of a minute were refused", failed)
		}
		// What other processes have booked when the hint comes is not called back.
		after := slices.IndexFunc(grants, func(at time.Duration) bool { return at > 1200*time.Millisecond })
		if first := grants[after]; first < 4*time.Second || first > 4250*time.Millisecond {
			t.Errorf("first permit after the hint at %v, want 4s", first)
		}
		for i, at := range grants[after+1:] {
			if gap := at - grants[after+i]; gap < 49*time.Millisecond {
				t.Errorf("permits at %v and %v, want the pace", grants[after+i], at)
			}
		}
	})
}

func TestHintIsCapped(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		processes[0].Throttled(t.Context(), "A", time.Hour)
		start := time.Now()
		if err := processes[0].Wait(t.Context(), "A"); err != nil || time.Since(start) > 61*time.Second {
			t.Errorf("Wait after a hint of an hour = %v after %v, want nil after a minute", err, time.Since(start))
		}
	})
}

// TestThrottledAtLowTraffic has one call refused that was alone in its second.
func TestThrottledAtLowTraffic(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		if err := processes[0].Wait(t.Context(), "A"); err != nil {
			t.Fatal(err)
		}
		processes[0].Throttled(t.Context(), "A", 0)
		if grants, _ := come(t.Context(), processes, 41, time.Hour); grants[40] > 2250*time.Millisecond {
			t.Errorf("41 permits in %v after one refusal, want about 19 a second", grants[40])
		}
	})
}
