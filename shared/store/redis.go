package store

import (
	"context"
	_ "embed" // the script
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// The script runs in Redis, so that nobody writes between the look and the
// write.
var (
	//go:embed put.lua
	putSource string

	putScript = redis.NewScript(putSource)
)

// Redis keeps each entry in a hash of its own, for all instances that use the
// same Redis and prefix. Unlike the quota it has nothing to fall back to: while
// Redis is away every call is an error. It is safe for concurrent use.
//
// What Redis loses or evicts is as if it had never been put, so give it
// persistence and the policy noeviction.
type Redis struct {
	client redis.Cmdable
	prefix string
}

var _ Store = (*Redis)(nil)

// NewRedis returns the store of the keys that start with prefix. It does not
// connect. The client must not retry: a Put that is sent again after it was
// done conflicts with itself.
func NewRedis(client redis.Cmdable, prefix string) *Redis {
	return &Redis{client: client, prefix: prefix}
}

// Get returns the entry of key, see [Store].
func (r *Redis) Get(ctx context.Context, key string) (Entry, error) {
	fields, err := r.client.HGetAll(ctx, r.prefix+key).Result()
	if err != nil {
		return Entry{}, fmt.Errorf("get %s from Redis: %w", key, err)
	}
	if len(fields) == 0 {
		return Entry{}, nil
	}
	version, err := strconv.ParseUint(fields["version"], 10, 64)
	if err != nil {
		return Entry{}, fmt.Errorf("get %s from Redis: its version: %w", key, err)
	}
	return Entry{Value: json.RawMessage(fields["value"]), Version: version}, nil
}

// Put writes e as the entry of key, see [Store].
func (r *Redis) Put(ctx context.Context, key string, e Entry) (Entry, error) {
	value, err := json.Marshal(e.Value) // as a file does: checked, and null for none
	if err != nil {
		return Entry{}, fmt.Errorf("put %s to Redis: %w", key, err)
	}
	found, err := putScript.Run(ctx, r.client, []string{r.prefix + key},
		value, strconv.FormatUint(e.Version, 10), strconv.FormatUint(e.Version+1, 10)).Uint64()
	if err != nil {
		return Entry{}, fmt.Errorf("put %s to Redis: %w", key, err)
	}
	return e.next(key, Entry{Version: found})
}
