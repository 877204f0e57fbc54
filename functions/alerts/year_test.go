package alerts_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // Berlin, wherever the tests run

	"signalbox/functions/alerts/rule"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
)

// TestYear lets a thousand cards live through a year in a zone with daylight
// saving, and holds every sweep against the simulation's own account of what is
// wrong. Its data is in whole units, and all but the recounts and the ends of
// packages happen at midnight.
func TestYear(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
		w := newWorld(t, zone, start)
		for back := 31; back > 0; back-- {
			w.midnight(start.AddDate(0, 0, -back)) // a past for the forecasts
		}
		for day := range 365 {
			w.day(t, start.AddDate(0, 0, day))
		}
		w.checkVariety(t)
		w.checkStories(t)
		w.checkFlapping(t)
		w.checkBudget(t)
		w.checkForecasts(t)
	})
}

// day sweeps after midnight, hourly on a night on which the clocks change or a
// month begins, and once more before that month does.
func (w *world) day(t *testing.T, date time.Time) {
	t.Helper()
	tomorrow := date.AddDate(0, 0, 1)
	time.Sleep(time.Until(date))
	w.midnight(date)
	time.Sleep(30 * time.Minute)
	w.sweep(t)
	if date.Day() == 1 || tomorrow.Sub(date) != 24*time.Hour {
		for range 3 {
			time.Sleep(time.Hour)
			w.sweep(t)
		}
	}
	time.Sleep(time.Until(time.Date(date.Year(), date.Month(), date.Day(), 8, 0, 0, 0, date.Location())))
	w.summary(t)
	if tomorrow.Day() == 1 {
		time.Sleep(time.Until(tomorrow.Add(-30 * time.Minute)))
		w.sweep(t)
	}
}

// checkOpen finds just what is true open: the conditions that the simulation
// knows, and no forecast that is good again or about a period that is over.
func (w *world) checkOpen(t *testing.T, now time.Time) {
	t.Helper()
	open := w.open(t)
	for key, want := range w.truth.open {
		got := open[key.Subject+"/"+key.Rule]
		if got.Instance != want.instance || got.Level != want.level || !got.Ended.IsZero() {
			t.Errorf("%v: %v is %+v, but %s at level %d, ended %v is open", now, key, want, got.Instance, got.Level, got.Ended)
		}
	}
	for _, i := range open {
		if !i.Ended.IsZero() {
			continue // its end is not told yet
		}
		if _, known := w.truth.open[i.Key]; !known && !w.likely(i, now) {
			t.Errorf("%v: %v of %s is open and not true: %v", now, i.Key, i.Instance, i.Facts)
		}
	}
}

// likely reports whether i is a forecast for the period under way that has not
// become good.
func (w *world) likely(i incident.Incident, now time.Time) bool {
	c := w.byID[i.Subject]
	if i.Rule != rule.Forecast || c.left(now) || w.witness.seen[i.Subject].probability < yearSettings.Clear {
		return false
	}
	renews := forecast.NextMonth(now)
	return i.Instance == renews.UTC().Format(time.RFC3339)
}

// checkNews finds no news of what has not changed, be it in the night on which
// the clocks do, and no forecast that was told too soon.
func (w *world) checkNews(t *testing.T, now time.Time, news []incident.Notice, changed map[incident.Key]bool) {
	t.Helper()
	for _, n := range news {
		i, outlook := n.Incident, w.witness.seen[n.Incident.Subject]
		unhidden := i.Rule == rule.Usage && changed[incident.Key{Subject: i.Subject, Rule: rule.Expiry}]
		switch {
		case i.Rule == rule.Forecast && n.Kind == incident.Opened:
			if !outlook.twice(now) {
				t.Errorf("%v: forecast told of %s at P %.2f, bad on %q and %q", now, i.Subject, outlook.probability, outlook.before, outlook.bad)
			}
		case i.Rule == rule.Forecast:
			if n.Kind != incident.Resolved || w.likely(i, now) {
				t.Errorf("%v: forecast of %s %s at P %.2f", now, i.Subject, n.Kind, outlook.probability)
			}
		case !changed[i.Key] && !unhidden:
			t.Errorf("%v: %v %s, but nothing has changed", now, i.Key, n.Kind)
		}
	}
}

// checkVariety finds that the year put each rule to the test.
func (w *world) checkVariety(t *testing.T) {
	t.Helper()
	opened := make(map[string]int)
	for _, n := range w.told.notices {
		if n.Kind == incident.Opened {
			opened[n.Incident.Rule]++
		}
	}
	for name, least := range map[string]int{rule.Expiry: 400, rule.Usage: 400, rule.Stopped: 40, rule.Forecast: 200} {
		if opened[name] < least {
			t.Fatalf("%d incidents of %s in the year, want at least %d", opened[name], name, least)
		}
	}
}

// checkStories finds each incident opened once, resolved once unless it is open
// still, no notice told twice, and no more news of a condition than it changed.
func (w *world) checkStories(t *testing.T) {
	t.Helper()
	ids, stories := make(map[string]bool), make(map[incident.Key][]incident.Kind)
	for _, n := range w.told.notices {
		if ids[n.ID] {
			t.Errorf("notice %s of %v was told twice", n.ID, n.Incident.Key)
		}
		ids[n.ID] = true
		stories[n.Incident.Key] = append(stories[n.Incident.Key], n.Kind)
	}
	open := w.open(t)
	for key, kinds := range stories {
		_, isOpen := open[key.Subject+"/"+key.Rule]
		if !isStory(kinds, isOpen) {
			t.Errorf("%v was told as %v, open at the end: %v", key, kinds, isOpen)
		}
	}
	for key, changes := range w.truth.changes {
		told := len(stories[key])
		hidden := key.Rule == rule.Usage && w.byID[key.Subject].lapsed
		if told > changes || told < changes && !hidden {
			t.Errorf("%v: %d notices of %d changes: %v", key, told, changes, stories[key])
		}
	}
}

// isStory reports whether kinds are incidents one after the other.
func isStory(kinds []incident.Kind, open bool) bool {
	told := false
	for _, kind := range kinds {
		if (kind == incident.Opened) == told || kind == incident.Reminded {
			return false
		}
		told = kind != incident.Resolved
	}
	return !told || open
}

// checkFlapping finds one notice of each card that was counted anew, a percent
// up or down, at every sweep of the year.
func (w *world) checkFlapping(t *testing.T) {
	t.Helper()
	for _, c := range w.cards[:yearFlapping] {
		told := slices.DeleteFunc(slices.Clone(w.told.notices), func(n incident.Notice) bool { return n.Incident.Subject != string(c.id) })
		if len(told) != 1 {
			t.Errorf("%d notices of %s, which flapped %d times; want 1", len(told), c.id, w.sweeps)
		}
	}
}

// checkBudget allows a digest for each sweep with news and a summary a day.
func (w *world) checkBudget(t *testing.T) {
	t.Helper()
	got, budget := len(w.slack.Inbox()), w.newsy+365
	t.Logf("%d sweeps, %d of them with news, told %d notices in %d messages", w.sweeps, w.newsy, len(w.told.notices), got)
	if got > budget {
		t.Errorf("%d messages in the year, want at most %d", got, budget)
	}
}
