package conversion_test

import (
	"context"
	"html"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/functions/conversion"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/page"
	"signalbox/functions/conversion/window"
	"signalbox/internal/contract"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/otplink"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

const (
	pageBase   = "https://otp.example/conversion"
	pageSecret = "a-secret-of-links-0123"
	asBrowser  = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	pageBasic  = "Basic YW55Ym9keTphLXRva2VuLW9mLTI2LWNoYXJhY3RlcnMtLQ=="
)

var pageLinks = otplink.New(pageBase, []string{pageSecret})

// simulated are windows that nobody had to count.
type simulated struct {
	mu      sync.Mutex
	windows []window.Window
	err     error
}

func (s *simulated) Windows(_ context.Context, from, to time.Time) (found []window.Window, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.windows {
		if !w.Start.Before(from) && w.Start.Before(to) {
			found = append(found, w)
		}
	}
	return found, s.err
}

func (*simulated) CloseDue(context.Context) (int, error) { return 0, nil }
func (*simulated) Oldest(context.Context, window.Status, int) ([]window.Window, error) {
	return nil, nil
}
func (*simulated) Waiting(context.Context) (int, error)      { return 0, nil }
func (*simulated) Mark(context.Context, window.Window) error { return nil }
func (*simulated) Warning(context.Context) (string, error)   { return "", nil }

// pages is a function with a past, and a clock of its own.
type pages struct {
	*conversion.Function

	windows *simulated
	store   store.Store
	chance  *rand.Rand
	mu      sync.Mutex
	now     time.Time
}

func (p *pages) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// newPages has windows of so many days, which it has learnt.
func newPages(t *testing.T, days int, edit func(*conversion.Config)) *pages {
	t.Helper()
	opened, err := store.Open(stores["file"](t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	p := &pages{windows: new(simulated), store: opened, chance: rand.New(rand.NewPCG(3, 12)), now: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)}
	logger := logging.New(t.Output(), slog.LevelError)
	c := conversion.Config{
		Sink: sink(t, aliyuntest.New(aliyuntest.Options{}), 10), Logger: logger, Store: opened, Windows: p.windows, Now: p.clock,
		Guard: web.Bearer(tokens), PageGuard: web.Browser(tokens), Links: pageLinks, Zone: time.FixedZone("", 8*60*60),
	}
	if c.Watch, err = otpwatch.New(otpwatch.Config{Store: opened, Windows: p.windows, Logger: logger, Now: p.clock}); err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(&c)
	}
	p.Function = conversion.New(c)
	if days > 0 {
		p.pass(days*24*12, 1)
		run(t, p.Function)
	}
	return p
}

var tokens = config.Tokens{{Name: "support", Secret: token}}

// pass has so many windows close, in which one prefix has that part of its verifications.
func (p *pages) pass(n int, share float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range n {
		w := window.Window{Start: p.now, End: p.now.Add(5 * time.Minute), Closes: p.now.Add(15 * time.Minute), Status: window.Reported}
		for key, rate := range map[window.Key]float64{
			{Country: "SG", Prefix: "+658123"}: 0.7 * share, {Country: "SG", Prefix: "+659123"}: 0.72, {Country: "MY", Prefix: "+6012345"}: 0.6,
		} {
			g := window.Group{Key: key, Counts: window.Counts{Requested: 60 + p.chance.Int64N(10)}}
			for range g.Requested {
				if p.chance.Float64() < rate {
					g.Verified++
				}
			}
			w.By = append(w.By, g)
			w.Requested, w.Verified = w.Requested+g.Requested, w.Verified+g.Verified
		}
		p.windows.mu.Lock()
		p.windows.windows = append(p.windows.windows, w)
		p.windows.mu.Unlock()
		p.now = w.End
	}
}

// look asks for a page as a browser does, with headers as pairs of a name and a value.
func look(t *testing.T, h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	r.Header.Set("Accept", asBrowser)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got := httptest.NewRecorder()
	contract.Handler(t, h).ServeHTTP(got, r)
	return got
}

// bodyOf wants a page with its headers, and returns what it says.
func bodyOf(t *testing.T, got *httptest.ResponseRecorder, status int, words ...string) string {
	t.Helper()
	if got.Code != status {
		t.Errorf("status = %d, want %d: %.500s", got.Code, status, got.Body)
	}
	_, body, _ := strings.Cut(html.UnescapeString(got.Body.String()), "<body>")
	for _, word := range words {
		if !strings.Contains(body, word) {
			t.Errorf("the page lacks %q:\n%s", word, body)
		}
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Content-Security-Policy": page.Policy, "Set-Cookie": "",
	} {
		if got.Header().Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Header().Get(name), want)
		}
	}
	return body
}
