package otpwatch

import (
	"context"
	"errors"
	"fmt"

	"signalbox/functions/conversion/watch"
)

// Known is what the watch knows, as far as it can be read: the past may be known where the
// incidents are not, and the other way round.
type Known struct {
	// Profile is nil where there is no past, or none that can be read.
	Profile *watch.Profile
	PastErr error // nil: the past was read, or there is none
	// Open are the incidents that are open, in the order of their keys.
	Open         []watch.Incident
	IncidentsErr error // nil: these are all of them
}

var errDamaged = errors.New("what is stored cannot be decoded: the next run moves it aside")

// Look returns what the watch knows now. It changes nothing.
func (w *Watch) Look(ctx context.Context) (k Known) {
	p, damaged, err := w.loadPast(ctx)
	switch {
	case err != nil:
		k.PastErr = err
	case p.unusable != nil:
		k.PastErr = p.unusable
	case len(damaged) > 0:
		k.PastErr = fmt.Errorf("the past of the OTP rates: %d bytes: %w", len(damaged[0].Value), errDamaged)
	case p.stored != nil:
		k.Profile = p.profile
	}
	kept, damaged, err := w.loadIncidents(ctx)
	switch {
	case err != nil:
		k.IncidentsErr = err
	case len(damaged) > 0:
		k.IncidentsErr = fmt.Errorf("%d incidents of the OTP rates: %w", len(damaged), errDamaged)
	}
	if err == nil {
		k.Open = kept.open()
	}
	return k
}
