package store_test

import (
	"path/filepath"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		config func(t *testing.T) store.Config
	}{
		{"file", func(t *testing.T) store.Config {
			t.Helper()
			return store.Config{File: filepath.Join(t.TempDir(), "state.db")}
		}},
		{"shared file", func(t *testing.T) store.Config {
			t.Helper()
			return store.Config{File: filepath.Join(t.TempDir(), "state.db"), Shared: true}
		}},
		{"redis", func(t *testing.T) store.Config {
			t.Helper()
			return store.Config{RedisURL: "redis://" + miniredis.RunT(t).Addr(), Account: "main"}
		}},
		{"redis cluster", func(t *testing.T) store.Config {
			t.Helper()
			address := miniredis.RunT(t).Addr()
			return store.Config{RedisURL: "redis://" + address + "?addr=" + address, Account: "main"}
		}},
		{"table", func(t *testing.T) store.Config {
			t.Helper()
			return store.Config{Table: storetest.NewTable(), Account: "main"}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			storetest.Contract(t, func(t *testing.T) store.Store {
				t.Helper()
				return openStore(t, test.config(t))
			})
		})
	}
}

// openStore opens what c describes until the end of the test.
func openStore(t *testing.T, c store.Config) store.Store {
	t.Helper()
	s, err := store.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestTableContract(t *testing.T) {
	t.Parallel()
	storetest.TableContract(t, func(*testing.T) store.Table { return storetest.NewTable() })
}
