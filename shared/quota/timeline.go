package quota

import "time"

const (
	// lookahead is how far ahead of its time a permit is booked.
	lookahead = 200 * time.Millisecond
	// longestHint is the longest that Alibaba's wish to wait counts.
	longestHint = time.Minute
	// floor is the part of the pace that the background keeps.
	floor = 0.05
	// grace is how long after the time at which a process was to ask again its
	// callers count as waiting: it may be late, or its question under way.
	grace = 100 * time.Millisecond
	// crowd is how long the line of processes that are to ask again gets, in
	// time. More than fit into it ask at the same time.
	crowd = 500 * time.Millisecond
	// closest is how near to one another they ask at high paces: each then books
	// several permits.
	closest = 10 * time.Millisecond
)

// request is what a process asks for.
type request struct {
	want   [classes]int  // permits
	waited time.Duration // by the first of the foreground
	// known is how far ahead the timeline was by what this process has seen of
	// it, and step its step; zero where it has seen nothing lately.
	known, step time.Duration
}

// ahead is how far ahead of its time a permit is booked in the foreground: the
// further, the longer the caller has waited, so that of several processes the one
// whose callers have waited longest comes first.
func (r request) ahead() time.Duration { return min(lookahead, lookahead/4+r.waited/3) }

// until is in how long a permit that comes in next is no further ahead than that.
func (r request) until(next time.Duration) time.Duration {
	return max(next-lookahead, (next-r.ahead())*3/4+1)
}

// grant is what a process gets: permits a step apart, the reserved ones first,
// then those of the foreground. Times are from now.
type grant struct {
	reserved int // for the background alone
	permits  int // the others
	first    time.Duration
	step     time.Duration
	next     time.Duration          // when the next permit is free
	again    [classes]time.Duration // when to ask for the rest; zero: there is none
	alone    bool                   // of this process's share: it says nothing of the account
}

// timeline is when permits of one action are free. Times are since the engine
// began. timeline.lua and book.lua do the same sums for all instances at once.
type timeline struct {
	pace   pace
	next   time.Duration          // when the next permit is free
	closed time.Duration          // until when Alibaba asked to wait
	asked  [classes]time.Duration // the last time at which a process is to ask again
	wanted time.Duration          // until when callers in the foreground count as waiting
	floor  time.Duration          // when the background's next reserved permit is free
}

// book gives out the permits that r wants as far as they come within the
// lookahead. In the background that is shorter and only while nobody in the
// foreground waits, but for the floor.
func (t *timeline) book(now time.Duration, r request) grant {
	step := t.step(now)
	t.clamp(now, step, r.known)
	g := grant{first: max(0, t.next-now), step: step}
	if t.floor <= now && r.want[background] > 0 && (r.want[foreground] > 0 || t.wanted > now) {
		g.reserved = t.take(now, step, 1, lookahead+step)
		t.floor = max(t.floor, now-step) + time.Duration(g.reserved)*reservedStep(step)
	}
	ahead := r.ahead()
	g.permits = t.take(now, step, r.want[foreground], ahead)
	// The next of its callers need not ask before either.
	if r.want[foreground] > 0 && t.next > now+lookahead/4 {
		g.again[foreground] = t.askAgain(now, step, foreground, now+r.until(t.next-now))
	}
	if g.permits < r.want[foreground] {
		t.wanted = now + g.again[foreground] + grace
	}
	rest := r.want[background] - g.reserved
	if t.wanted <= now {
		n := t.take(now, step, rest, lookahead/2)
		g.permits, rest = g.permits+n, rest-n
	}
	if rest > 0 {
		g.again[background] = t.askAgain(now, step, background, t.next-lookahead/2)
		if t.wanted > now {
			g.again[background] = max(g.again[background], min(t.wanted, t.floor)-now)
		}
	}
	g.next = t.next - now
	return g
}

// take books up to n permits that come within ahead, and returns how many.
func (t *timeline) take(now, step time.Duration, n int, ahead time.Duration) int {
	first := max(now, t.next)
	if n <= 0 || first > now+ahead {
		return 0
	}
	n = int(min(int64(n), int64((now+ahead-first)/step)+1))
	t.next = first + time.Duration(n)*step
	t.pace.permits.add(first, float64(n))
	return n
}

// askAgain returns in how long a process is to ask again: when the next permit is
// due to be booked, and a little less than a step after the process before it.
// Less, so that a process that does not come costs no permit.
func (t *timeline) askAgain(now, step time.Duration, c class, due time.Duration) time.Duration {
	due = max(due, now+time.Millisecond)
	t.asked[c] = min(max(due, t.asked[c]+apart(step)), due+crowd)
	return t.asked[c] - now
}

// throttled slows down, and moves the timeline where Alibaba asked to wait.
func (t *timeline) throttled(now, retryAfter time.Duration) (next time.Duration) {
	t.clamp(now, t.step(now), 0)
	t.pace.throttled(now)
	if retryAfter > 0 {
		t.closed = max(t.closed, now+min(retryAfter, longestHint))
		t.next = max(t.next, t.closed)
	}
	return t.next - now
}

// clamp holds what was kept within what it can be at now.
func (t *timeline) clamp(now, step, known time.Duration) {
	latest := now + lookahead + 3*step
	if t.closed > now+longestHint {
		t.closed = 0
	}
	t.next = max(min(t.next, max(latest, t.closed)), now+min(known, longestHint))
	if t.next > latest {
		t.closed = t.next
	}
	t.wanted = min(t.wanted, max(now, t.next)+crowd+grace)
	t.floor = min(t.floor, now+reservedStep(step))
}

func (t *timeline) step(now time.Duration) time.Duration {
	return max(1, time.Duration(float64(time.Second)/t.pace.at(now)))
}

// apart is how far apart processes are to ask.
func apart(step time.Duration) time.Duration { return max(step, closest) * 4 / 5 }

// reservedStep is from one reserved permit to the next.
func reservedStep(step time.Duration) time.Duration {
	return time.Duration(float64(step) / floor)
}
