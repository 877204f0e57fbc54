package alerts

import (
	"context"
	"log/slog"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// readStanding reads what people have done. It knows of the rules file's silences, too.
func (f *Function) readStanding(ctx context.Context) (action.Standing, error) {
	standing, err := action.Load(ctx, f.config.Store)
	return standing.With(f.config.Rules.SilenceOf), err
}

// loadStanding reads what people have done.
func (r *run) loadStanding(ctx context.Context) error {
	standing, err := r.readStanding(ctx)
	if err != nil {
		return err
	}
	r.standing, r.silenced = standing, standing.Silenced(r.config.Now())
	r.ledger.levels = standing.Level
	return nil
}

// heed reads again what people have done, since they act while a run is under way. Where
// that fails, what was read before still counts.
func (r *run) heed(ctx context.Context) {
	if err := r.loadStanding(ctx); err != nil && ctx.Err() == nil {
		r.config.Logger.LogAttrs(ctx, slog.LevelWarn, "what people have done meanwhile could not be read", slog.String("error", err.Error()))
	}
}

// forgetTime bounds how long a run drops records that no longer count: people wait to be
// notified.
const forgetTime = 10 * time.Second

// forgetActions drops records that no longer count. What it cannot drop now is left to a
// later run.
func (r *run) forgetActions(ctx context.Context) {
	err := r.loadStanding(ctx)
	if err == nil {
		bounded, cancel := r.beforeDeadline(ctx)
		defer cancel()
		bounded, cancel = context.WithTimeout(bounded, forgetTime)
		defer cancel()
		err = action.Expire(bounded, r.config.Store, r.standing, r.ledger.unresolved(), r.lease.Fence(), r.config.Now())
	}
	if err != nil && ctx.Err() == nil {
		r.config.Logger.LogAttrs(ctx, slog.LevelWarn, "what people have done is forgotten by a later run", slog.String("error", err.Error()))
	}
}

// loadShown reads what status messages show. It leaves out the lookups, of which there
// may be many.
func (r *run) loadShown(ctx context.Context) (err error) {
	r.state = newState()
	if err := each(ctx, r.config.Store, sweeps, r.state.decodeSingle); err != nil {
		return err
	}
	if r.ledger, err = openLedger(ctx, r.config.Store, incident.Policy{Repeat: r.config.Repeat}, r.config.Routes); err != nil {
		return err
	}
	return r.loadStanding(ctx)
}

// delivery is what there is to deliver with now.
func (r *run) delivery() notify.Run[rule.Details] {
	open, coverage := r.ledger.open(), r.coverage()
	now, standing := coverage.At, r.standing
	return notify.Run[rule.Details]{
		Fence: r.lease.Fence(), Open: open, Sweep: r.state.sweep.Checkpoint.Sweep,
		Mark: func(i rule.Incident) string { return standing.Mark(i, now) },
		Writer: func(receiver string) notify.Writer[rule.Details] {
			return message.Writer{
				Style: r.config.styleFor(receiver), Coverage: coverage, Open: r.ledger.unresolved(),
				Inside: r.ledger.cardsOf, Standing: standing, Buttons: r.config.Buttons.Requests.Verifies(),
			}
		},
	}
}
