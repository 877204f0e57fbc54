package page_test

import (
	"flag"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/page"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/incident"
	"signalbox/shared/language"
)

var update = flag.Bool("update", false, "renew the files in testdata")

// TestPages compares pages with files.
func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(8).pass(10*time.Hour, nil).pass(40*time.Minute, fall)
	for name, p := range map[string]page.Page{
		"all.en.html": w.page(language.English, page.Scope{Hours: 1}),
		"sg.zh.html":  w.page(language.Chinese, page.Scope{Hours: 1, Country: "SG", One: true}),
	} {
		got := strings.TrimSpace(render(t, p)) + "\n"
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSomebodysWords are shown as they are, whatever they hold, of countries and prefixes
// that the past knows or not.
func TestSomebodysWords(t *testing.T) {
	t.Parallel()
	const hostile = `+65"><script>alert(1)</script>` + "\u202e\x00"
	w := newWorld(1)
	w.pass(30*time.Minute, func(g *window.Group) {
		if g.Prefix == "+658123" {
			g.Prefix, g.Verified = hostile, 0
		}
		if g.Country == "MY" {
			g.Country = ""
		}
	})
	w.open[incident.Key{Rule: hostile}] = watch.Incident{
		Key: incident.Key{Rule: hostile}, Phase: incident.PhaseOpen, Opened: w.at,
		Details: watch.Details{Value: watch.PumpingDetails{Part: watch.Part{Country: hostile, Prefix: hostile, Requested: 9}}},
	}
	for _, s := range []page.Scope{{Hours: 1}, {Hours: 1, One: true}, {Hours: 1, Country: "SG", One: true}, {Hours: 1, Country: hostile, One: true}} {
		for _, l := range []language.Language{language.English, language.Chinese} {
			body := render(t, w.page(l, s))
			if strings.Contains(body, "<script") || strings.ContainsAny(body, "\u202e\x00") {
				t.Errorf("the page of %q holds what was put into it:\n%s", s.Country, body)
			}
			if (!s.One || s.Country == "SG") && !strings.Contains(html.UnescapeString(body), `<script>alert(1)</script>\u202e\u0000`) {
				t.Errorf("the page of %q does not show it:\n%s", s.Country, body)
			}
		}
	}
	all := render(t, w.page(language.English, page.Scope{Hours: 1}))
	if !strings.Contains(all, `<a href="?country=unknown">unknown country</a>`) {
		t.Errorf("the page does not lead to the unknown country:\n%s", all)
	}
}

// TestBounded has more countries and prefixes than a page names.
func TestBounded(t *testing.T) {
	t.Parallel()
	profile := newWorld(8).profile
	for _, tt := range []struct {
		scope page.Scope
		more  string
	}{
		{page.Scope{Hours: 24}, "82 more are not shown here"}, // of 280 and SG and MY
		{page.Scope{Hours: 24, Country: "AA", One: true}, ""},
		{page.Scope{Hours: 168}, "82 more are not shown here"},
	} {
		for countries, prefixes := range map[int]int{280: 1000, 1: 1000} {
			if countries == 1 && !tt.scope.One {
				continue
			}
			s := tt.scope
			s.Length, s.Now = length, begin.Add(24*time.Hour)
			rates := page.NewRates(s, profile)
			for _, w := range many(countries, prefixes) {
				rates.Add(w)
			}
			query := url.Values{"expires": {"1796490000"}, "signature": {strings.Repeat("a", 64)}, "lang": {"zh"}}
			p := page.Page{Summary: rates.Summary(), Zone: zone, Age: profile.Age(), Query: query, Choice: []int{1, 6, 24, 168}}
			more := tt.more
			if countries == 1 {
				more = "800 more are not shown here, with "
			}
			body := render(t, p)
			if len(body) > 300_000 || !strings.Contains(body, more) {
				t.Errorf("%d countries, %+v: the page has %d bytes, want 300,000 at most, and %q", countries, tt.scope, len(body), more)
			}
		}
	}
}

// TestGaps are where no window has requests: the lines end there, and the band of requests
// goes on.
func TestGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(8)
	w.at = w.at.Add(30 * time.Minute)
	body := render(t, w.pass(30*time.Minute, nil).page(language.English, page.Scope{Hours: 2}))
	paths := regexp.MustCompile(`<path class="(band|line)" d="([^"]+Z?)"></path>`).FindAllStringSubmatch(body, -1)
	starts := make(map[string][]int)
	for _, p := range paths[1:] { // that of the legend is before
		starts[p[1]] = append(starts[p[1]], strings.Count(p[2], "M"))
	}
	want := map[string][]int{"band": {2, 1}, "line": {2, 2}}
	if diff := cmp.Diff(want, starts); diff != "" {
		t.Errorf("the pieces of the paths (-want +got):\n%s\n%s", diff, body)
	}
	if !strings.Contains(body, "0 (usually ") {
		t.Error("the chart does not say what is usual where nothing was requested")
	}
}

