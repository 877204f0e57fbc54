package notify

import (
	"context"
	"slices"

	"signalbox/shared/slack"
)

// Redraw brings the status messages of bots up to date, and says the notes in their
// threads, as far as there is time until ctx ends. All else waits for Deliver. It needs
// a lease as Deliver does.
func (n *Notifier[D]) Redraw(ctx context.Context, run Run[D]) []Report {
	bots := slices.DeleteFunc(slices.Clone(n.config.Receivers), func(r Receiver) bool { return r.Bot == nil })
	return eachOf(bots, func(r Receiver) Report {
		d := &round[D]{Config: n.config, run: run, receiver: r, began: n.config.Now(), redraw: true}
		d.guard(ctx, func() {
			d.writer = run.Writer(r.Name)
			d.load(ctx, n.follow)
			d.steps(ctx)
		})
		return d.report()
	})
}

// planRedraw plans what a redraw does: no new message, and nothing that failed before.
func (d *round[D]) planRedraw() *sending {
	for _, t := range d.state.Threads {
		isShown := t.Ref == (slack.Ref{}) || t.Shown == d.view.print(t.Groups)
		if !isShown && !d.state.isSending(update, t.Ref) {
			return d.stepOf(t, update, "")
		}
	}
	return d.planNote()
}
