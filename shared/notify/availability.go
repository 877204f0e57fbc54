package notify

import "slices"

const (
	// maxDown is after how many failures in a row a receiver counts as
	// unavailable in this run.
	maxDown = 2
	// maxWhy is how many reasons a report has.
	maxWhy = 3
)

// availability is whether a receiver takes messages in this run, as far as it was
// tried, and why it does not.
type availability struct {
	stopped bool       // nothing more is sent in this run
	passed  bool       // the receiver took something
	failing []*sending // what was sent before that, when it seemed to be unavailable
	down    int        // failures in a row that say that it is unavailable
	why     []string   // what failed, in words
}

// note remembers why something failed.
func (a *availability) note(why string) {
	if len(a.why) < maxWhy && !slices.Contains(a.why, why) {
		a.why = append(a.why, why)
	}
}

// stop ends the delivery to this receiver for this run.
func (a *availability) stop(why string) {
	a.stopped = true
	a.note(why)
}

// countDown counts a failure that says that the receiver is unavailable, and stops the
// run for it after some.
func (a *availability) countDown() {
	a.down++
	a.stopped = a.stopped || a.down >= maxDown
}

// pass notes that the receiver took something. It returns what failed before and is thus
// not the receiver's fault.
func (a *availability) pass() []*sending {
	failing := a.failing
	a.passed, a.failing, a.down = true, nil, 0
	return failing
}
