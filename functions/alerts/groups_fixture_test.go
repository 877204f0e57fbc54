package alerts_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
)

const (
	siteCards    = 100 // of a tag
	siteEvery    = 10 * time.Minute
	otherCarrier = "CUCC" // of each fifth card
)

// sites is a fleet whose cards have a tag for each hundred, and two carriers.
type sites struct {
	*fixture
	listener *listener
	policy   rule.Policy
}

func newSites(t *testing.T, cards int, edit func(*alerts.Config)) *sites {
	t.Helper()
	s := &sites{policy: rule.Policy{
		Default: rule.Settings{rule.Stopped{On: true}, rule.Stale{After: 48 * time.Hour}, rule.Usage{Percent: []int{100}}},
		Groups:  rule.DefaultGroups(),
	}}
	s.fixture = newFixture(t, cards, func(c *alerts.Config) {
		c.Rules, c.Every, c.Pools = rulesOf{&s.policy}, siteEvery, nil
		s.listener = &listener{Poster: c.Receivers[0].Poster, t: t}
		c.Receivers[0].Poster = s.listener
		if edit != nil {
			edit(c)
		}
	})
	s.listener.store = s.store
	for i := range cards {
		s.set(i, func(c *aliyuntest.Card) {
			c.Tags, c.Vendor, c.Pool = []string{fmt.Sprintf("site-%d", i/siteCards)}, "CMCC", ""
			if i%5 == 4 {
				c.Vendor = otherCarrier
			}
			c.Status, c.OsStatus, c.UsedBytes = aliyuntest.StatusInUse, "100", 0
			c.Refreshed = time.Now()
		})
	}
	return s
}

// rulesOf are rules that a test may change between sweeps.
type rulesOf struct{ *rule.Policy }

func stop(c *aliyuntest.Card)    { c.Status, c.OsStatus = aliyuntest.StatusStopped, "200" }
func restart(c *aliyuntest.Card) { c.Status, c.OsStatus = aliyuntest.StatusInUse, "100" }

// change changes the cards from one to before another.
func (s *sites) change(from, to int, edit func(*aliyuntest.Card)) {
	for i := from; i < to; i++ {
		s.set(i, edit)
	}
}

// next waits until a sweep is due, makes one, and returns what it notified of: the kind and
// subject of a group's changes, and how many of cards there were of each kind.
func (s *sites) next(t *testing.T) map[string]int {
	t.Helper()
	time.Sleep(siteEvery)
	before := len(s.listener.changes)
	s.sweep(t)
	s.checkInhibited(t)
	return said(s.listener.changes[before:])
}

// run makes one run that lasts so long.
func (s *sites) run(t *testing.T, length time.Duration) (map[string]int, alerts.Report) {
	t.Helper()
	before := len(s.listener.changes)
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	report, _ := s.Sweep(ctx) // a run that is cut off is an error
	return said(s.listener.changes[before:]), report
}

func said(changes []rule.Change) map[string]int {
	counts := make(map[string]int)
	for _, c := range changes {
		what := string(c.Kind) + " " + c.Incident.Key.Rule
		if c.Incident.Key.Subject.Kind == incident.Group {
			what = string(c.Kind) + " " + c.Incident.Key.Subject.ID + " " + c.Incident.Key.Rule
		}
		counts[what]++
	}
	return counts
}

// checkInhibited finds after a whole sweep that what is inhibited is so by a group that is
// open.
func (s *sites) checkInhibited(t *testing.T) {
	t.Helper()
	checkInhibited(t, s.store)
}

func checkInhibited(t *testing.T, m *mapStore) {
	t.Helper()
	incidents := m.incidents(t)
	for key, i := range incidents {
		if !rule.ByGroup(i.Suppressed) {
			continue
		}
		id, err := rule.ParseGroupID(i.Suppressed.Name)
		if err != nil || incidents[rule.GroupKey(id, key.Rule)].Phase != incident.PhaseOpen || !slices.Contains(rule.GroupsOf(i.Details), id) {
			t.Errorf("%v is inhibited by %q, which is no open group of its own", key, i.Suppressed.Name)
		}
	}
}

func checkSaid(t *testing.T, when string, got, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s notified (-want +got):\n%s", when, diff)
	}
}

// open are the open incidents of groups, by "tag/x stopped-group".
func (s *sites) groups(t *testing.T) map[string]rule.GroupDetails {
	t.Helper()
	groups := make(map[string]rule.GroupDetails)
	for key, i := range s.store.incidents(t) {
		if key.Subject.Kind == incident.Group && i.Phase == incident.PhaseOpen {
			groups[key.Subject.ID+" "+key.Rule], _ = i.Details.Value.(rule.GroupDetails)
		}
	}
	return groups
}
