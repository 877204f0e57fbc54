package alerts_test

import (
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// silence has somebody silence the open incident of a key for a week.
func (s *sites) silence(t *testing.T, key incident.Key) {
	t.Helper()
	request := action.Request{
		ID: key.String(), Verb: action.Silence, Span: action.Week, By: action.Actor{Name: "Ann"}, Origin: action.Token,
		On: action.Selection{IDs: []string{s.store.incidents(t)[key].ID()}},
	}
	done, err := action.Book{Store: s.store}.Do(t.Context(), request, time.Now())
	if err != nil || done.Outcome != action.Done {
		t.Fatalf("to silence %v is %+v, %v", key, done, err)
	}
}

// TestSilencedGroupEnds has somebody silence a group, which then ends without some of its
// cards: they come back. Whoever silences what a whole carrier has does not silence for a
// week whatever card of the carrier stops.
func TestSilencedGroupEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		s.change(100, 200, stop)
		checkSaid(t, "the sweep", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		id, err := rule.ParseGroupID("tag/site-1")
		if err != nil {
			t.Fatal(err)
		}
		s.silence(t, rule.GroupKey(id, rule.StoppedName))
		checkSaid(t, "a sweep in the silence", s.next(t), notified{})
		s.change(103, 200, restart)
		checkSaid(t, "the sweep in which it ends", s.next(t), notified{"opened stopped": 3})
	})
}

// TestSilencedWhileItWaits has somebody silence a card that waits for the end of a sweep,
// which may find a group for it.
func TestSilencedWhileItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSites(t, manySites, nil)
		s.set(250, stop)
		s.set(251, stop)
		got, report := s.run(t, shortRun)
		checkSaid(t, "the first run", got, notified{})
		s.silence(t, keyOf(s.cloud.ICCID(250), rule.StoppedName))
		for !report.Done {
			got, report = s.run(t, shortRun)
		}
		checkSaid(t, "the last run", got, notified{"opened stopped": 1})
	})
}
