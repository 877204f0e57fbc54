package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// delivery is the work of one run for one receiver.
type delivery[D any] struct {
	Config[D]

	run      Run[D]
	receiver Receiver
	began    time.Time

	view         view[D]
	outbox       outbox[D]
	state        state
	announcement announcement
	letters      []store.Record // dead ones to be stored

	again   *sending   // what is sent next, in a simpler form
	stopped bool       // nothing more is sent in this run
	passed  bool       // the receiver took something
	failing []*sending // what was sent before that, when it seemed to be unavailable
	down    int        // failures in a row that say that it is unavailable
	lost    map[Group]bool

	messages, dead int
	why            []string
}

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
		failed: d.stopped || len(d.state.Sending) > 0,
	}
	r.Waiting, r.Oldest = d.outbox.size()
	for i, why := range d.why {
		if i > 0 {
			r.Why += "; "
		}
		r.Why += why
	}
	return r
}

// maxWhy is how many reasons a report has.
const maxWhy = 3

// note remembers why something failed.
func (d *delivery[D]) note(why string) {
	if len(d.why) < maxWhy && !slices.Contains(d.why, why) {
		d.why = append(d.why, why)
	}
}

// stop ends the delivery to this receiver for this run.
func (d *delivery[D]) stop(why string) {
	d.stopped = true
	d.note(why)
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

const (
	// maxWait is the longest that a receiver can ask us to wait, and minWait the
	// shortest that is remembered: the next run is later.
	maxWait = time.Hour
	minWait = 10 * time.Second
)

// load reads what there is to deliver and what is remembered. follow gets the key
// of the newest record in the outbox.
func (d *delivery[D]) load(ctx context.Context, follow func(key string)) {
	d.lost = make(map[Group]bool)
	d.outbox.collection = outboxOf(d.receiver.Name)
	err := errors.Join(d.loadOutbox(ctx, follow), d.loadState(ctx), d.loadAnnouncement(ctx))
	if err != nil {
		d.stop(err.Error())
		return
	}
	d.view = newView(d.run.Open, func(i incident.Incident[D]) bool { return d.Route(d.receiver.Name, i) })
	waiting := d.outbox.where(func(*incident.Change[D]) bool { return true })
	d.state.restore(d.began, setOf(idsOf(waiting)), d.announcement.ID)
	d.outbox.compact(d.state.reserved())
	if d.outbox.isDirty() || len(d.letters) > 0 {
		d.save(ctx)
	}
	if wait := d.state.NotBefore.Sub(d.began); wait > 0 && wait <= maxWait {
		d.stop("rate limited until " + d.state.NotBefore.UTC().Format(time.RFC3339))
	} else {
		d.state.NotBefore = time.Time{}
	}
}

func (d *delivery[D]) loadOutbox(ctx context.Context, follow func(key string)) error {
	records, err := d.Store.List(ctx, d.outbox.collection)
	if err != nil {
		return fmt.Errorf("list the outbox: %w", err)
	}
	known := make(map[string]bool)
	for i, r := range records {
		records[i].Value = nil // it is decoded now, and may be large
		if err := d.outbox.add(r, known); err != nil {
			d.bury(ctx, DeadLetter{ID: r.Key, Reason: err.Error()})
		}
		follow(r.Key)
	}
	return nil
}

// loadState reads the state. One that cannot be decoded begins anew: to post something
// again is better than to post nothing.
func (d *delivery[D]) loadState(ctx context.Context) error {
	raw, err := d.Store.Get(ctx, receivers, d.receiver.Name)
	if err != nil {
		return fmt.Errorf("get the receiver's state: %w", err)
	}
	if raw != nil {
		if err := json.Unmarshal(raw, &d.state); err != nil {
			d.note(fmt.Sprintf("the receiver's state begins anew: %v", err))
			d.state = state{}
		}
	}
	if d.state.Channel != d.receiver.Channel { // another channel shows nothing yet
		for _, t := range d.state.Threads {
			d.state.replace(t.Ref)
		}
		d.state.Threads, d.state.Sending, d.state.ChannelID = nil, nil, ""
		d.state.Channel = d.receiver.Channel
	}
	if d.run.Sweep == "" || d.run.Sweep != d.state.Sweep {
		d.state.Sweep, d.state.Visible = d.run.Sweep, 0
	}
	return nil
}

// save writes the outbox, the state and new dead letters as they are now, in one
// batch. Where it fails nothing more is sent: the lease may be lost.
func (d *delivery[D]) save(ctx context.Context) bool {
	records, err := d.outbox.records()
	if err == nil {
		var r store.Record
		if r, err = d.state.record(d.receiver.Name); err == nil {
			b := store.Batch{Put: slices.Concat(records, d.lettersToStore(ctx), []store.Record{r})}
			if d.run.Fence.Collection != "" {
				b.If = []store.Record{d.run.Fence}
			}
			err = d.Store.Apply(ctx, b)
		}
	}
	if err != nil {
		d.stop(fmt.Sprintf("save the outbox: %v", err))
		return false
	}
	d.outbox.saved()
	d.letters = nil
	return true
}
