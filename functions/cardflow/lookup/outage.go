package lookup

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// outage is whether something that lookups can do without has failed. The zero value:
// it has not.
type outage struct{ on atomic.Bool }

// began reports whether it has not failed before, over whether it had.
func (o *outage) began() bool { return o.on.CompareAndSwap(false, true) }
func (o *outage) over() bool  { return o.on.CompareAndSwap(true, false) }

// listingFailed says once that lookups are answered without the listing.
func (l *Lookups) listingFailed(ctx context.Context, err error) {
	if ctx.Err() == nil && l.listing.began() {
		l.config.Logger.LogAttrs(ctx, slog.LevelWarn, "lookups are answered without the listing", slog.String("error", err.Error()))
	}
}

func (l *Lookups) listingAnswered(ctx context.Context) {
	if l.listing.over() {
		l.config.Logger.LogAttrs(ctx, slog.LevelInfo, "lookups are answered with the listing again")
	}
}
