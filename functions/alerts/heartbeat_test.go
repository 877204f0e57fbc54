package alerts_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/config"
	"signalbox/shared/metric"
)

// heartbeatTo is a heartbeat to a server, with a secret in its path.
func heartbeatTo(t *testing.T, server *httptest.Server) *alerts.Heartbeat {
	t.Helper()
	h, err := alerts.NewHeartbeat(alerts.HeartbeatURL{Secret: config.Secret(server.URL + "/ping/SECRET-PATH?key=SECRET-QUERY")})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func metricsOf(m *metric.Meter) string {
	var text strings.Builder
	m.WritePrometheus(&text)
	return text.String()
}

// TestHeartbeat calls once for each finished sweep, and not for a summary or for a sweep
// that was cut off.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/ping/SECRET-PATH" || r.URL.RawQuery != "key=SECRET-QUERY" {
			t.Errorf("heartbeat = %s %s", r.Method, r.URL)
		}
		calls.Add(1)
	}))
	defer server.Close()
	meter := metric.New()
	f := newFixture(t, 30, func(c *alerts.Config) { c.Heartbeat, c.Meter = heartbeatTo(t, server), meter })
	want := func(when string, n int32) {
		t.Helper()
		if got := calls.Load(); got != n {
			t.Errorf("%s: %d heartbeats, want %d", when, got, n)
		}
	}
	if !strings.Contains(metricsOf(meter), `signalbox_heartbeats_total{outcome="ok"} 0`+"\n") {
		t.Errorf("before the first sweep the page lacks heartbeats:\n%s", metricsOf(meter))
	}
	f.sweep(t)
	want("after a sweep", 1)
	if _, err := f.Summary(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("after a summary", 1)
	f.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.NoPermission, Count: -1})
	if _, err := f.Sweep(t.Context()); err == nil {
		t.Error("a sweep that Alibaba denies has no error")
	}
	want("after a sweep that failed", 1)
	if !strings.Contains(metricsOf(meter), `signalbox_heartbeats_total{outcome="ok"} 1`+"\n") {
		t.Errorf("the page lacks the heartbeat:\n%s", metricsOf(meter))
	}
}

// TestHeartbeatOfAHostileServer fails no sweep, delays it by no more than a few seconds,
// and shows the address to nobody.
func TestHeartbeatOfAHostileServer(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect is followed") }))
	t.Cleanup(elsewhere.Close)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for name, handler := range map[string]http.HandlerFunc{
		"hangs": func(_ http.ResponseWriter, r *http.Request) { wait(r, hang) },
		"answers 500": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.URL.String(), http.StatusInternalServerError)
		},
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusFound)
		},
		"closes": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"drips": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("a"))
			_ = http.NewResponseController(w).Flush()
			wait(r, hang)
		},
		"never ends": func(w http.ResponseWriter, _ *http.Request) {
			for block := bytes.Repeat([]byte("x"), 1<<16); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			meter := metric.New()
			f := newFixture(t, 10, func(c *alerts.Config) { c.Heartbeat, c.Meter = heartbeatTo(t, server), meter })
			began := time.Now()
			if report := f.sweep(t); !report.Done {
				t.Errorf("report = %+v, want the sweep done", report)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("the run took %v", took)
			}
			outcome := "failed"
			if name == "never ends" {
				outcome = "ok" // A service may say much; no more than 2 MB of it is read.
			}
			if !strings.Contains(metricsOf(meter), `signalbox_heartbeats_total{outcome="`+outcome+`"} 1`+"\n") {
				t.Errorf("the page lacks a heartbeat that is %s:\n%s", outcome, metricsOf(meter))
			}
			if logs := f.logs.String(); strings.Contains(logs, "SECRET") || strings.Contains(logs, "heartbeat not sent") != (outcome == "failed") {
				t.Errorf("logs:\n%s", logs)
			}
		})
	}
}

// wait lasts until the caller leaves, or the test ends.
func wait(r *http.Request, end <-chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-end:
	}
}

func TestHeartbeatURL(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"https://hc-ping.com/SECRET": true, "http://127.0.0.1:8000/SECRET": true, "http://localhost/SECRET": true,
		"http://hc-ping.com/SECRET": false, "https://user:SECRET@hc-ping.com/": false, "hc-ping.com/SECRET": false,
		"ftp://hc-ping.com/SECRET": false, "https://%zz/SECRET": false, "https:///SECRET": false,
	} {
		var u alerts.HeartbeatURL
		err := u.UnmarshalText([]byte(text))
		if (err == nil) != ok {
			t.Errorf("HeartbeatURL of %s = %v, want it accepted: %t", text, err, ok)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("the error quotes the address: %v", err)
		}
	}
	if h, err := alerts.NewHeartbeat(alerts.HeartbeatURL{}); h != nil || err != nil {
		t.Errorf("NewHeartbeat of nothing = %v, %v, want none", h, err)
	}
}
