package alerts

import (
	"testing"

	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/store"
)

// watchedStore knows whether it was closed. Nothing else of it is used.
type watchedStore struct {
	store.Store

	closed bool
}

func (s *watchedStore) Close() error {
	s.closed = true
	return nil
}

// TestServiceThatCannotBeMade closes the store that nobody else will close.
func TestServiceThatCannotBeMade(t *testing.T) {
	t.Parallel()
	state := new(watchedStore)
	_, err := serviceOf(Config{Store: state, Logger: logging.Discard(), Receivers: []notify.Receiver{{Name: "neither poster nor bot"}}})
	if err == nil || !state.closed {
		t.Errorf("serviceOf = %v, store closed: %t; want an error and a closed store", err, state.closed)
	}
}
