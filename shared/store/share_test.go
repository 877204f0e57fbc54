package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/alicebob/miniredis/v2"
	bolt "go.etcd.io/bbolt"

	"signalbox/shared/store"
)

// TestFileOf has another package's records share the file: its schema, its reset,
// and what is found broken.
func TestFileOf(t *testing.T) {
	t.Parallel()
	config := store.Config{File: filepath.Join(t.TempDir(), "state.db"), Namespace: "n"}
	s := openStore(t, config)
	f, err := store.FileOf(s)
	if err != nil {
		t.Fatal(err)
	}
	put := func(value string) error {
		return f.Update(t.Context(), func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte(f.Prefix() + "own"))
			if err != nil {
				return err
			}
			return b.Put([]byte("k"), []byte(value))
		})
	}
	if err := put("1"); err != nil {
		t.Fatal(err)
	}
	if schema, err := s.Get(t.Context(), "meta", "schema"); err != nil || string(schema) != "1" {
		t.Errorf("the schema after another's first write = %q, %v; want 1", schema, err)
	}
	got, err := s.Get(t.Context(), "own", "k")
	if err != nil || string(got) != "1" {
		t.Errorf("Get of another's record = %q, %v; want 1", got, err)
	}
	failed := errors.New("no")
	err = f.Update(t.Context(), func(tx *bolt.Tx) error {
		return errors.Join(tx.Bucket([]byte("n/own")).Put([]byte("k"), []byte("2")), failed)
	})
	if got, _ := s.Get(t.Context(), "own", "k"); !errors.Is(err, failed) || string(got) != "1" {
		t.Errorf("Update that returns an error = %v and leaves %q, want 1", err, got)
	}

	damage, ok := errors.AsType[*store.DamagedError](f.Damaged("own", []byte("k"), []byte("1"), "not right"))
	if !ok || damage.Where != config.File {
		t.Fatalf("Damaged = %v, want a DamagedError", damage)
	}
	_ = s.Close()
	if err := put("3"); err == nil {
		t.Error("Update after Close = nil, want an error")
	}
	config.Reset = damage.ID
	if got, err := openStore(t, config).Get(t.Context(), "own", "k"); err != nil || got != nil {
		t.Errorf("Get after the reset = %q, %v; want nothing", got, err)
	}
}

// TestFileOfExchanged has a newer state put in the file's place: nothing is written
// to it.
func TestFileOfExchanged(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	newer := openStore(t, store.Config{File: filepath.Join(folder, "newer.db")})
	err := newer.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "meta", Key: "schema", Value: []byte("9")}}})
	if err != nil {
		t.Fatal(err)
	}
	_ = newer.Close()
	path := filepath.Join(folder, "state.db")
	f, err := store.FileOf(openStore(t, store.Config{File: path}))
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*bolt.Tx) error { return nil }
	if err := f.Update(t.Context(), nothing); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(folder, "newer.db"), path); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first was begun in the file that was there before
		err = f.Update(t.Context(), nothing)
	}
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("Update of a newer state = %v, want ErrConflict", err)
	}
}

func TestFileOfNone(t *testing.T) {
	t.Parallel()
	remote := openStore(t, store.Config{RedisURL: "redis://" + miniredis.RunT(t).Addr(), Account: "a"})
	shared := openStore(t, store.Config{File: filepath.Join(t.TempDir(), "state.db"), Shared: true})
	for name, s := range map[string]store.Store{"redis": remote, "shared file": shared, "none": nil} {
		if _, err := store.FileOf(s); !errors.Is(err, store.ErrNotOwned) {
			t.Errorf("FileOf %s = %v, want ErrNotOwned", name, err)
		}
		if _, ok := store.RemoteOf(s); ok != (name == "redis") {
			t.Errorf("RemoteOf %s = %t", name, ok)
		}
	}
}

// TestRemoteOf has a state get its schema before another package writes, also when
// Redis has lost it.
func TestRemoteOf(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := openStore(t, store.Config{RedisURL: "redis://" + server.Addr(), Account: "a", Namespace: "n"})
	r, ok := store.RemoteOf(s)
	if !ok || r.Prefix != "signalbox:{a:n}:" {
		t.Fatalf("RemoteOf = %q, %t; want the prefix of the state", r.Prefix, ok)
	}
	schema := r.Schema()
	for range 2 {
		if err := r.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := server.HGet(r.Prefix+schema.Collection, schema.Key); got != string(schema.Value) {
			t.Errorf("the schema in Redis is %q, want %q", got, schema.Value)
		}
		server.FlushAll()
		if err := r.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	server.HSet(r.Prefix+schema.Collection, schema.Key, "9")
	if err := r.Look(t.Context()); err == nil {
		t.Error("Look at a newer state = nil, want an error")
	}
}
