package store_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"signalbox/shared/store"
)

// TestFileWritesLittle puts 20,000 records of 300 bytes with keys in no order, in
// 12 batches, and a few records into the full state.
func TestFileWritesLittle(t *testing.T) {
	t.Parallel()
	s := openStore(t, store.Config{File: filepath.Join(t.TempDir(), "state.db")})
	keys := rand.New(rand.NewPCG(1, 2)).Perm(20_000)
	var put int
	for batch := range 12 {
		var b store.Batch
		for _, key := range keys[len(keys)*batch/12 : len(keys)*(batch+1)/12] {
			r := store.Record{Collection: "incidents", Key: fmt.Sprintf("card/%019d", key), Value: []byte(strings.Repeat("v", 300))}
			b.Put = append(b.Put, r)
			put += len(r.Key) + len(r.Value)
		}
		if err := s.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	factor := float64(store.Written(s)) / float64(put)
	t.Logf("%.1f times the %d bytes of the records", factor, put)
	if factor > 8 {
		t.Errorf("%.1f times the bytes of the records were written, want at most 8", factor)
	}

	before := store.Written(s)
	for i := range 30 {
		b := store.Batch{Put: []store.Record{{Collection: "checkpoints", Key: "sweep", Value: fmt.Append(nil, i)}}}
		if err := s.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	small := store.Written(s) - before
	t.Logf("%d bytes for 30 small batches", small)
	if small > 1<<20 {
		t.Errorf("30 small batches wrote %d bytes, want at most 1 MiB", small)
	}
}
