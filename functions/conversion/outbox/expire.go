package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/shared/store"
)

// The keys that have expired are looked for in a few of their collections at each
// call: each has its turn within the hour where Expire is called every minute.
const (
	shards   = 256
	perCall  = 4
	slots    = shards / perCall
	slotTime = time.Minute
	// perBatch bounds what is dropped in one batch.
	perBatch = 500
)

// Expire drops keys whose time is over, and the oldest dead letters above MaxDead.
// It looks at some of them, by the time at which it is called. It returns how many
// dead letters it has dropped.
func (o *Outbox) Expire(ctx context.Context) (dropped int, err error) {
	slot := int(o.now().Unix() / int64(slotTime/time.Second) % slots)
	for i := range perCall {
		if err := o.expireKeys(ctx, shard(byte(slot*perCall+i))); err != nil { //nolint:gosec // below 256
			return 0, fmt.Errorf("drop keys that have expired: %w", err)
		}
	}
	if slot == 0 {
		dropped, err = o.trim(ctx)
	}
	return dropped, err
}

func (o *Outbox) expireKeys(ctx context.Context, collection string) error {
	records, err := o.config.Store.List(ctx, collection)
	if err != nil {
		return err
	}
	var expired []store.Record
	for _, r := range records {
		if o.forgotten(r.Value) {
			expired = append(expired, r)
		}
	}
	return o.drop(ctx, expired)
}

// drop deletes records that are as they were read. Where one is not, its batch is
// left for the next time.
func (o *Outbox) drop(ctx context.Context, records []store.Record) error {
	for len(records) > 0 {
		n := min(len(records), perBatch)
		b := store.Batch{If: records[:n]}
		for _, r := range records[:n] {
			b.Put = append(b.Put, store.Record{Collection: r.Collection, Key: r.Key})
		}
		if err := o.config.Store.Apply(ctx, b); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
		records = records[n:]
	}
	return nil
}

func (o *Outbox) trim(ctx context.Context) (int, error) {
	letters, err := o.DeadLetters(ctx)
	if err != nil || len(letters) <= o.config.MaxDead {
		return 0, err
	}
	letters = letters[:len(letters)-o.config.MaxDead]
	dropped := 0
	for some := range slices.Chunk(letters, perBatch) {
		b := store.Batch{}
		for _, d := range some {
			b.Put = append(b.Put, store.Record{Collection: deadCollection, Key: d.ID})
		}
		if err := o.config.Store.Apply(ctx, b); err != nil {
			return dropped, fmt.Errorf("drop old dead letters: %w", err)
		}
		dropped += len(some)
	}
	return dropped, nil
}
