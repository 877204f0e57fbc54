//go:build long

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

// checkOpen finds just what is true open: the plights that the simulation knows,
// and no forecast that is good again or about a period that is over.
func (w *world) checkOpen(t *testing.T, now time.Time) {
	t.Helper()
	open := w.store.incidents(t)
	for key, want := range w.truth.open {
		got := open[key]
		if got.Phase != incident.PhaseOpen || got.Instance != want.instance || got.Severity != want.severity || got.Threshold != want.threshold {
			t.Errorf("%v: %v is %+v, but the incident is %+v", now, key, want, got)
		}
	}
	for key, i := range open {
		if _, known := w.truth.open[key]; i.Phase == incident.PhaseOpen && !known && !w.likely(i, now) {
			t.Errorf("%v: %v is open and not true: %+v, %+v", now, key, i, w.witness.seen[key.Subject])
		}
	}
}

// likely reports whether i is a forecast for the period under way that has not
// become good.
func (w *world) likely(i rule.Incident, now time.Time) bool {
	c := w.byID[i.Key.Subject.ID]
	switch {
	case i.Key.Rule != rule.ForecastName:
		return false
	case c.left(now):
		return c.missed < 2
	default:
		renews := forecast.NextMonth(now)
		return w.witness.seen[i.Key.Subject].probability >= yearForecast.Clear && i.Instance == renews.UTC().Format(time.RFC3339)
	}
}

// checkChanges finds nothing notified that has not changed, be it in the night on
// which the clocks do, and no forecast that was notified too soon.
func (w *world) checkChanges(t *testing.T, now time.Time, changes []rule.Change, changed map[incident.Key]bool) {
	t.Helper()
	for _, c := range changes {
		i, outlook := c.Incident, w.witness.seen[c.Incident.Key.Subject]
		subject := i.Key.Subject
		uninhibited := i.Key.Rule == rule.UsageName && changed[incident.Key{Subject: subject, Rule: rule.ExpiryName}]
		switch {
		case i.Key.Rule == rule.ForecastName && c.Kind == incident.Opened:
			if !outlook.believable(now) {
				t.Errorf("%v: forecast notified of %s at P %.2f, bad by %v and %v", now, subject.ID, outlook.probability, outlook.before, outlook.bad)
			}
		case i.Key.Rule == rule.ForecastName:
			if c.Kind != incident.Resolved || w.likely(i, now) {
				t.Errorf("%v: forecast of %s %s at P %.2f", now, subject.ID, c.Kind, outlook.probability)
			}
		case !changed[i.Key] && !uninhibited:
			t.Errorf("%v: %v %s, but nothing has changed", now, i.Key, c.Kind)
		}
	}
}

// checkVariety finds that the year put each rule to the test.
func (w *world) checkVariety(t *testing.T) {
	t.Helper()
	opened := make(map[string]int)
	for _, c := range w.notified.changes {
		if c.Kind == incident.Opened {
			opened[c.Incident.Key.Rule]++
		}
	}
	for name, least := range map[string]int{rule.ExpiryName: 400, rule.UsageName: 400, rule.StoppedName: 40, rule.ForecastName: 200} {
		if opened[name] < least {
			t.Fatalf("%d incidents of %s in the year, want at least %d", opened[name], name, least)
		}
	}
}

// checkStories finds each incident opened once, resolved once unless it is open
// still, no change notified again, and no more of a plight than it changed.
func (w *world) checkStories(t *testing.T) {
	t.Helper()
	ids, stories := make(map[string]bool), make(map[incident.Key][]incident.Kind)
	for _, c := range w.notified.changes {
		if ids[c.ID] {
			t.Errorf("change %s of %v was notified again", c.ID, c.Incident.Key)
		}
		ids[c.ID] = true
		stories[c.Incident.Key] = append(stories[c.Incident.Key], c.Kind)
	}
	open := w.store.incidents(t)
	for key, kinds := range stories {
		if isOpen := open[key].Notified.Open; !isStory(kinds, isOpen) {
			t.Errorf("%v was notified as %v, open at the end: %v", key, kinds, isOpen)
		}
	}
	for key, changes := range w.truth.changes {
		notified := len(stories[key])
		inhibited := key.Rule == rule.UsageName && w.byID[key.Subject.ID].lapsed
		if notified > changes || notified < changes && !inhibited {
			t.Errorf("%v: %d of %d changes notified: %v", key, notified, changes, stories[key])
		}
	}
}

// isStory reports whether kinds are incidents one after the other.
func isStory(kinds []incident.Kind, open bool) bool {
	known := false
	for _, kind := range kinds {
		if (kind == incident.Opened) == known || kind == incident.Reminded || kind == incident.Flapping {
			return false
		}
		known = kind != incident.Resolved
	}
	return known == open
}

// checkFlapping finds one notification of each card that was counted anew, a
// percent up or down, at every sweep of the year.
func (w *world) checkFlapping(t *testing.T) {
	t.Helper()
	for _, card := range w.cards[:yearFlapping] {
		others := func(c rule.Change) bool { return c.Incident.Key.Subject.ID != string(card.id) }
		if changes := slices.DeleteFunc(slices.Clone(w.notified.changes), others); len(changes) != 1 {
			t.Errorf("%d notifications of %s, which flapped %d times; want 1", len(changes), card.id, w.sweeps)
		}
	}
}

// checkBudget allows a digest for each sweep with a change and a summary a day.
func (w *world) checkBudget(t *testing.T) {
	t.Helper()
	got, budget := len(w.slack.Inbox()), w.eventful+365
	t.Logf("%d sweeps, %d of them with changes, notified of %d in %d messages", w.sweeps, w.eventful, len(w.notified.changes), got)
	if got > budget {
		t.Errorf("%d messages in the year, want at most %d", got, budget)
	}
}
