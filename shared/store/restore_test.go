package store_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"signalbox/shared/store"
)

// TestRestoredFile has somebody put a good file in the place of a damaged one
// while the process runs.
func TestRestoredFile(t *testing.T) {
	t.Parallel()
	whole := healthy(t)
	for mode := range modes("") {
		path := write(t, harmPages(slices.Clone(whole), 0x02, 0, 0xAA))
		s := openStore(t, modes(path)[mode])
		wantDamaged(t, s)
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("%s: Check of the restored file = %v, want nil", mode, err)
		}
	}
}

// TestDamagedRecord has a caller find a record that cannot be understood, while
// others go on writing.
func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	for mode := range modes("") {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			path := write(t, healthy(t))
			config := modes(path)[mode]
			s := openStore(t, config)
			broken := store.Record{Collection: "c", Key: "broken", Value: []byte("{")}
			if err := s.Apply(t.Context(), store.Batch{Put: []store.Record{broken}}); err != nil {
				t.Fatal(err)
			}
			damage, ok := errors.AsType[*store.DamagedError](store.Damaged(t.Context(), s, broken, "an incident is not JSON"))
			if !ok || damage.Where != path || damage.Reason != "an incident is not JSON" {
				t.Fatalf("Damaged = %v, want a DamagedError of %s", damage, path)
			}
			other := store.Record{Collection: "c", Key: "other", Value: []byte("1")}
			if err := s.Apply(t.Context(), store.Batch{Put: []store.Record{other}}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			config.Reset = damage.ID
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			wantBegunAnew(t, config, path+".damaged-"+damage.ID, content)
		})
	}
}
