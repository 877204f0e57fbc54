package outbox_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"signalbox/functions/conversion/outbox"
	"signalbox/shared/store"
)

// FuzzRecords has any bytes be the records of a key, of a report that waits and of a
// dead letter. Whatever they are, the key can be claimed or is known, the report leaves
// the outbox, and both lists are shown.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"hash":"body","status":"accepted","at":1764043899123,"code":202,"answer":"e30="}`),
		[]byte(`{"key":"k","report":{"rate":0.5,"time":1764043899123},"accepted":1764043899123}`),
		[]byte(`{"entry":{"key":"k","report":{"rate":0.5,"time":1}},"reason":"r","died":1}`))
	f.Add([]byte(`{"status":"inFlight","at":9e99}`), []byte(`{"window":{"Start":1,"Seconds":-1}}`), []byte(`{"unreadable":"ew=="}`))
	f.Add([]byte(`{`), []byte(`null`), []byte(`[]`))
	server := miniredis.RunT(f)
	s, err := store.Open(store.Config{RedisURL: "redis://" + server.Addr(), Account: "main", Namespace: "conversion"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	f.Fuzz(func(t *testing.T, key, entry, letter []byte) {
		server.FlushAll()
		c := &clock{now: begin}
		o, fence := open(s, c), lease(t, s)
		claim, _, err := o.Begin(t.Context(), "k", "body")
		must(t, err)
		must(t, o.Finish(t.Context(), outbox.Answer{Claim: claim, Record: outbox.Record{Status: outbox.Forwarded}}))
		add(t, o, c, 1)
		replace(t, s, key, entry, letter)

		claim, earlier, err := o.Begin(t.Context(), "k", "body")
		_, inFlight := errors.AsType[*outbox.InFlightError](err)
		if claim == nil && earlier == nil || err != nil && !inFlight && !errors.Is(err, outbox.ErrOtherBody) {
			t.Errorf("Begin = %v, %v, %v", claim, earlier, err)
		}
		_, entries := oldest(t, o, 10)
		if len(entries) != 1 {
			t.Fatalf("Oldest = %+v, want one", entries)
		}
		must(t, o.Settle(t.Context(), fence, []outbox.Outcome{{Entry: entries[0], Status: outbox.Dead, Reason: "fuzzed"}}))
		if n, err := o.Waiting(t.Context()); n != 0 || err != nil {
			t.Errorf("Waiting = %d, %v; want none", n, err)
		}
		letters, err := o.DeadLetters(t.Context())
		if err != nil || len(letters) == 0 {
			t.Fatalf("DeadLetters = %+v, %v; want some", letters, err)
		}
		for _, d := range letters {
			if err := o.Retry(t.Context(), d.ID); err != nil && !errors.Is(err, outbox.ErrUnreadable) {
				t.Errorf("Retry of %+v = %v", d, err)
			}
		}
		if _, err := o.Expire(t.Context()); err != nil {
			t.Errorf("Expire = %v", err)
		}
	})
}

// replace has the key k, the report that waits and a dead letter have other records.
func replace(t *testing.T, s store.Store, key, entry, letter []byte) {
	t.Helper()
	b := store.Batch{Put: []store.Record{{Collection: "dead-letters", Key: "report-9", Value: letter}}}
	sum := sha256.Sum256([]byte("k"))
	for _, collection := range []string{fmt.Sprintf("keys/%02x", sum[0]), "waiting"} {
		records, err := s.List(t.Context(), collection)
		must(t, err)
		for _, r := range records {
			if r.Value = key; collection == "waiting" {
				r.Value = entry
			}
			b.Put = append(b.Put, r)
		}
	}
	must(t, s.Apply(t.Context(), b))
}
