package aliyuntest

import (
	"cmp"
	"time"
)

// SetQPS changes the quota of an action, in calls per second; 0 refuses all.
func (s *Server) SetQPS(action string, qps int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.qps[action] = qps
}

// admit takes one call out of the action's quota. A refused call costs nothing.
func (s *Server) admit(a api) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, ok := s.qps[a.name]
	if !ok {
		limit = a.qps
	}
	now, accepted := s.options.Now(), windowOf(s.accepted, a.name)
	if accepted.count(now) >= limit {
		return false
	}
	accepted.add(now)
	return true
}

// window holds the times of the calls within the last second, oldest first.
type window struct{ times []time.Time }

func windowOf(windows map[string]*window, action string) *window {
	w := cmp.Or(windows[action], &window{})
	windows[action] = w
	return w
}

func (w *window) add(at time.Time) { w.times = append(w.times, at) }

// count returns the calls less than a second before now. It forgets the others.
func (w *window) count(now time.Time) int {
	for len(w.times) > 0 && now.Sub(w.times[0]) >= time.Second {
		w.times = w.times[1:]
	}
	return len(w.times)
}
