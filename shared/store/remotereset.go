package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

var errNotHash = errors.New("the key is not a hash")

// explain returns the damage that err of a call is about, or err.
func (r *remote) explain(ctx context.Context, key string, err error) error {
	if !errors.Is(err, errNotHash) && !redis.HasErrorPrefix(err, "WRONGTYPE") {
		return err
	}
	id, dumpErr := dumped(ctx, r.client, key)
	if dumpErr != nil {
		return fmt.Errorf("%w, and: %w", err, dumpErr)
	}
	return &DamagedError{Where: r.where(), ID: id, Reason: "the key of " + strings.TrimPrefix(key, r.prefix) + " is not a hash"}
}

// dumped is the ID of a key that is not a hash.
func dumped(ctx context.Context, c redis.Cmdable, key string) (string, error) {
	dump, err := c.Dump(ctx, key).Bytes()
	return fingerprint(Record{Collection: key, Value: dump}), err
}

// reset renames the keys of the state if one of them has the damage that id
// names, unless one was changed meanwhile.
func (r *remote) reset(ctx context.Context, id string) error {
	keys, err := r.keys(ctx)
	if err != nil || len(keys) == 0 {
		return err
	}
	return r.client.Watch(ctx, func(tx *redis.Tx) error {
		for _, key := range keys {
			if has, err := r.has(ctx, tx, key, id); err != nil {
				return err
			} else if has {
				return r.moveAside(ctx, tx, keys, id)
			}
		}
		return nil
	}, keys...)
}

// keys returns the keys of the state. In a Cluster they are all on one node.
func (r *remote) keys(ctx context.Context) ([]string, error) {
	var node redis.Cmdable = r.client
	if cluster, ok := r.client.(*redis.ClusterClient); ok {
		master, err := cluster.MasterForKey(ctx, r.prefix)
		if err != nil {
			return nil, err
		}
		node = master
	}
	literal := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(r.prefix)
	found := make(map[string]bool)
	scan := node.Scan(ctx, 0, literal+"*", perCall).Iterator()
	var keys []string
	for scan.Next(ctx) {
		if key := scan.Val(); !found[key] {
			found[key] = true
			keys = append(keys, key)
		}
	}
	return keys, scan.Err()
}

// has tells whether a key, or a record in it, is what id names.
func (r *remote) has(ctx context.Context, c redis.Cmdable, key, id string) (bool, error) {
	kind, err := c.Type(ctx, key).Result()
	if err != nil {
		return false, err
	}
	if kind != "hash" {
		own, err := dumped(ctx, c, key)
		return own == id, err
	}
	records, err := scan(ctx, c, key, strings.TrimPrefix(key, r.prefix))
	for _, record := range records {
		if fingerprint(record) == id {
			return true, err
		}
	}
	return false, err
}

// moveAside renames all keys at once. The new names keep the hash tag.
func (r *remote) moveAside(ctx context.Context, tx *redis.Tx, keys []string, id string) error {
	_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range keys {
			p.Rename(ctx, key, "damaged:"+id+":"+key)
		}
		return nil
	})
	return err
}
