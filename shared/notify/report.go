package notify

import (
	"strings"
	"time"
)

// Report is what became of the notifications of one receiver in one run.
type Report struct {
	Receiver string
	Messages int // messages and replies made
	Waiting  int // changes still to be delivered
	// Oldest is since when the oldest of them waits; zero: none does.
	Oldest time.Time
	// DeadLettered is how many notifications were given up in this run.
	DeadLettered int
	// Why says what failed, in words; "": nothing.
	Why string

	failed bool // it takes nothing now, or what it did not take waits for the next run
}

func (d *delivery[D]) report() Report {
	r := Report{
		Receiver: d.receiver.Name, Messages: d.messages, DeadLettered: d.dead,
		Why: strings.Join(d.why, "; "), failed: d.stopped || len(d.state.Sending) > 0,
	}
	r.Waiting, r.Oldest = d.outbox.size()
	return r
}

// heed ends the delivery where an earlier one of the same run failed: it would fail
// again, and use up a try that the next run can make better use of.
func (d *delivery[D]) heed(earlier []Report) {
	for _, r := range earlier {
		if r.Receiver == d.receiver.Name && r.failed {
			d.stop(r.Why)
		}
	}
}
