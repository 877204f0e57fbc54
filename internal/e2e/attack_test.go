package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

// mostUnderAttack is the memory that a plain HTTP server may take, in bytes.
const mostUnderAttack = 64 << 20

// TestServerUnderAttack has strangers hold as many connections as they can, each with
// almost a whole header, and callers with a token send bodies as large as they may be,
// slowly and fast. Others are answered all the same.
func TestServerUnderAttack(t *testing.T) {
	t.Parallel()
	c := newClouds(t)
	p := servetest.StartHTTP(t, executable(t, "conversion"),
		append(c.env, "SIGNALBOX_DYSMS_QPS=10000", "SIGNALBOX_STATE_FILE="+filepath.Join(t.TempDir(), "conversion.db"))...)
	report := request{"POST", "/conversions", `{"verified":1,"requested":2}`}
	report.send(t, p.URL)
	files, resident := descriptors(t, p.PID()), servetest.ResidentBytes(t, p.PID())

	ctx, stop := context.WithCancel(t.Context())
	var attack sync.WaitGroup
	for range 1500 {
		attack.Go(func() { keepConnection(ctx, p.URL) })
	}
	for i := range 100 {
		attack.Go(func() { sendBodies(ctx, p.URL, i) })
	}
	answered := askUnderAttack(t, p.URL)
	stop()
	attack.Wait()
	peak := servetest.PeakBytes(t, p.PID())
	t.Logf("%.1f MB at the most, %d answers meanwhile", float64(peak)/(1<<20), answered)
	if peak > mostUnderAttack {
		t.Errorf("the process had %d bytes at the most, want under 64 MB", peak)
	}
	eventually(t, func() error {
		if got := descriptors(t, p.PID()); got > files {
			return fmt.Errorf("%d files are open, and %d were before", got, files)
		}
		return nil
	})
	t.Logf("%d KB before, %d KB after", resident>>10, servetest.ResidentBytes(t, p.PID())>>10)
	if got := report.send(t, p.URL); got.Status != http.StatusOK {
		t.Errorf("a report after the attack = %+v, want 200", got)
	}
}

// askUnderAttack asks for three seconds whether the process is alive, and returns how
// often it said so. A client whose connection is closed for another asks again, as
// whoever watches a process does. Without any answer it fails the test after 30 s.
func askUnderAttack(t *testing.T, url string) (answered int) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	for began := time.Now(); time.Since(began) < 3*time.Second || answered == 0; {
		resp, err := client.Get(url + "/healthz") //nolint:noctx // The client has a time of its own.
		if err == nil {
			resp.Body.Close()
			answered++
		}
		if time.Since(began) > 30*time.Second {
			t.Errorf("GET /healthz under attack is not answered: %v", err)
			break
		}
	}
	return answered
}

// keepConnection keeps a connection with almost a whole header, and begins anew where
// it is closed.
func keepConnection(ctx context.Context, url string) {
	for ctx.Err() == nil {
		client, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		_, _ = fmt.Fprintf(client, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: %s", strings.Repeat("x", 8<<10))
		closeWith(ctx, client)
		_, _ = io.Copy(io.Discard, client)
		client.Close()
	}
}

// closeWith closes client when ctx ends.
func closeWith(ctx context.Context, client io.Closer) {
	context.AfterFunc(ctx, func() { _ = client.Close() })
}

// sendBodies sends bodies as large as they may be: to each of two routes, slowly or
// as fast as it can, with their length or without.
func sendBodies(ctx context.Context, url string, i int) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	route, body := "/conversions", `{"conversionRate":"`+strings.Repeat("x", 512<<10-21)+`"}`
	if i&1 == 0 {
		event := `{"type":"requested","id":"` + strings.Repeat("x", 200) + `"},`
		route, body = "/otp-events", "["+strings.Repeat(event, 5000)[:5000*len(event)-1]+"]"
	}
	for ctx.Err() == nil {
		var reader io.Reader = strings.NewReader(body)
		if i&2 == 0 {
			reader = io.MultiReader(strings.NewReader(body[:len(body)-1]), untilDone{ctx})
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+route, io.NopCloser(reader))
		if err != nil {
			return
		}
		if i&4 == 0 {
			req.ContentLength = int64(len(body))
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", contentType)
		resp, err := client.Do(req)
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

// untilDone is the rest of a body that does not come.
type untilDone struct{ ctx context.Context }

func (u untilDone) Read([]byte) (int, error) {
	<-u.ctx.Done()
	return 0, io.ErrUnexpectedEOF
}

// descriptors counts what a process has open.
func descriptors(t *testing.T, pid int) int {
	t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// eventually waits for check to find nothing wrong, for 15 s.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for began := time.Now(); ; <-ticker.C {
		err := check()
		if err == nil {
			return
		}
		if time.Since(began) > 15*time.Second {
			t.Error(err)
			return
		}
	}
}
