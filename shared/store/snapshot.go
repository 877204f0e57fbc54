package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
	bolt "go.etcd.io/bbolt"
)

// Snapshot is what a state has at one moment.
type Snapshot struct {
	// Namespace is that of [Config].
	Namespace string
	// Schema is the version of the records' form.
	Schema int64
	// Records are those of all collections but the leases, in the order of collections
	// and keys.
	Records []Record
}

// ErrNoState says that nothing was ever written to a state.
var ErrNoState = errors.New("there is no state yet")

var errForeign = errors.New("this store is not one that Open has returned")

// Take returns a snapshot of s, which others may use meanwhile. It writes nothing, so that
// an older state is not migrated.
func Take(ctx context.Context, s Store) (Snapshot, error) {
	inner, ok := s.(*state)
	if !ok {
		return Snapshot{}, errForeign
	}
	x, err := inner.take(ctx)
	if errors.Is(err, errMoved) {
		err = fmt.Errorf("%w: try again while no sweep is under way", err)
	}
	if err != nil {
		return Snapshot{}, fmt.Errorf("take a snapshot of the state in %s: %w", inner.where(), err)
	}
	return x, nil
}

func (s *state) take(ctx context.Context) (Snapshot, error) {
	records, err := s.snapshot(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	at := slices.IndexFunc(records, isSchema)
	if at < 0 {
		return Snapshot{}, ErrNoState
	}
	schema, err := parseSchema(s.where(), records[at])
	if err == nil && schema > s.newest() {
		err = &SchemaError{Where: s.where(), Found: schema, Known: s.newest()}
	}
	return Snapshot{Namespace: s.namespace, Schema: schema, Records: inOrder(slices.Delete(records, at, at+1))}, err
}

func isSchema(r Record) bool { return r.Collection == metaCollection && r.Key == schemaKey }

func inOrder(records []Record) []Record {
	slices.SortFunc(records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.Key, b.Key))
	})
	return records
}

// Where says where s keeps its records, for people.
func Where(s Store) string { return whereIs(s) }

// snapshot reads all buckets in one transaction.
func (f *file) snapshot(ctx context.Context) (records []Record, err error) {
	err = f.use(ctx, false, func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			collection, ours := strings.CutPrefix(string(name), f.prefix)
			if !ours || collection == leaseCollection {
				return nil
			}
			some, err := recordsIn(bucket, collection)
			records = append(records, some...)
			return err
		})
	})
	if errors.Is(err, errNoFile) {
		return nil, nil
	}
	return records, err
}

// snapshot reads all hashes, and begins anew where one of them is changed meanwhile.
func (r *remote) snapshot(ctx context.Context) (records []Record, err error) {
	err = settling(ctx, func() error {
		keys, err := r.recordKeys(ctx)
		if err != nil {
			return err
		}
		err = r.client.Watch(ctx, func(tx *redis.Tx) (err error) {
			records, err = r.readWatched(ctx, tx, keys)
			return err
		}, append(slices.Clone(keys), r.prefix+metaCollection)...)
		if errors.Is(err, redis.TxFailedErr) {
			return errMoved
		}
		return err
	})
	return records, err
}

// recordKeys are the keys of all collections but the leases, sorted. To renew a lease
// changes no other.
func (r *remote) recordKeys(ctx context.Context) ([]string, error) {
	keys, err := r.keys(ctx)
	slices.Sort(keys)
	return slices.DeleteFunc(keys, func(key string) bool { return key == r.prefix+leaseCollection }), err
}

// readWatched reads the hashes that tx watches. An error says that one was changed, or
// that there are others now.
func (r *remote) readWatched(ctx context.Context, tx *redis.Tx, keys []string) (records []Record, err error) {
	for _, key := range keys {
		some, err := scan(ctx, tx, key, strings.TrimPrefix(key, r.prefix))
		if err != nil {
			return nil, r.explain(ctx, key, err)
		}
		records = append(records, some...)
	}
	now, err := r.recordKeys(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(now, keys) {
		return nil, errMoved
	}
	_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
		return p.HLen(ctx, r.prefix+metaCollection).Err() // something has to be in it
	})
	return records, err
}

// snapshot lists all collections, and begins anew where a batch is written meanwhile.
func (t *table) snapshot(ctx context.Context) (records []Record, err error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	err = settling(ctx, func() error {
		h, err := t.readHead(ctx)
		if err == nil {
			records, err = t.everything(ctx, h)
		}
		return err
	})
	return records, err
}

// everything are the records of all collections after the batch of h, or errMoved: each
// list finds that no other was written before it ended, and so does the last of them.
func (t *table) everything(ctx context.Context, h head) (records []Record, err error) {
	for _, collection := range h.Collections {
		if collection == leaseCollection {
			continue
		}
		some, err := t.list(ctx, h, collection, false)
		if err != nil {
			return nil, err
		}
		records = append(records, some...)
	}
	return records, nil
}
