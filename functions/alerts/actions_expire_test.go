package alerts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// manySilences are as many as one press on a group makes, all of them over by now.
func manySilences(t *testing.T, n int, now time.Time) *mapStore {
	t.Helper()
	st := newMapStore()
	records := make([]store.Record, n)
	for i := range records {
		key := incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: fmt.Sprintf("898603451900%08d", i)}, Rule: "usage"}
		value, err := json.Marshal(map[string]any{"key": key, "at": now.Add(-2 * time.Hour), "until": now.Add(-time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		records[i] = store.Record{Collection: "silences", Key: key.String(), Value: value}
	}
	st.put(records)
	return st
}

// expire is what one run drops, as far as ctx lets it.
func expire(ctx context.Context, t *testing.T, st *mapStore, now time.Time) {
	t.Helper()
	standing, err := action.Load(context.WithoutCancel(ctx), st)
	if err == nil {
		err = action.Expire(ctx, st, standing, nil, store.Record{Collection: "leases", Key: "run"}, now)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestExpireDropsAllThatIsDue has one run drop what one press has left, in batches that are
// bounded.
func TestExpireDropsAllThatIsDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	st := manySilences(t, 20_000, now)
	largest := 0
	st.applied = func(b store.Batch) { largest = max(largest, len(b.Put)) }
	expire(t.Context(), t, st, now)
	if left := len(st.peek("silences")); left > 0 || largest > 1000 {
		t.Errorf("%d silences are left, and a batch had %d", left, largest)
	}
}

// TestExpireEndsInTime has a run that has no time left keep what it has dropped, and the
// next one drop the rest.
func TestExpireEndsInTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	st := manySilences(t, 2000, now)
	ctx, cancel := context.WithCancel(t.Context())
	st.applied = func(store.Batch) { cancel() }
	expire(ctx, t, st, now)
	if left := len(st.peek("silences")); left == 0 || left == 2000 {
		t.Errorf("%d silences are left after the time for one batch", left)
	}
	expire(t.Context(), t, st, now)
	if left := len(st.peek("silences")); left > 0 {
		t.Errorf("the next run leaves %d silences", left)
	}
}

// TestExpireBesideSomebodyWhoActs has one record changed meanwhile: the batches without it
// are dropped all the same.
func TestExpireBesideSomebodyWhoActs(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	st := manySilences(t, 3000, now)
	standing, err := action.Load(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	st.put([]store.Record{{Collection: "silences", Key: st.peek("silences")[7].Key, Value: []byte(`{"newer":1}`)}})
	if err := action.Expire(t.Context(), st, standing, nil, store.Record{Collection: "leases", Key: "run"}, now); err != nil {
		t.Fatal(err)
	}
	if left := len(st.peek("silences")); left == 0 || left > 1000 {
		t.Errorf("%d silences are left, want those of one batch at most", left)
	}
}
