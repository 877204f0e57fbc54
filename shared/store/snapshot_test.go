package store_test

import (
	"context"
	"testing"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

// TestTableSnapshotIsOfOneMoment has another process write two collections at every moment
// of a snapshot.
func TestTableSnapshotIsOfOneMoment(t *testing.T) {
	t.Parallel()
	both := func(value string) store.Batch {
		return store.Batch{Put: []store.Record{{Collection: "a", Key: "k", Value: []byte(value)}, {Collection: "z", Key: "k", Value: []byte(value)}}}
	}
	for n := 1; ; n++ {
		table := storetest.NewTable()
		writer := inTable(t, table)
		apply(t, writer, both("1"))
		calls, between := 0, func() { apply(t, writer, both("2")) }
		reader := inTable(t, table.With(oneAtATime(func(_ context.Context, _ storetest.Call, do func() error) error {
			if calls++; calls == n {
				between()
			}
			return do()
		})))
		x, err := store.Take(t.Context(), reader)
		if err != nil || len(x.Records) != 2 || string(x.Records[0].Value) != string(x.Records[1].Value) {
			t.Errorf("with a batch before call %d: Take = %s, %v; want two records of one batch", n, x.Records, err)
		}
		if calls < n {
			break
		}
	}
}
