package ledger

import (
	"context"
	"slices"
	"sync"

	"signalbox/functions/conversion/window"
)

// job is one batch that waits to be written.
type job struct {
	events   []window.Event
	outcomes []window.Outcome
	err      error
	done     chan struct{} // closed when outcomes or err is known
}

// maxTogether bounds the events that share a transaction, but for a single batch
// that has more.
const maxTogether = 20_000

// commits has all batches that wait share one transaction, and so one sync.
type commits struct {
	// write writes all jobs, or, where it returns an error, none.
	write func(ctx context.Context, jobs []*job) error

	writing chan struct{} // full while somebody writes

	mu      sync.Mutex
	waiting []*job
}

func newCommits(write func(context.Context, []*job) error) *commits {
	return &commits{write: write, writing: make(chan struct{}, 1)}
}

// add has one batch written, by this call or another's. Who leaves before it is
// being written takes it along.
func (c *commits) add(ctx context.Context, events []window.Event) ([]window.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	own := &job{events: events, done: make(chan struct{})}
	c.mu.Lock()
	c.waiting = append(c.waiting, own)
	c.mu.Unlock()
	for {
		select {
		case <-own.done:
			return own.outcomes, own.err
		case c.writing <- struct{}{}:
			c.some(ctx)
			<-c.writing
		case <-ctx.Done():
			if c.leave(own) {
				return nil, ctx.Err()
			}
			<-own.done
		}
	}
}

// leave takes a job back, unless it is being written.
func (c *commits) leave(own *job) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.Index(c.waiting, own)
	if at >= 0 {
		c.waiting = slices.Delete(c.waiting, at, at+1)
	}
	return at >= 0
}

// some writes the jobs that have waited longest. The caller's leaving is none of
// the others' business.
func (c *commits) some(ctx context.Context) {
	jobs := c.take()
	if len(jobs) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	err := c.write(ctx, jobs)
	for _, j := range jobs {
		// One that cannot be written must not take the others with it.
		if err != nil && len(jobs) > 1 {
			j.err = c.write(ctx, []*job{j})
		} else {
			j.err = err
		}
		close(j.done)
	}
}

func (c *commits) take() []*job {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, events := 0, 0
	for n < len(c.waiting) && (n == 0 || events+len(c.waiting[n].events) <= maxTogether) {
		events += len(c.waiting[n].events)
		n++
	}
	jobs := slices.Clone(c.waiting[:n])
	c.waiting = slices.Delete(c.waiting, 0, n)
	return jobs
}
