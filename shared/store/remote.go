package store

import (
	"cmp"
	"context"
	_ "embed" // the script
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// The script runs in Redis, so that nobody writes between the look and the
// write.
var (
	//go:embed apply.lua
	applySource string

	applyScript = redis.NewScript(applySource)
)

// remote keeps each collection in a hash of Redis, for all instances that use
// the same Redis and prefix. While Redis is down every call is an error.
//
// The prefix has a hash tag, so that Redis Cluster keeps all collections of a
// state in one place and one script can write to them. What Redis loses or evicts
// is as if it had never been put: give it persistence and the policy noeviction.
type remote struct {
	// client must not retry: a batch that is sent again after it was written
	// conflicts with itself.
	client redis.UniversalClient
	prefix string
	total  atomic.Int64 // bytes of batches sent
}

var _ engine = (*remote)(nil)

func (r *remote) where() string { return "Redis, keys " + r.prefix + "*" }

func (r *remote) written() int64 { return r.total.Load() }

// Close closes the connections.
func (r *remote) Close() error { return r.client.Close() }

// Get returns the value of a record, see [Store].
func (r *remote) Get(ctx context.Context, collection, key string) ([]byte, error) {
	value, err := r.client.HGet(ctx, r.prefix+collection, key).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, r.explain(ctx, r.prefix+collection, err)
	}
	return []byte(value), nil
}

// writable asks for a write that changes nothing: one that is full, a replica, or one
// that cannot save refuses it as any other, see
// https://redis.io/docs/latest/commands/hsetnx/.
func (r *remote) writable(ctx context.Context, schema Record) error {
	key := r.prefix + schema.Collection
	if err := r.client.HSetNX(ctx, key, schema.Key, string(schema.Value)).Err(); err != nil {
		return r.explain(ctx, key, err)
	}
	return nil
}

// List returns the records of a collection, see [Store].
func (r *remote) List(ctx context.Context, collection string) ([]Record, error) {
	records, err := scan(ctx, r.client, r.prefix+collection, collection)
	if err != nil {
		return nil, r.explain(ctx, r.prefix+collection, err)
	}
	return records, nil
}

// perCall is about how many records one call of a scan returns.
const perCall = 1000

// scan reads a hash in pieces, so that others wait for none of a large one. A
// record may come more than once.
func scan(ctx context.Context, c redis.Cmdable, key, collection string) ([]Record, error) {
	found := make(map[string]string)
	var cursor uint64
	for {
		pairs, next, err := c.HScan(ctx, key, cursor, "", perCall).Result()
		if err != nil {
			return nil, err
		}
		for pair := range slices.Chunk(pairs, 2) {
			found[pair[0]] = pair[1]
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	var records []Record
	for field, value := range found {
		records = append(records, Record{Collection: collection, Key: field, Value: []byte(value)})
	}
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.Key, b.Key) })
	return records, nil
}

// Apply writes b, see [Store].
func (r *remote) Apply(ctx context.Context, b Batch) error {
	s := script{prefix: r.prefix, args: []any{len(b.If)}}
	for _, record := range b.If {
		s.add(record)
	}
	for _, record := range b.Put {
		s.add(record)
	}
	r.total.Add(s.bytes)
	result, err := applyScript.Run(ctx, r.client, s.keys, s.args...).Int()
	switch {
	case err != nil:
		return err
	case result < 0:
		return r.explain(ctx, s.keys[-result-1], errNotHash)
	case result > 0:
		return fmt.Errorf("in %s: %w", b.If[result-1].Collection, ErrConflict)
	}
	return nil
}

// script is what the script is called with.
type script struct {
	prefix string
	keys   []string
	args   []any
	bytes  int64
}

func (s *script) add(r Record) {
	key := s.prefix + r.Collection
	at := slices.Index(s.keys, key)
	if at < 0 {
		at = len(s.keys)
		s.keys = append(s.keys, key)
	}
	exists := "1"
	if r.Value == nil {
		exists = "0"
	}
	s.args = append(s.args, strconv.Itoa(at+1), r.Key, exists, r.Value)
	s.bytes += int64(len(r.Key) + len(r.Value))
}
