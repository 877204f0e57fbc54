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

// round is the work of one run for one receiver.
type round[D any] struct {
	Config[D]
	availability

	run      Run[D]
	redraw   bool // status messages and notes alone
	receiver Receiver
	writer   Writer[D]
	began    time.Time

	view         view[D]
	outbox       outbox[D]
	state        state
	announcement announcement
	notes        map[string]Note // by their keys
	letters      []store.Record  // dead ones to be stored
	extra        []store.Record  // of other outboxes, to be stored
	unusable     error           // what the store failed with

	again *sending       // what is sent next, in a simpler form
	lost  map[Group]bool // their threads were lost in this run

	messages, dead int                       // that were made, that were given up
	fellBack       map[string][]incident.Key // of whom fallbacks were notified now, by receiver
}

const (
	// maxWait is the longest that a receiver can ask us to wait, and minWait the
	// shortest that is remembered: the next run is later.
	maxWait = time.Hour
	minWait = 10 * time.Second
)

// load reads what there is to deliver and what is remembered. follow gets the key
// of the newest record in the outbox.
func (d *round[D]) load(ctx context.Context, follow func(key string)) {
	d.lost = make(map[Group]bool)
	d.outbox.collection = outboxOf(d.receiver.Name)
	err := errors.Join(d.loadOutbox(ctx, follow), d.loadState(ctx), d.loadAnnouncement(ctx), d.loadNotes(ctx))
	if err != nil {
		d.cannotUse(err)
		return
	}
	d.view = newView(d.run.Open, func(i incident.Incident[D]) bool { return d.Route(d.receiver.Name, i) }, d.run.Mark)
	waiting := d.outbox.where(func(*incident.Change[D]) bool { return true })
	d.state.restore(d.began, setOf(idsOf(waiting)), d.announcement.ID, d.notes)
	d.outbox.compact(d.state.reserved())
	if d.outbox.isDirty() || len(d.letters) > 0 {
		d.save(ctx)
	}
	if wait := d.state.NotBefore.Sub(d.began); wait > 0 && wait <= maxWait {
		d.stop("it is to wait until " + d.state.NotBefore.UTC().Format(time.RFC3339))
	} else {
		d.state.NotBefore = time.Time{}
	}
}

func (d *round[D]) loadOutbox(ctx context.Context, follow func(key string)) error {
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
	d.outbox.isRead = true
	return nil
}

// loadState reads the state. One that cannot be decoded begins anew: to post something
// again is better than to post nothing.
func (d *round[D]) loadState(ctx context.Context) error {
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
func (d *round[D]) save(ctx context.Context) bool {
	records, err := d.outbox.records()
	if err == nil {
		var r store.Record
		if r, err = d.state.record(d.receiver.Name); err == nil {
			b := store.Batch{Put: slices.Concat(records, d.lettersToStore(ctx), d.extra, []store.Record{r})}
			if d.run.Fence.Collection != "" {
				b.If = []store.Record{d.run.Fence}
			}
			err = d.Store.Apply(ctx, b)
		}
	}
	if err != nil {
		d.cannotUse(fmt.Errorf("save the outbox: %w", err))
		return false
	}
	d.outbox.saved()
	d.letters, d.extra = nil, nil
	return true
}
