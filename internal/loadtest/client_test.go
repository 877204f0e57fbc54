package loadtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// client asks one server for many things.
type client struct {
	http    *http.Client
	targets []string
	token   string
	next    atomic.Int64
	failed  atomic.Int64
	example atomic.Pointer[string] // of what went wrong
}

// connections are as many as there are requests at once.
const connections = 32

func newClient(t *testing.T, token string, targets ...string) *client {
	t.Helper()
	transport := &http.Transport{MaxIdleConns: connections, MaxIdleConnsPerHost: connections, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{http: &http.Client{Transport: transport, Timeout: 30 * time.Second}, targets: targets, token: token}
}

// ask makes one request, for the next target.
func (c *client) ask(ctx context.Context) ([]byte, error) {
	target := c.targets[int(c.next.Add(1))%len(c.targets)]
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d, %.200s", answer.StatusCode, body)
	}
	return body, err
}

func (c *client) count(ctx context.Context) {
	if _, err := c.ask(ctx); err != nil {
		text := err.Error()
		c.failed.Add(1)
		c.example.Store(&text)
	}
}

// atRate asks so many times a second, whether or not there were answers, and returns how
// long each took from when it was due.
func (c *client) atRate(ctx context.Context, perSecond int, d time.Duration) []time.Duration {
	due := make(chan time.Time, int(d.Seconds()*float64(perSecond))+1)
	took := make([][]time.Duration, connections)
	var workers sync.WaitGroup
	for i := range connections {
		workers.Go(func() {
			for at := range due {
				c.count(ctx)
				took[i] = append(took[i], time.Since(at))
			}
		})
	}
	start := time.Now()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for sent := 0; sent < cap(due)-1; {
		<-ticker.C
		for ; sent < cap(due)-1 && time.Duration(sent)*time.Second/time.Duration(perSecond) <= time.Since(start); sent++ {
			due <- start.Add(time.Duration(sent) * time.Second / time.Duration(perSecond))
		}
	}
	close(due)
	workers.Wait()
	return slices.Concat(took...)
}

// closedLoop has each connection ask again as soon as it has its answer, and returns how many
// there were in a second.
func (c *client) closedLoop(ctx context.Context, d time.Duration) float64 {
	var workers sync.WaitGroup
	var answers atomic.Int64
	start := time.Now()
	for range connections {
		workers.Go(func() {
			for time.Since(start) < d {
				c.count(ctx)
				answers.Add(1)
			}
		})
	}
	workers.Wait()
	return float64(answers.Load()) / time.Since(start).Seconds()
}

// quantile returns what that part of them is below.
func quantile(part float64, durations []time.Duration) time.Duration {
	slices.Sort(durations)
	return durations[min(len(durations)-1, int(part*float64(len(durations))))]
}
