package quota

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// late is how late a permit may be used where the process could not run at its
	// time, or half a step if that is more. Later, it would be one call too many
	// for the second that has begun since.
	late = 25 * time.Millisecond
	// recent is how long what was seen of the others' calls is worth something.
	recent = 2 * time.Second
)

// engine keeps the timelines.
type engine interface {
	book(action string, r request) grant
	throttled(ctx context.Context, action string, retryAfter time.Duration) (next time.Duration)
}

// queue is who waits within this process for permits of one action.
type queue struct {
	engine engine
	action string

	mu      sync.Mutex
	waiting [classes][]*waiter
	booked  []permit // in the order of their times
	asking  bool     // the engine is being asked
	askAt   [classes]time.Time
	timer   *time.Timer // for what comes next

	calls    callTime
	staying  staying
	standing standing
	seen     seen
}

// permit is for one call at a time that has not come yet.
type permit struct {
	at       time.Time
	reserved bool // for the background first
}

// waiter is a caller that waits.
type waiter struct {
	ctx     context.Context //nolint:containedctx // a caller in a queue
	class   class
	arrived time.Time
	until   time.Time // its deadline
	done    chan struct{}
	err     error // once done
}

func (w *waiter) settle(err error) {
	w.err = err
	close(w.done)
}

func (q *queue) wait(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	w, err := q.join(ctx)
	if err != nil {
		return err
	}
	select {
	case <-w.done:
	case <-ctx.Done():
	case <-lifted(ctx):
		q.lift(w)
		select {
		case <-w.done:
		case <-ctx.Done():
		}
	}
	if ctx.Err() == nil {
		return w.err
	}
	q.leave(w)
	return context.Cause(ctx)
}

// join puts a caller at the end of its class, if it can be served in time.
func (q *queue) join(ctx context.Context) (*waiter, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	w := &waiter{ctx: ctx, class: classOf(ctx), arrived: now, until: now.Add(patience(ctx)), done: make(chan struct{})}
	position := len(q.waiting[foreground])
	if w.class == background {
		position += len(q.waiting[background])
	}
	if err := q.admit(w, position, now); err != nil {
		return nil, err
	}
	q.waiting[w.class] = append(q.waiting[w.class], w)
	q.advance(now)
	return w, nil
}

// lift puts a caller of the background at the end of the foreground, if it still waits.
func (q *queue) lift(w *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting[background], w)
	if i < 0 {
		return
	}
	q.waiting[background] = slices.Delete(q.waiting[background], i, i+1)
	w.class = foreground
	q.waiting[foreground] = append(q.waiting[foreground], w)
	q.advance(time.Now())
}

// leave takes a caller that does not wait any longer out of the queue. A permit
// that it got at the last moment goes to the next.
func (q *queue) leave(w *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiting[w.class], w); i >= 0 {
		q.waiting[w.class] = slices.Delete(q.waiting[w.class], i, i+1)
		if w.class == foreground {
			q.staying.saw(1)
		}
		return
	}
	if w.err == nil {
		q.give(permit{}, time.Now())
	}
}

// advance does what is due and sets the timer for what comes next. The caller
// holds mu.
func (q *queue) advance(now time.Time) {
	for len(q.booked) > 0 && !q.booked[0].at.After(now) {
		if now.Sub(q.booked[0].at) <= max(late, q.seen.step/2) {
			q.give(q.booked[0], now)
		}
		q.booked = slices.Delete(q.booked, 0, 1)
	}
	var next time.Time
	if len(q.booked) > 0 {
		next = q.booked[0].at
	}
	if !q.asking {
		r, at := q.lacking(now)
		if r.want != [classes]int{} {
			q.asking = true
			go q.ask(r)
		} else if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	q.arm(next, now)
}

// lacking returns what the engine is to be asked for now, and when to ask for
// what it is not; zero: never.
func (q *queue) lacking(now time.Time) (r request, later time.Time) {
	want := [classes]int{foreground: max(0, len(q.waiting[foreground])-len(q.booked))}
	want[background] = max(0, len(q.waiting[foreground])+len(q.waiting[background])-len(q.booked)-want[foreground])
	for c, n := range want {
		switch at := q.askAt[c]; {
		case n == 0:
		case !at.After(now):
			r.want[c] = n
		case later.IsZero() || at.Before(later):
			later = at
		}
	}
	if n := len(q.booked); r.want[foreground] > 0 {
		r.waited = now.Sub(q.waiting[foreground][n].arrived)
	}
	r.known, r.step = q.seen.account(now)
	return r, later
}

func (q *queue) arm(next, now time.Time) {
	switch {
	case next.IsZero():
	case q.timer == nil:
		q.timer = time.AfterFunc(next.Sub(now), q.wake)
	default:
		q.timer.Reset(next.Sub(now))
	}
}

func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.advance(time.Now())
}

// ask books permits. It has no caller's context: who is there when a permit's
// time comes is not known yet, and an answer must not get lost.
func (q *queue) ask(r request) {
	sent := time.Now()
	g := q.engine.book(q.action, r)
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	q.asking = false
	for i := range g.reserved + g.permits {
		q.booked = append(q.booked, permit{at: now.Add(g.first + time.Duration(i)*g.step), reserved: i < g.reserved})
	}
	slices.SortStableFunc(q.booked, func(a, b permit) int { return a.at.Compare(b.at) })
	for c, again := range g.again {
		if again > 0 {
			q.askAt[c] = now.Add(again)
		}
	}
	q.seen.granted(r, g, sent, now)
	q.refuseLate(now)
	q.advance(now)
}

// give hands a permit to the first who can use it, if there is anybody.
func (q *queue) give(p permit, now time.Time) {
	order := [classes]class{foreground, background}
	if p.reserved {
		order = [classes]class{background, foreground}
	}
	for _, c := range order {
		for len(q.waiting[c]) > 0 {
			w := q.waiting[c][0]
			q.waiting[c] = slices.Delete(q.waiting[c], 0, 1)
			if w.ctx.Err() != nil {
				continue // it is about to leave
			}
			if w.until.Sub(now) < q.calls.expected(now) {
				w.settle(q.exhausted(w, 0, 0, now))
				continue
			}
			w.settle(nil)
			if c == foreground {
				q.staying.saw(0)
				q.standing.served(now.Sub(w.arrived), now)
			}
			return
		}
	}
}

// throttled slows down. Where Alibaba asked to wait, the permits that were booked
// before are not used.
func (q *queue) throttled(ctx context.Context, retryAfter time.Duration) {
	next := q.engine.throttled(ctx, q.action, retryAfter)
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	if retryAfter <= 0 {
		return
	}
	q.booked = nil
	q.seen.closed(now.Add(next))
	q.refuseLate(now)
	q.advance(now)
}
