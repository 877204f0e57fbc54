package quota

import "math"

// Pace returns how many permits a second an action has got lately, and false where nobody
// has asked for any.
func (a *actions) Pace(action string) (perSecond float64, known bool) {
	a.mu.Lock()
	q, ok := a.queues[action]
	a.mu.Unlock()
	if !ok {
		return 0, false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.seen.step <= 0 {
		return 0, false
	}
	return math.Round(100/q.seen.step.Seconds()) / 100, true // steps are of whole nanoseconds
}

// Shared returns false for known: there is nothing outside the process.
func (*Local) Shared() (available, known bool) { return false, false }

// Shared reports whether Redis keeps the quota, as far as the last call of it told.
func (r *Redis) Shared() (available, known bool) { return r.engine.link.last() }
