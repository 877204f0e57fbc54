package alerts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/route"
)

// newNotifier returns what delivers the function's notifications. A receiver is
// not notified of itself.
func newNotifier(c Config) (*notify.Notifier[rule.Details], error) {
	config := receiver.ConfigFor(receiver.Set{Receivers: c.Receivers, Routes: route.Routes(c.Routes)}, rule.RouteFacts)
	config.Store, config.Now, config.Logger = c.Store, c.Now, c.Logger
	return notify.New(config)
}

// receiverKey is the incident of a receiver that takes no notifications.
func receiverKey(name string) incident.Key {
	return incident.Key{Subject: incident.Subject{Kind: incident.Fleet, ID: name}, Rule: rule.ReceiverName}
}

// notify delivers what is in the outboxes, and then what follows for receivers
// that do not take theirs: the others are notified of it.
func (r *run) notify(ctx context.Context) error {
	if ctx.Err() != nil {
		return fmt.Errorf("what is to be notified waits for the next run: %w", context.Cause(ctx))
	}
	r.deliver(ctx)
	more, stateErr := r.advanceReceivers(ctx)
	if more && stateErr == nil {
		r.deliver(ctx)
	}
	var waiting error
	for _, report := range r.reports {
		if report.Err != nil {
			stateErr = errors.Join(stateErr, fmt.Errorf("notify %s: %w", report.Receiver, report.Err))
		} else {
			waiting = errors.Join(waiting, waits(report))
		}
	}
	if stateErr != nil {
		return errors.Join(waiting, r.unusable(ctx, stateErr))
	}
	r.trouble.note(nil)
	r.config.Meter.Set(metric.StateAvailable, 1)
	return waiting
}

// deliver delivers, and counts what came of it.
func (r *run) deliver(ctx context.Context) {
	r.heed(ctx)
	delivery := r.delivery()
	delivery.Earlier = r.reports
	r.reports = r.notifier.Deliver(ctx, delivery)
	receiver.CountDelivery(r.config.Meter, r.reports)
	r.waiting = 0
	for _, report := range r.reports {
		r.messages += report.Messages
		r.deadLetters += report.DeadLettered
		if report.Waiting == notify.Unknown || r.waiting == notify.Unknown {
			r.waiting = notify.Unknown
		} else {
			r.waiting += report.Waiting
		}
	}
}

// waits returns an error that says how many notifications a receiver did not take, or
// nil where none wait.
func waits(r notify.Report) error {
	switch r.Waiting {
	case 0:
		return nil
	case notify.Unknown:
		return fmt.Errorf("notify %s: nobody knows what waits for the next run: %s", r.Receiver, r.Why)
	default:
		return fmt.Errorf("notify %s: %d notifications wait for the next run: %s", r.Receiver, r.Waiting, r.Why)
	}
}

// advanceReceivers writes what follows for the receivers' incidents, and reports
// whether there is more to deliver.
func (r *run) advanceReceivers(ctx context.Context) (more bool, err error) {
	now := r.config.Now()
	if err := r.advance(r.config.Rules.EvaluateFleet(r.receivers(), now), now); err != nil {
		return false, err
	}
	fellBack, err := r.rememberFallbacks()
	if err != nil {
		return false, err
	}
	more = len(r.unsaved) > 0 || fellBack
	return more, r.write(ctx)
}

// rememberFallbacks remembers who was notified of incidents in place of receivers, so
// that they are notified of the end, too. It reports whether there were any.
func (r *run) rememberFallbacks() (found bool, err error) {
	for _, report := range r.reports {
		for name, keys := range report.FellBack {
			found = true
			for _, key := range keys {
				if err := r.ledger.notified(key, name); err != nil {
					return found, err
				}
			}
		}
	}
	return found, nil
}

// receivers says of each receiver how its deliveries go. One of which nobody knows how
// many notifications wait is left out, so that its incident stays as it is. One that is
// no longer configured counts as well, so that its incident ends.
func (r *run) receivers() rule.FleetObservation {
	var o rule.FleetObservation
	configured := make(map[incident.Key]bool)
	for _, report := range r.reports {
		configured[receiverKey(report.Receiver)] = true
		if report.Waiting == notify.Unknown {
			continue
		}
		o.Receivers = append(o.Receivers, rule.ReceiverObservation{
			Name: report.Receiver, Waiting: report.Waiting, Oldest: report.Oldest, Why: report.Why,
		})
	}
	for key := range r.ledger.records {
		if key.Rule == rule.ReceiverName && !configured[key] {
			o.Receivers = append(o.Receivers, rule.ReceiverObservation{Name: key.Subject.ID})
		}
	}
	return o
}

// coverage says how much of the fleet the notifications are based on.
func (r *run) coverage() message.Coverage {
	return coverageOf(r.state.sweep.Checkpoint, r.config.Now(), r.ledger.records[sweepKey].IsOpen())
}

// coverageOf says how far a sweep is.
func coverageOf(c fleet.Checkpoint, now time.Time, late bool) message.Coverage {
	why, most := c.Counts.Why()
	return message.Coverage{
		Why: why, Most: most,
		Checked: c.Counts.Checked, Total: c.Cards(), Failed: c.Counts.Failed, At: now, Partial: c.Finished.IsZero(),
		Late: late, OldestData: c.Counts.Oldest,
	}
}
