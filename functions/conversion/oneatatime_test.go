package conversion_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/window"
)

// slow are windows that take 3 s to be read.
type slow struct {
	*simulated

	mu        sync.Mutex
	now, most int
}

func (s *slow) Windows(context.Context, time.Time, time.Time) ([]window.Window, error) {
	s.add(1)
	defer s.add(-1)
	time.Sleep(3 * time.Second)
	return nil, nil
}

func (s *slow) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += n
	s.most = max(s.most, s.now)
}

// TestManyReaders has a dozen people look at once: the windows are read once at a time, and
// who would wait for too long is told when to come again.
func TestManyReaders(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/otp?hours=1", "/otp-windows?by=prefix"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				windows := &slow{simulated: new(simulated)}
				p := newPages(t, 0, func(c *conversion.Config) { c.Windows = windows })
				began := time.Now()
				var all sync.WaitGroup
				var mu sync.Mutex
				statuses := make(map[int]int)
				for range 12 {
					all.Go(func() {
						got := look(t, p, "GET", target, "Authorization", "Bearer "+token, "Accept", "application/json")
						mu.Lock()
						defer mu.Unlock()
						statuses[got.Code]++
						if got.Code != http.StatusOK && (got.Header().Get("Retry-After") != "10" || !strings.Contains(got.Body.String(), ":too-many-readers")) {
							t.Errorf("%d, %v, %s", got.Code, got.Header(), got.Body)
						}
					})
				}
				all.Wait()
				if windows.most != 1 || statuses[http.StatusOK] != 7 || statuses[http.StatusServiceUnavailable] != 5 {
					t.Errorf("%d read at once, answers %v, want 1, and 7 of them in 20 s", windows.most, statuses)
				}
				if took := time.Since(began); took > 25*time.Second {
					t.Errorf("the last answer came after %s", took)
				}
			})
		})
	}
}
