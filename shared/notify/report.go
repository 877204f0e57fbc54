package notify

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"signalbox/shared/incident"
)

// Unknown is how many changes wait in an outbox that could not be read.
const Unknown = -1

// Report is what became of the notifications of one receiver in one run.
type Report struct {
	Receiver string
	Messages int // messages and replies made
	Waiting  int // changes still to be delivered, or Unknown
	// Oldest is since when the oldest of them waits; zero: none does.
	Oldest time.Time
	// DeadLettered is how many notifications were given up in this run.
	DeadLettered int
	// FellBack are the incidents of which others are notified in the receiver's place
	// from this run on, by the others' names: their outboxes have what is waiting here.
	FellBack map[string][]incident.Key
	// Why says what failed, in words; "": nothing.
	Why string
	// Err is why the outbox, or what is remembered of the receiver, could not be read
	// or saved, so that nothing more was sent. nil: it could.
	Err error

	failed bool // it takes nothing now, or what it did not take waits for the next run
}

func (d *round[D]) report() Report {
	r := Report{
		Receiver: d.receiver.Name, Messages: d.messages, DeadLettered: d.dead, FellBack: d.fellBack,
		Why: strings.Join(d.why, "; "), Err: d.unusable,
		failed: d.stopped || len(d.state.Sending) > 0, Waiting: Unknown,
	}
	if d.outbox.isRead {
		r.Waiting, r.Oldest = d.outbox.size()
	}
	return r
}

// cannotUse ends the delivery where the store fails: what is sent must be remembered. What
// fails after the first time says nothing more.
func (d *round[D]) cannotUse(err error) {
	d.unusable = cmp.Or(d.unusable, err)
	d.stop(err.Error())
}

// heed ends the delivery where an earlier one of the same run failed: it would fail
// again, and use up a try that the next run can make better use of.
func (d *round[D]) heed(earlier []Report) {
	for _, r := range earlier {
		if r.Receiver == d.receiver.Name && r.failed {
			d.stop(r.Why)
			d.unusable = errors.Join(d.unusable, r.Err)
		}
	}
}
