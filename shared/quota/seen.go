package quota

import "time"

// seen is what this process has seen of the timeline and of its own share in it.
type seen struct {
	step time.Duration
	next time.Time // this process's next permit, about

	// These are the account's, and not of a share that this process kept to by itself.
	known time.Time     // its next free permit, at the least
	apart time.Duration // its step

	last     time.Time     // permit of this process
	behind   bool          // there were callers left when it was booked
	interval time.Duration // between two of its permits
	measured time.Time     // when that was
}

// account returns how far ahead the account's timeline is at the least, and its step;
// zero where that was not seen lately.
func (s *seen) account(now time.Time) (known, step time.Duration) {
	if s.known.IsZero() || now.Sub(s.known) > time.Second {
		return 0, 0
	}
	return max(0, s.known.Sub(now)), s.apart
}

// granted takes note of what the engine, asked at sent, answered at now.
func (s *seen) granted(r request, g grant, sent, now time.Time) {
	s.step, s.next = g.step, now.Add(g.next)
	if !g.alone {
		s.known, s.apart = sent.Add(g.next), g.step
	}
	if again := g.again[foreground]; again > 0 {
		next := max(g.next, again+r.ahead())
		s.next = now.Add(next)
		before := int64((next - g.next) / apart(g.step)) // processes
		s.atLeast(g.step*time.Duration(1+before), now)
	}
	if n := g.reserved + g.permits; n > 0 {
		last := now.Add(g.first + time.Duration(n-1)*g.step)
		if s.behind {
			s.measure(last.Sub(s.last)/time.Duration(n), now)
		}
		s.last, s.behind = last, n < r.want[foreground]+r.want[background]
	}
}

// atLeast takes note of the line of processes that are to ask before this one.
func (s *seen) atLeast(interval time.Duration, now time.Time) {
	if now.Sub(s.measured) > recent {
		s.interval = 0
	}
	s.interval, s.measured = max(s.interval, interval), now
}

// measure takes note of how far apart this process's permits are.
func (s *seen) measure(interval time.Duration, now time.Time) {
	if now.Sub(s.measured) > recent {
		s.interval = s.step
	}
	s.interval += (interval - s.interval) / 4
	s.measured = now
}

// closed takes note that there is no permit before next.
func (s *seen) closed(next time.Time) {
	s.known, s.next = next, next
}

// permits returns when this process's next permit comes, and how far apart they are.
func (s *seen) permits(now time.Time) (next time.Time, interval time.Duration) {
	if now.Sub(s.measured) > recent {
		return s.next, s.step
	}
	return s.next, max(s.step, s.interval)
}
