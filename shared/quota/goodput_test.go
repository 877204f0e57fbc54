package quota_test

import (
	"testing"
	"testing/synctest"
	"time"

	"signalbox/internal/testsize"
)

// permits is how many calls a quota of 20 a second allows in a span.
func permits(span time.Duration) float64 { return 0.995 * 20 * span.Seconds() }

// TestGoodputUnderOverload offers more than the quota, half of it by callers of
// 20 s and half of 2 s.
func TestGoodputUnderOverload(t *testing.T) {
	t.Parallel()
	const patient, hasty = 20 * time.Second, 2 * time.Second
	loads := []struct {
		name string
		load load
	}{
		{"three times the quota", load{perSecond: 60, span: 45 * time.Second}},
		{"a little more than the quota", load{perSecond: 21, span: testsize.Of(2*time.Minute, 10*time.Minute)}},
	}
	for _, fleet := range fleets {
		for _, l := range loads {
			t.Run(fleet.name+", "+l.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					l.load.deadlines, l.load.upstream = []time.Duration{patient, hasty}, 100*time.Millisecond
					o := l.load.run(t.Context(), fleet.open(t, 20))
					goodput := float64(o.all()) / permits(l.load.span)
					t.Logf("goodput %.3f of the quota, p99 %v and %v, answered %d and %d, unread %d", goodput,
						o.p99(patient), o.p99(hasty), len(o.answered[patient]), len(o.answered[hasty]), o.unread)
					if goodput < 0.95 {
						t.Errorf("%.3f of the quota ended in an answer that was read, want 0.95", goodput)
					}
					for _, deadline := range l.load.deadlines {
						if p99 := o.p99(deadline); p99 > deadline/2 {
							t.Errorf("p99 of callers with %v is %v, want under half", deadline, p99)
						}
					}
					if share := float64(len(o.answered[hasty])) / float64(o.all()); share < 0.4 {
						t.Errorf("callers with 2s have %.2f of the answers, want a like share", share)
					}
				})
			})
		}
	}
}

// TestHangUps has half of the callers leave after 300 ms.
func TestHangUps(t *testing.T) {
	t.Parallel()
	for _, fleet := range fleets {
		t.Run(fleet.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := load{perSecond: 60, span: time.Minute, deadlines: []time.Duration{20 * time.Second}, hangUp: 300 * time.Millisecond, upstream: 100 * time.Millisecond}
				o := l.run(t.Context(), fleet.open(t, 20))
				share := float64(o.all()) / permits(l.span)
				t.Logf("%.3f of the permits went to callers that were there at the answer; %d calls were not read, p99 %v", share, o.unread, o.p99(20*time.Second))
				if share < 0.97 {
					t.Errorf("%.3f of the permits went to callers that were there at the answer, want 0.97", share)
				}
			})
		})
	}
}
