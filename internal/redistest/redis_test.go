//go:build redis

package redistest_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/shared/serve/servetest"
)

// server is a redis-server of our own, which can be killed and started again.
type server struct {
	address string
	options []string
	command *exec.Cmd
}

// startRedis starts a server that keeps nothing, with options of its command line.
func startRedis(tb testing.TB, options ...string) *server {
	tb.Helper()
	s := &server{address: "127.0.0.1:" + servetest.FreePort(tb), options: options}
	s.start(tb)
	tb.Cleanup(func() { s.kill(tb) })
	return s
}

func (s *server) start(tb testing.TB) {
	tb.Helper()
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		tb.Fatal(err)
	}
	arguments := append([]string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"}, s.options...)
	s.command = exec.Command("redis-server", arguments...) //nolint:noctx // killed by the test
	if err := s.command.Start(); err != nil {
		tb.Fatal(err)
	}
	client := s.client(tb)
	for deadline := time.Now().Add(10 * time.Second); ; {
		var answer redis.Error // such as that it wants a password
		if err := client.Ping(tb.Context()).Err(); err == nil || errors.As(err, &answer) {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatal("redis-server does not answer")
		}
	}
}

// kill ends the server as a crash would.
func (s *server) kill(tb testing.TB) {
	tb.Helper()
	if err := s.command.Process.Kill(); err != nil {
		tb.Fatal(err)
	}
	_ = s.command.Wait() // it says that it was killed
}

func (s *server) client(tb testing.TB) *redis.Client {
	tb.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.address})
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

// info returns the number that a line of a section begins with, 0 where there is
// no such line, see https://redis.io/docs/latest/commands/info/.
func (s *server) info(tb testing.TB, section, line string) int {
	tb.Helper()
	stats, err := s.client(tb).Info(tb.Context(), section).Result()
	if err != nil {
		tb.Fatal(err)
	}
	for found := range strings.Lines(stats) {
		if rest, ok := strings.CutPrefix(found, line); ok {
			n, err := strconv.Atoi(rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))])
			if err != nil {
				tb.Fatal(err)
			}
			return n
		}
	}
	return 0
}

// scriptCalls returns how many scripts the server has run.
func (s *server) scriptCalls(t *testing.T) int {
	t.Helper()
	return s.info(t, "commandstats", "cmdstat_eval:calls=") + s.info(t, "commandstats", "cmdstat_evalsha:calls=")
}

// TestMain is the test, or one of the processes that it starts.
func TestMain(m *testing.M) {
	if job := os.Getenv("REDISTEST_WORKER"); job != "" {
		os.Exit(work(job))
	}
	if order := os.Getenv("REDISTEST_LEDGER"); order != "" {
		os.Exit(addForEver(order))
	}
	folder, err := os.MkdirTemp("", "redistest")
	if err == nil {
		err = certify(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}
