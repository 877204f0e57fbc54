//go:build redis

package redistest_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

func openState(t *testing.T, s *server, account string) store.Store {
	t.Helper()
	state, err := store.Open(store.Config{RedisURL: "redis://" + s.address, Account: account})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestStateContract(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	storetest.Contract(t, func(t *testing.T) store.Store {
		t.Helper()
		return openState(t, redis, t.Name())
	})
}

// TestStateKilledAndStarted has a Redis that keeps nothing crash and come back:
// while it is away every call fails, and then there is nothing, for the client
// that had written and for the holder of a lease too.
func TestStateKilledAndStarted(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	state := openState(t, redis, "main")
	entry, err := state.Put(t.Context(), "alerts", store.Entry{Value: json.RawMessage(`1`)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	lease, err := store.Acquire(t.Context(), state, "sweep", "a", now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}

	redis.kill(t)
	_, getErr := state.Get(t.Context(), "alerts")
	_, putErr := state.Put(t.Context(), "alerts", entry)
	renewErr := lease.Renew(t.Context(), now)
	for call, err := range map[string]error{"Get": getErr, "Put": putErr, "Renew": renewErr} {
		if err == nil || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrHeld) {
			t.Errorf("%s while Redis is away = %v, want an error that says so", call, err)
		}
	}

	redis.start(t)
	if e, err := state.Get(t.Context(), "alerts"); err != nil || e.Version != 0 || e.Value != nil {
		t.Errorf("Get after the crash = %+v, %v; want the zero Entry", e, err)
	}
	if _, err := state.Put(t.Context(), "alerts", entry); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Put at the version from before the crash = %v, want ErrConflict", err)
	}
	if err := lease.Renew(t.Context(), now); !errors.Is(err, store.ErrHeld) {
		t.Errorf("Renew of a lease from before the crash = %v, want ErrHeld", err)
	}
	if _, err := state.Put(t.Context(), "alerts", store.Entry{Value: json.RawMessage(`2`)}); err != nil {
		t.Errorf("Put anew after the crash = %v, want nil", err)
	}
}
