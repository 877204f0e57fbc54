package alerts_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestManyExplanations has a few hundred people ask for explanations at once: they are given
// one after the other, so that a sweep keeps its quota, and who would wait for too long is
// told when to come again.
func TestManyExplanations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 400, withToken)
		sweep := func() time.Duration {
			began := time.Now()
			f.sweep(t)
			return time.Since(began)
		}
		sweep()
		alone := sweep()
		var all sync.WaitGroup
		var mu sync.Mutex
		statuses := make(map[int]int)
		for n := range 700 {
			all.Go(func() {
				got := f.call(t, http.MethodGet, "/explain/"+f.cloud.ICCID(n%400), "", nil)
				mu.Lock()
				defer mu.Unlock()
				statuses[got.Code]++
				if got.Code == http.StatusServiceUnavailable && (got.Header().Get("Retry-After") != "10" || !strings.Contains(got.Body.String(), ":too-many-readers")) {
					t.Errorf("%v, %s", got.Header(), got.Body)
				}
			})
		}
		time.Sleep(time.Second)
		if beside := sweep(); beside > 3*alone+time.Second {
			t.Errorf("a sweep took %s beside the explanations, and %s alone", beside, alone)
		}
		all.Wait()
		answered := statuses[http.StatusOK]
		if answered < 380 || answered > 400 || statuses[http.StatusServiceUnavailable] != 700-answered {
			t.Errorf("answers %v, want nearly the 400 explanations of 20 s, 20 a second, and for all others that they are too many", statuses)
		}
	})
}
