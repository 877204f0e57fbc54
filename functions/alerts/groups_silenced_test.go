package alerts_test

import (
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/shared/incident"
)

// TestCardSilencedWhileItWaits silences a card that waits for the end of the sweep: that it is
// in no group changes nothing of the silence.
func TestCardSilencedWhileItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSites(t, manySites, nil) // of the first sweep all wait
		s.set(150, stop)
		s.set(250, stop)
		got, report := s.run(t, shortRun)
		checkSaid(t, "the first run", got, notified{})
		if n := s.waiting(t); n != 2 {
			t.Fatalf("%d cards wait, want both", n)
		}
		_, err := action.Book{Store: s.store}.Do(t.Context(), action.Request{
			ID: "1", Verb: action.Silence, Span: action.Day, By: action.Actor{ID: "U1", Name: "Ann"}, Origin: "slack",
			On: action.Selection{Subject: incident.Subject{Kind: incident.Card, ID: s.cloud.ICCID(150)}},
		}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for !report.Done {
			got, report = s.run(t, shortRun)
		}
		checkSaid(t, "the last run", got, notified{"opened stopped": 1})
	})
}
