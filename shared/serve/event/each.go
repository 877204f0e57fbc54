package event

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// workers is how many messages of a batch are worked on at once.
const workers = 4

// leastShare is the least time that it makes sense to begin a message with.
const leastShare = 100 * time.Millisecond

var (
	// ErrNotTried is in the error of a message that nothing was done for.
	ErrNotTried = errors.New("not tried")
	// ErrStop is in the error of a message after which it is of no use to try
	// another one of its batch. Such a message was not tried either.
	ErrStop = fmt.Errorf("%w: nor is the rest of the batch", ErrNotTried)

	errNoTime = fmt.Errorf("%w: no time is left for it in this invocation", ErrNotTried)
	errOrder  = fmt.Errorf("%w: a message before it in its group was not done", ErrNotTried)
	errRest   = fmt.Errorf("%w: after another message of the batch there was no use in it", ErrNotTried)
)

// Result is what became of one message; a nil Err means that it is done.
type Result struct {
	Message
	Err error
}

// NotTried reports whether nothing was done for the message.
func (r Result) NotTried() bool { return errors.Is(r.Err, ErrNotTried) }

// Each calls do for the messages, several at once and those of one group in
// their order, and returns what became of each, in the order of the batch. When
// it returns, so has each do.
//
// Each message gets a fair share of the time until ctx's deadline, and at most
// longest (zero: no limit): what a message does not use is for those after it.
// After a message that is not done, the rest of its group is not tried, and
// after an ErrStop nothing more is. A panic of do is the error of its message.
func (b Batch) Each(ctx context.Context, longest time.Duration, do func(context.Context, Message) error) []Result {
	lines := b.lines()
	w := &work{results: make([]Result, len(b.Messages)), waiting: len(b.Messages), longest: longest, do: do}
	for i, m := range b.Messages {
		w.results[i].Message = m
	}
	var wg sync.WaitGroup
	for range min(workers, len(lines)) {
		wg.Go(func() {
			for line := range lines {
				w.workOff(ctx, line)
			}
		})
	}
	wg.Wait()
	return w.results
}

// lines returns the numbers of the messages that are to be done one after the
// other: a line for each group, and for each message without one.
func (b Batch) lines() <-chan []int {
	var lines [][]int
	byGroup := map[string]int{}
	for i, m := range b.Messages {
		line, ok := byGroup[m.Group]
		if !ok || m.Group == "" {
			line = len(lines)
			byGroup[m.Group] = line
			lines = append(lines, nil)
		}
		lines[line] = append(lines[line], i)
	}
	c := make(chan []int, len(lines))
	for _, line := range lines {
		c <- line
	}
	close(c)
	return c
}

// work is a batch that is being worked on.
type work struct {
	longest time.Duration
	do      func(context.Context, Message) error
	results []Result // each is written by the one worker that has its line

	mu      sync.Mutex
	waiting int // messages that nobody has begun
	stopped bool
}

// workOff works on the messages of a line until one is not done.
func (w *work) workOff(ctx context.Context, line []int) {
	for n, i := range line {
		result := &w.results[i]
		result.Err = w.one(ctx, result.Message, len(line)-n)
		if result.Err != nil {
			w.leave(line[n+1:], result.Err)
			return
		}
	}
}

// leave does not try the rest of a line, because of err.
func (w *work) leave(rest []int, err error) {
	for _, i := range rest {
		w.results[i].Err = errOrder
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting -= len(rest)
	w.stopped = w.stopped || errors.Is(err, ErrStop)
}

// one works on the first of so many messages of a line.
func (w *work) one(ctx context.Context, m Message, inLine int) error {
	parts, stopped := w.begin(inLine)
	if stopped {
		return errRest
	}
	ctx, cancel, err := share(ctx, parts, w.longest)
	if err != nil {
		return err
	}
	defer cancel()
	return guarded(ctx, m, w.do)
}

// begin takes a message, and says into how many parts the time is to be shared.
func (w *work) begin(inLine int) (parts int, stopped bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	parts = max(inLine, (w.waiting+workers-1)/workers)
	w.waiting--
	return parts, w.stopped
}

// share bounds ctx by an equal part of what is left of it.
func share(ctx context.Context, parts int, longest time.Duration) (context.Context, context.CancelFunc, error) {
	if ctx.Err() != nil {
		return nil, nil, errNoTime
	}
	part := longest
	if deadline, ok := ctx.Deadline(); ok {
		part = time.Until(deadline) / time.Duration(parts)
		if part < leastShare {
			return nil, nil, errNoTime
		}
		if longest > 0 {
			part = min(part, longest)
		}
	}
	if part == 0 {
		return ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, part)
	return ctx, cancel, nil
}

// guarded makes an error of a panic: it would end the process, and with it the
// other messages.
func guarded(ctx context.Context, m Message, do func(context.Context, Message) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v\n%s", value, debug.Stack())
		}
	}()
	return do(ctx, m)
}