// TestOpenWindows are no part of the rates.
func TestOpenWindows(t *testing.T) {
	t.Parallel()
	w := newWorld(8)
	last := w.windows[len(w.windows)-1]
	before := w.page(language.English, page.Scope{Hours: 1})
	last.Start, last.End, last.Closes, last.Status = last.End, last.End.Add(length), last.End.Add(3*length), window.Open
	last.By = []window.Group{{Key: window.Key{Country: "SG", Prefix: "+658123"}, Counts: window.Counts{Requested: 77}}}
	w.windows = append(w.windows, last)
	after := w.page(language.English, page.Scope{Hours: 1})
	if diff := cmp.Diff(before.Sum, after.Sum); diff != "" {
		t.Errorf("the sum (-without +with an open window):\n%s", diff)
	}
	if after.Pending.Requested != 77 || !after.Until.Equal(last.Start) {
		t.Errorf("pending = %+v from %v, want 77 from %v", after.Pending, after.Until, last.Start)
	}
	if body := render(t, after); !strings.Contains(body, "77 more requested since") {
		t.Errorf("the page does not say what is still counting:\n%s", body)
	}
	late := w.windows[len(w.windows)-4]
	late.Status, late.Closes = window.Closing, w.at.Add(length)
	w.windows[len(w.windows)-4] = late
	if s := w.page(language.English, page.Scope{Hours: 1}).Summary; !s.Until.Equal(last.Start) || s.Sum.Requested >= after.Sum.Requested {
		t.Errorf("an early window that is open hides what is after it: until %v", s.Until)
	}
}

// TestScopes have whole windows, as many as a chart has room for.
func TestScopes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 34, 56, 0, time.UTC)
	for _, tt := range []struct {
		hours  int
		length time.Duration
		from   string
		points int
	}{
		{1, length, "11:30:00", 13},
		{24, length, "12:30:00", 97},
		{168, length, "12:00:00", 85},
		{2, time.Second, "10:30:00", 25},
		{1, 7 * time.Second, "11:34:30", 87},
		{1, 24 * time.Hour, "00:00:00", 1},
		{168, time.Hour, "12:00:00", 85},
	} {
		s := page.Scope{Hours: tt.hours, Length: tt.length, Now: now}
		points := page.NewRates(s, nil).Summary().Points
		if got := s.From().UTC().Format("15:04:05"); got != tt.from || len(points) != tt.points {
			t.Errorf("%d hours of %v: from %s in %d points, want %s in %d", tt.hours, tt.length, got, len(points), tt.from, tt.points)
		}
	}
}

// summary is of a day of windows.
func summary(profile *watch.Profile, windows []window.Window) page.Page {
	rates := page.NewRates(page.Scope{Hours: 24, Length: length, Now: begin.Add(24 * time.Hour)}, profile)
	for _, w := range windows {
		rates.Add(w)
	}
	return page.Page{Summary: rates.Summary(), Age: profile.Age()}
}

// BenchmarkPage is of a day of windows with 300 prefixes: 60 ms.
func BenchmarkPage(b *testing.B) {
	profile, windows := newWorld(8).profile, many(30, 300)
	for b.Loop() {
		if _, err := summary(profile, windows).HTML(); err != nil {
			b.Fatal(err)
		}
	}
}
