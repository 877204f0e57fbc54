package page

import (
	"slices"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
)

// Scope is of what a page is, and of when.
type Scope struct {
	// Country is a code, or "" with One where the country is unknown. Without One the page
	// is of all.
	Country string
	One     bool
	// Hours is how far back the page goes.
	Hours int
	// Length is that of a window.
	Length time.Duration
	Now    time.Time
}

// mostPoints is how many points a chart has.
const mostPoints = 100

// nice are lengths of time that people count in.
var nice = []time.Duration{
	10 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// point is the length of what one point of a chart stands for: whole windows.
func (s Scope) point() time.Duration {
	windows := int((s.span() + s.Length - 1) / s.Length)
	together := max((windows+mostPoints-1)/mostPoints, 1)
	least := time.Duration(together) * s.Length
	for _, d := range nice {
		if d >= least && d%s.Length == 0 {
			return d
		}
	}
	return least
}

func (s Scope) span() time.Duration { return time.Duration(s.Hours) * time.Hour }

// From is the beginning of the first window that is shown.
func (s Scope) From() time.Time { return begin(s.Now.Add(-s.span()), s.point()) }

// begin returns when a stretch of time of that length begins, as windows do.
func begin(t time.Time, length time.Duration) time.Time {
	seconds := max(int64(length/time.Second), 1)
	unix := t.Unix()
	return time.Unix(unix-((unix%seconds)+seconds)%seconds, 0).In(t.Location())
}

// Rates puts windows beside the past. They are added in the order of their starts, and
// only sums of them are kept.
type Rates struct {
	scope   Scope
	profile *watch.Profile
	whole   *watch.Comparison
	points  []Point
	current *watch.Comparison // of the point at
	at      int

	open    time.Time     // the start of the first window after the last closed one
	pending window.Counts // of windows that have not closed
}

// Point is a point of a chart: what a stretch of time has counted.
type Point struct {
	Start, End time.Time
	// Requested are those of all windows, while Compared is of those that have closed: what
	// the others have counted may be verified yet.
	Requested int64
	Compared  watch.Compared
}

// Summary is what a page shows of windows.
type Summary struct {
	Scope

	// Until is the beginning of the windows that have not closed.
	Until time.Time
	// Sum and Parts are of windows that have closed: everything, and the countries, or the
	// prefixes of the one country. Pending are of the others.
	Sum     watch.Compared
	Parts   []watch.Compared
	Pending window.Counts
	Points  []Point
}

// NewRates has no window yet. profile is nil where nothing is known of the past.
func NewRates(s Scope, profile *watch.Profile) *Rates {
	r := &Rates{scope: s, profile: profile, whole: watch.NewComparison(profile), current: watch.NewComparison(profile)}
	for at := s.From(); at.Before(s.Now); at = at.Add(s.point()) {
		r.points = append(r.points, Point{Start: at, End: at.Add(s.point())})
	}
	return r
}

// Add adds a window. One that began at another time is no part of the page.
func (r *Rates) Add(w window.Window) {
	at := int(w.Start.Sub(r.scope.From()) / r.scope.point())
	if w.Start.Before(r.scope.From()) || at < r.at || at >= len(r.points) {
		return
	}
	r.advance(at)
	if r.scope.One {
		w.By = slices.DeleteFunc(slices.Clone(w.By), func(g window.Group) bool { return g.Country != r.scope.Country })
	}
	sum := sumOf(w)
	r.points[at].Requested += sum.Requested
	switch {
	case isClosed(w, r.scope.Now):
		r.open = time.Time{}
		r.whole.Add(w)
		r.current.Add(w)
	default:
		r.pending = r.pending.Add(sum)
		if r.open.IsZero() {
			r.open = w.Start
		}
	}
}

// isClosed reports whether the numbers of a window change no more.
func isClosed(w window.Window, now time.Time) bool {
	switch w.Status {
	case window.Waiting, window.Reported, window.Dead:
		return true
	default:
		return !w.Closes.IsZero() && !w.Closes.After(now)
	}
}

func sumOf(w window.Window) (sum window.Counts) {
	for _, g := range w.By {
		sum = sum.Add(g.Counts)
	}
	return sum
}

// advance ends the points before one.
func (r *Rates) advance(to int) {
	for ; r.at < to; r.at++ {
		p := &r.points[r.at]
		r.current.Elapse(p.Start, earlier(p.End, r.scope.Now))
		p.Compared = r.sum(r.current)
		r.current = watch.NewComparison(r.profile)
	}
}

func (r *Rates) sum(c *watch.Comparison) watch.Compared {
	if r.scope.One {
		return c.Country(r.scope.Country)
	}
	return c.Whole()
}

// Summary ends the adding.
func (r *Rates) Summary() Summary {
	r.advance(len(r.points))
	s := Summary{Scope: r.scope, Until: r.open, Pending: r.pending, Points: r.points}
	if s.Until.IsZero() {
		s.Until = begin(s.Now, s.Length)
	}
	r.whole.Elapse(s.From(), s.Until)
	s.Sum = r.sum(r.whole)
	if r.scope.One {
		s.Parts = r.whole.Prefixes(r.scope.Country)
	} else {
		s.Parts = r.whole.Countries()
	}
	return s
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
