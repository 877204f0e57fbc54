//go:build redis

package e2e_test

import (
	"net"
	"os/exec"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
	"signalbox/shared/store"
)

// inRedis has the state in a real Redis of its own.
func inRedis(t *testing.T) *outside {
	t.Helper()
	port := servetest.FreePort(t)
	address := net.JoinHostPort("127.0.0.1", port)
	server := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", t.TempDir()) //nolint:noctx // killed by the test
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it says that it was killed
	})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("redis-server does not answer: %v", err)
		}
	}
	o := newOutside(t, 160)
	url := "redis://" + address + "/0"
	o.env = append(o.env, "SIGNALBOX_STATE_FILE=", "SIGNALBOX_REDIS_URL="+url)
	o.stateConfig = func() store.Config { return store.Config{RedisURL: url, Account: "main", Namespace: "alerts"} }
	return o
}

// TestKilledSweepsInRedis is TestKilledSweeps with the state in Redis.
func TestKilledSweepsInRedis(t *testing.T) {
	t.Parallel()
	killedSweeps(t, inRedis(t), inRedis(t))
}
