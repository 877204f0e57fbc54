package store_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

// TestTableDamaged has somebody change rows by hand: every call that needs them says so
// and writes nothing, and the state is moved aside when asked.
func TestTableDamaged(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reason string
		harm         func(table *storetest.Table)
	}{
		{"head", "its head", harmRow("n head", func(r *store.Row) { r.Data = []byte("text") })},
		{"empty head", "its head", harmRow("n head", func(r *store.Row) { r.Data = []byte("{}") })},
		{"row", "a row of", harmRow("c k", func(r *store.Row) { r.Data = []byte("text") })},
		{"short row", "a row of", harmRow("c k", func(r *store.Row) { r.Data = r.Data[:3] })},
		{"part", "a row of", harmRow("c k#00001", func(r *store.Row) { r.Data = []byte("text") })},
		{"countless parts", "a row of", harmRow("c k", func(r *store.Row) { r.Data = parted(1<<39, 190) })},
		{"endless value", "a row of", harmRow("c k", func(r *store.Row) { r.Data = parted(2, 1<<39) })},
		{"missing part", "a row of", removeRow("c k#00001")},
		{"countless chunks", "its head", harmRow("n head", withChunks("1000000000000"))},
		{"less than no chunks", "its head", harmRow("n head", withChunks("-1"))},
		{"missing chunk", "journal", removeRow("/00001")},
		{"chunk", "journal", harmRow("/00001", func(r *store.Row) { r.Data = r.Data[1:] })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			table := storetest.NewTable()
			long := strings.Repeat("p", 190)
			apply(t, openTable(t, table), one(long))
			if test.reason == "journal" {
				_ = openTable(t, table.With(oneAtATime(killedAt(10, true)))).Apply(t.Context(), one(long))
			}
			test.harm(table)
			before := len(table.Rows())
			config := store.Config{Table: table, Account: "a", Namespace: "n", Reset: "0123456789ab"}
			damage := wantTableDamaged(t, openStore(t, config))
			if !strings.Contains(damage.Reason, test.reason) || damage.Where != "fake table, rows a:n" {
				t.Errorf("damage = %v, want %q in its reason", damage, test.reason)
			}
			if after := len(table.Rows()); after != before {
				t.Errorf("there were %d rows, and are %d", before, after)
			}
			config.Reset = damage.ID
			wantTableBegunAnew(t, config, before)
		})
	}
}

// parted is the row of a value that claims to be in so many parts and so large.
func parted(parts, size uint64) []byte {
	data := append([]byte("m"), 0, 0) // written at no time, and the key is the row's
	return binary.AppendUvarint(binary.AppendUvarint(data, parts), size)
}

// withChunks has the head name a journal in so many rows.
func withChunks(chunks string) func(*store.Row) {
	return func(r *store.Row) {
		r.Data = []byte(`{"generation":"g","number":7,"batches":["b"],"journal":{"id":"b","records":1,"size":1,"chunks":` + chunks + `}}`)
	}
}

// isRow tells whether a test means r, by the end of its keys.
func isRow(r store.Row, name string) bool {
	return strings.HasSuffix(r.Partition+" "+r.Sort, name)
}

func harmRow(name string, harm func(*store.Row)) func(*storetest.Table) {
	return func(table *storetest.Table) {
		for _, r := range table.Rows() {
			if isRow(r, name) {
				harm(&r)
				table.Set(r)
			}
		}
	}
}

func removeRow(name string) func(*storetest.Table) {
	return func(table *storetest.Table) {
		for _, r := range table.Rows() {
			if isRow(r, name) {
				table.Remove(r.RowKey)
			}
		}
	}
}

func wantTableDamaged(t *testing.T, s store.Store) *store.DamagedError {
	t.Helper()
	_, getErr := s.Get(t.Context(), "c", "k")
	_, listErr := s.List(t.Context(), "c")
	applyErr := s.Apply(t.Context(), store.Batch{If: []store.Record{{Collection: "c", Key: "k"}}, Put: one("2").Put})
	var first *store.DamagedError
	for call, err := range map[string]error{"Get": getErr, "List": listErr, "Apply": applyErr} {
		damaged, ok := errors.AsType[*store.DamagedError](err)
		if !ok {
			t.Fatalf("%s = %v, want a DamagedError", call, err)
		}
		if first != nil && *first != *damaged {
			t.Errorf("%s = %v, and another call %v", call, damaged, first)
		}
		first = damaged
	}
	return first
}

func wantTableBegunAnew(t *testing.T, config store.Config, before int) {
	t.Helper()
	s := openStore(t, config)
	if got, err := s.List(t.Context(), "c"); err != nil || len(got) != 0 {
		t.Fatalf("List after the reset = %v, %v; want nothing", got, err)
	}
	apply(t, s, one("3"))
	again := openStore(t, config) // whose Reset now names nothing
	if got, err := again.Get(t.Context(), "c", "k"); err != nil || string(got) != "3" {
		t.Errorf("Get after opening it again = %q, %v; want 3", got, err)
	}
	table, ok := config.Table.(*storetest.Table)
	if !ok {
		t.Fatal("not the fake")
	}
	rows := table.Rows()
	if len(rows) < before+3 { // the old head, and the new record and schema
		t.Errorf("there are %d rows, and were %d: some of the damaged state are lost", len(rows), before)
	}
}

func TestTableDamagedRecord(t *testing.T) {
	t.Parallel()
	config := store.Config{Table: storetest.NewTable(), Account: "a"}
	s := openStore(t, config)
	apply(t, s, one("{"))
	broken := store.Record{Collection: "c", Key: "k", Value: []byte("{")}
	damage, ok := errors.AsType[*store.DamagedError](store.Damaged(t.Context(), s, broken, "not JSON"))
	if !ok {
		t.Fatalf("Damaged = %v, want a DamagedError", damage)
	}
	config.Reset = damage.ID
	for range 2 {
		if got, err := openStore(t, config).List(t.Context(), "c"); err != nil || len(got) != 0 {
			t.Errorf("List after the reset = %v, %v; want nothing", got, err)
		}
	}
	if err := s.Apply(t.Context(), one("4")); err != nil {
		t.Errorf("Apply by one that was open during the reset = %v, want nil", err)
	}
}
