package notify

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"signalbox/shared/incident"
)

// fallbackAfter is how long a receiver may not take a change until others are notified
// of it in its place.
const fallbackAfter = 15 * time.Minute

// fallBack puts what the receiver could not take for long into the outboxes of those who
// are notified in its place, once. The receiver itself is not told it as new any more.
func (d *round[D]) fallBack(ctx context.Context, enqueue func(receiver string, changes []incident.Change[D]) error) {
	if !d.outbox.isRead || d.unusable != nil {
		return
	}
	handed := make(map[string][]incident.Change[D])
	for _, c := range d.outbox.chunks {
		if d.Now().Sub(time.Unix(0, sequenceOf(c.key))).Abs() < fallbackAfter {
			continue
		}
		for _, change := range c.changes {
			d.handOver(c, change, handed)
		}
	}
	if len(handed) == 0 {
		return
	}
	for _, to := range slices.Sorted(maps.Keys(handed)) {
		if err := enqueue(to, handed[to]); err != nil {
			d.cannotUse(err)
			return
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if !d.save(ctx) {
		return
	}
	d.fellBack = make(map[string][]incident.Key, len(handed))
	for to, changes := range handed {
		for _, c := range changes {
			d.fellBack[to] = append(d.fellBack[to], c.Incident.Key)
		}
		d.Logger.LogAttrs(ctx, slog.LevelWarn, "fallback is notified in place of a receiver",
			slog.String("receiver", d.receiver.Name), slog.String("fallback", to), slog.Int("changes", len(changes)))
	}
}

// handOver adds a change to those of its fallbacks. Who is notified of it anyway needs
// none.
func (d *round[D]) handOver(c *chunk[D], change *incident.Change[D], handed map[string][]incident.Change[D]) {
	if change.FellBack != "" {
		return
	}
	to := slices.DeleteFunc(slices.Clone(d.Fallback(d.receiver.Name, change.Incident)), func(to string) bool {
		return to == d.receiver.Name || d.Route(to, change.Incident)
	})
	if len(to) == 0 {
		return
	}
	for _, to := range to {
		handed[to] = append(handed[to], *change)
	}
	change.FellBack, c.dirty = change.Kind, true
	if change.Kind == incident.Opened || change.Kind == incident.Worsened {
		change.Kind = incident.Reminded
	}
}

// handOn makes the records that put changes into another receiver's outbox, to be
// saved with the round's own.
func (n *Notifier[D]) handOn(d *round[D]) func(receiver string, changes []incident.Change[D]) error {
	return func(receiver string, changes []incident.Change[D]) error {
		records, err := n.recordsOf(receiver, changes, func(incident.Change[D]) bool { return true })
		if err != nil {
			return fmt.Errorf("hand changes on to %s: %w", receiver, err)
		}
		d.extra = append(d.extra, records...)
		return nil
	}
}
