package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

// engines returns one configuration for each engine.
func engines(t *testing.T) map[string]store.Config {
	t.Helper()
	return map[string]store.Config{
		"file":  {File: filepath.Join(t.TempDir(), "state.db"), Shared: true},
		"redis": {RedisURL: "redis://" + miniredis.RunT(t).Addr(), Account: "a"},
		"table": {Table: storetest.NewTable(), Account: "a"},
	}
}

func schema(t *testing.T, s store.Store) string {
	t.Helper()
	value, err := s.Get(t.Context(), "meta", "schema")
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

// rename is a step that moves the records of c to d.
func rename(ctx context.Context, s store.Engine) (store.Batch, error) {
	old, err := s.List(ctx, "c")
	var b store.Batch
	for _, r := range old {
		b.If = append(b.If, r)
		b.Put = append(b.Put, store.Record{Collection: "d", Key: r.Key, Value: r.Value}, store.Record{Collection: "c", Key: r.Key})
	}
	return b, err
}

func TestMigration(t *testing.T) {
	t.Parallel()
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := openStore(t, config)
			if err := old.Apply(t.Context(), one("1")); err != nil {
				t.Fatal(err)
			}
			if got := schema(t, old); got != "1" {
				t.Fatalf("schema of a new state = %q, want 1", got)
			}
			nothing := func(context.Context, store.Engine) (store.Batch, error) { return store.Batch{}, nil }
			s := store.WithMigrations(openStore(t, config), rename, nothing)
			if got, err := s.Get(t.Context(), "d", "k"); err != nil || string(got) != "1" || schema(t, s) != "3" {
				t.Fatalf("Get after the migration = %q, %v, schema %s; want 1, schema 3", got, err, schema(t, s))
			}

			// The older version still runs, and must not write any more.
			err := old.Apply(t.Context(), one("2"))
			newer, ok := errors.AsType[*store.SchemaError](err)
			if !ok || newer.Found != 3 || newer.Known != 1 || !strings.Contains(err.Error(), "deploy") {
				t.Errorf("Apply by the older version = %v, want a SchemaError", err)
			}
			if err := openStore(t, config).Check(t.Context()); !errors.As(err, &newer) {
				t.Errorf("Check by the older version = %v, want a SchemaError", err)
			}
			if err := store.Damaged(t.Context(), old, store.Record{}, "not JSON"); !errors.As(err, &newer) {
				t.Errorf("Damaged by the older version = %v, want a SchemaError", err)
			}
			if got, err := s.List(t.Context(), "c"); err != nil || len(got) != 0 {
				t.Errorf("List = %v, %v; want nothing that the older version has written", got, err)
			}
		})
	}
}

func TestMigrationFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := openStore(t, config).Apply(t.Context(), one("1")); err != nil {
				t.Fatal(err)
			}
			fail := true
			s := store.WithMigrations(openStore(t, config), func(ctx context.Context, e store.Engine) (store.Batch, error) {
				if fail {
					return store.Batch{}, broken
				}
				return rename(ctx, e)
			})
			if err := s.Check(t.Context()); !errors.Is(err, broken) {
				t.Errorf("Check = %v, want the step's error", err)
			}
			if got := schema(t, openStore(t, config)); got != "1" {
				t.Errorf("schema after a step that failed = %s, want 1", got)
			}
			fail = false
			if got, err := s.Get(t.Context(), "d", "k"); err != nil || string(got) != "1" {
				t.Errorf("Get when the step does = %q, %v; want 1", got, err)
			}
		})
	}
}

func TestNewStateNeedsNoMigration(t *testing.T) {
	t.Parallel()
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := store.WithMigrations(openStore(t, config), func(context.Context, store.Engine) (store.Batch, error) {
				return store.Batch{}, errors.New("called for a new state")
			})
			if err := s.Apply(t.Context(), one("1")); err != nil || schema(t, s) != "2" {
				t.Errorf("Apply = %v, schema %s; want schema 2", err, schema(t, s))
			}
		})
	}
}

func TestSchemaThatIsNoNumber(t *testing.T) {
	t.Parallel()
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := openStore(t, config)
			if err := first.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "meta", Key: "schema", Value: []byte("new")}}}); err != nil {
				t.Fatal(err)
			}
			damage := wantDamaged(t, openStore(t, config))
			config.Reset = damage.ID
			s := openStore(t, config)
			if err := s.Apply(t.Context(), one("1")); err != nil || schema(t, s) != "1" {
				t.Errorf("Apply after the reset = %v, schema %s; want schema 1", err, schema(t, s))
			}
		})
	}
}
