package fleet

import "time"

const (
	// partTime is how much work one part covers, and maxPart how many pages at the
	// most.
	partTime = 10 * time.Second
	maxPart  = 250
)

// parts hands out the parts of a scan. It belongs to the caller's goroutine.
type parts struct {
	yield func(Part, error) bool
	left  bool // the caller wants no more
	timer *time.Timer

	next  Part
	pages int  // in next
	due   bool // next says something, if only in its checkpoint
}

// emit hands out what was found since the last part, with the checkpoint after it.
func (p *parts) emit(at Checkpoint) {
	p.timer.Reset(partTime)
	if p.left || !p.due {
		return
	}
	part := p.next
	part.Checkpoint = at
	part.Checkpoint.Counts = at.Counts.clone()
	p.next, p.pages, p.due = Part{}, 0, false
	p.left = !p.yield(part, nil)
}

// await receives from a channel, and hands out the part that is due meanwhile.
func await[T any](r *run, from <-chan T) (T, bool) {
	for {
		select {
		case got, ok := <-from:
			return got, ok
		case <-r.parts.timer.C:
			r.release()
			r.emit()
		}
	}
}
