//go:build redis

package redistest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

func stateConfig(s *server, account string) store.Config {
	return store.Config{RedisURL: "redis://" + s.address, Account: account, Namespace: "account"}
}

func openState(t *testing.T, c store.Config) store.Store {
	t.Helper()
	state, err := store.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = state.Close() })
	return state
}

func record(collection, key, value string) store.Record {
	return store.Record{Collection: collection, Key: key, Value: []byte(value)}
}

func TestStateContract(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	storetest.Contract(t, func(t *testing.T) store.Store {
		t.Helper()
		return openState(t, stateConfig(redis, t.Name()))
	})
}

// TestStateInCluster has a cluster of one server, which refuses what concerns
// keys of two slots.
func TestStateInCluster(t *testing.T) {
	t.Parallel()
	redis := startRedis(t, "--cluster-enabled", "yes", "--cluster-config-file", t.TempDir()+"/nodes.conf", "--cluster-port", servetest.FreePort(t))
	if err := redis.client(t).ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); !clusterServes(t, redis); {
		if time.Now().After(deadline) {
			t.Fatal("the cluster does not serve")
		}
	}
	storetest.Contract(t, func(t *testing.T) store.Store {
		t.Helper()
		return openState(t, stateConfig(redis, t.Name()))
	})
}

func clusterServes(t *testing.T, s *server) bool {
	t.Helper()
	info, err := s.client(t).ClusterInfo(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(info, "cluster_state:ok")
}

// TestStateKilledAndStarted has a Redis that keeps nothing crash and come back:
// while it is down every call fails, and then there is nothing, for the client
// that had written and for the holder of a lease too.
func TestStateKilledAndStarted(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	state := openState(t, stateConfig(redis, "main"))
	write := store.Batch{Put: []store.Record{record("c", "k", "1")}}
	if err := state.Apply(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	lease, err := store.Acquire(t.Context(), state, store.LeaseConfig{Name: "sweep", Length: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	fenced := store.Batch{If: []store.Record{lease.Fence()}, Put: write.Put}

	redis.kill(t)
	_, getErr := state.Get(t.Context(), "c", "k")
	_, listErr := state.List(t.Context(), "c")
	applyErr := state.Apply(t.Context(), fenced)
	for call, err := range map[string]error{"Get": getErr, "List": listErr, "Apply": applyErr, "Check": state.Check(t.Context())} {
		if err == nil || errors.Is(err, store.ErrConflict) {
			t.Errorf("%s while Redis is down = %v, want an error that says so", call, err)
		}
	}

	redis.start(t)
	if got, err := state.Get(t.Context(), "c", "k"); err != nil || got != nil {
		t.Errorf("Get after the crash = %q, %v; want nothing", got, err)
	}
	if err := state.Apply(t.Context(), fenced); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Apply with a fence from before the crash = %v, want ErrConflict", err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Errorf("Release of a lease from before the crash = %v, want nil", err)
	}
	if err := state.Apply(t.Context(), write); err != nil {
		t.Errorf("Apply anew after the crash = %v, want nil", err)
	}
}

// TestDamagedState has a list in the place of a collection.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	config := stateConfig(redis, "main")
	state := openState(t, config)
	if err := state.Apply(t.Context(), store.Batch{Put: []store.Record{record("other", "k", "1")}}); err != nil {
		t.Fatal(err)
	}
	if err := redis.client(t).RPush(t.Context(), "signalbox:{main:account}:c", "1", "2").Err(); err != nil {
		t.Fatal(err)
	}
	_, err := state.List(t.Context(), "c")
	damage, ok := errors.AsType[*store.DamagedError](err)
	if !ok {
		t.Fatalf("List of a list = %v, want a DamagedError", err)
	}
	err = state.Apply(t.Context(), store.Batch{Put: []store.Record{record("other", "k", "2"), record("c", "k", "2")}})
	if again, ok := errors.AsType[*store.DamagedError](err); !ok || *again != *damage {
		t.Errorf("Apply = %v, want %v", err, damage)
	}
	if got, err := state.Get(t.Context(), "other", "k"); err != nil || string(got) != "1" {
		t.Errorf("Get after the refused batch = %q, %v; want 1", got, err)
	}
	config.Reset = damage.ID
	for range 2 {
		if got, err := openState(t, config).List(t.Context(), "c"); err != nil || len(got) != 0 {
			t.Errorf("List after the reset = %v, %v; want nothing", got, err)
		}
	}
	if n, err := redis.client(t).LLen(t.Context(), "damaged:"+damage.ID+":signalbox:{main:account}:c").Result(); err != nil || n != 2 {
		t.Errorf("the list that was moved aside has %d entries, %v; want 2", n, err)
	}
}

// TestStateWritesLittle counts what reaches Redis for 20,000 records of 300 bytes
// in 12 batches.
func TestStateWritesLittle(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	state := openState(t, stateConfig(redis, "main"))
	before, put := redis.info(t, "stats", "total_net_input_bytes:"), 0
	for batch := range 12 {
		var b store.Batch
		for i := range 20_000 / 12 {
			r := record("incidents", fmt.Sprintf("card/%019d", i*12+batch), strings.Repeat("v", 300))
			b.Put = append(b.Put, r)
			put += len(r.Key) + len(r.Value)
		}
		if err := state.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	factor := float64(redis.info(t, "stats", "total_net_input_bytes:")-before) / float64(put)
	t.Logf("%.2f times the bytes of the records", factor)
	if factor > 2 {
		t.Errorf("%.2f times the bytes of the records were sent, want at most 2", factor)
	}
}
