package notify

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"signalbox/shared/slack"
)

const (
	// maxReplaced is how many replaced status messages are remembered, the newest.
	maxReplaced = 5
	// maxReplacing is how long changing one of them may take, waiting included.
	maxReplacing = 10 * time.Second
)

// replace remembers a status message that is not kept up to date any more.
func (s *state) replace(ref slack.Ref) {
	if ref != (slack.Ref{}) {
		s.Replaced = append(s.Replaced, ref)
		s.Replaced = slices.Clone(s.Replaced[max(0, len(s.Replaced)-maxReplaced):])
	}
}

// markReplaced has replaced status messages say so, once all else is done and the
// receiver took everything in this run. Each is tried once: it is forgotten before,
// and what becomes of it counts for nothing, since nobody waits for it.
func (d *round[D]) markReplaced(ctx context.Context) {
	for d.passed && len(d.why)+len(d.state.Sending) == 0 && len(d.state.Replaced) > 0 && ctx.Err() == nil {
		ref := d.state.Replaced[0]
		d.state.Replaced = slices.Clone(d.state.Replaced[1:])
		if !d.save(ctx) || !d.markOne(ctx, ref) {
			return
		}
	}
}

func (d *round[D]) markOne(ctx context.Context, ref slack.Ref) bool {
	ctx, cancel := context.WithTimeout(ctx, maxReplacing)
	defer cancel()
	m := d.writer.Replaced()
	m.ID = fingerprint("replaced", ref.Channel, ref.TS)
	_, err := d.receiver.Bot.Update(ctx, ref, m)
	if err != nil {
		d.Logger.LogAttrs(ctx, slog.LevelDebug, "replaced status message could not be changed",
			slog.String("receiver", d.receiver.Name), slog.String("error", err.Error()))
	}
	return err == nil
}
