package alerts_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

type notified = map[string]int

// calmSites is a fleet that is well and was swept.
func calmSites(t *testing.T, cards int, edit func(*alerts.Config)) *sites {
	t.Helper()
	s := newSites(t, cards, edit)
	checkSaid(t, "the first sweep", s.next(t), notified{})
	return s
}

// TestGroup has most cards of a tag stop at once, some of them go on one by one, and the
// rest stay as they are: these come back, each by itself.
func TestGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		s.change(100, 183, stop)
		at := time.Now().Add(siteEvery)
		checkSaid(t, "the sweep after 83 of 100 stopped", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		got := s.groups(t)["tag/site-1 stopped-group"]
		if got.Cards != 83 || got.Total != 100 || got.Since.Sub(at).Abs() > time.Minute || len(got.First) != rule.MaxFirst {
			t.Errorf("the group is %+v, want 83 of 100 cards since about %v, and ten of them", got, at)
		}
		s.change(183, 190, stop)
		checkSaid(t, "a sweep after more stopped", s.next(t), notified{})
		s.change(100, 130, restart)
		checkSaid(t, "a sweep after some restarted", s.next(t), notified{})
		if got := s.groups(t)["tag/site-1 stopped-group"]; got.Cards != 60 || got.Total != 100 {
			t.Errorf("the group is %+v, want 60 of 100 cards", got)
		}
		s.change(130, 150, restart)
		checkSaid(t, "the sweep after more than half restarted", s.next(t), notified{"resolved tag/site-1 stopped-group": 1, "opened stopped": 40})
		s.change(150, 190, restart)
		checkSaid(t, "the sweep after all restarted", s.next(t), notified{"resolved stopped": 40})
		time.Sleep(2 * time.Hour)
		s.next(t)
		if left := s.store.incidents(t); len(left) != 0 {
			t.Errorf("%d incidents are remembered in the end, want none", len(left))
		}
	})
}

// TestGroupOfCarrierAndPool finds the one cause among the groups that cards are in, and
// tells it once.
func TestGroupOfCarrierAndPool(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		cause func(s *sites)
		want  string
	}{
		{"carrier", func(s *sites) {
			for i := 4; i < 300; i += 5 {
				s.set(i, stop)
			}
		}, "opened carrier/CUCC stopped-group"},
		{"pool", func(s *sites) {
			s.change(150, 250, stop)
		}, "opened pool/POOL-7 stopped-group"},
		{"carrier that counts no more", func(s *sites) {
			for i := 4; i < 300; i += 5 {
				s.set(i, func(c *aliyuntest.Card) { c.Refreshed = time.Now().Add(-49 * time.Hour) })
			}
		}, "opened carrier/CUCC stale-group"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSites(t, 300, nil)
				s.change(150, 250, func(c *aliyuntest.Card) { c.Pool = "POOL-7" })
				checkSaid(t, "the first sweep", s.next(t), notified{})
				tt.cause(s)
				checkSaid(t, "the sweep", s.next(t), notified{tt.want: 1})
				checkSaid(t, "the next one", s.next(t), notified{})
			})
		})
	}
}

// TestWithoutGroups is what people get who switch them off, then on, then off while one is
// open.
func TestWithoutGroups(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		s.policy.Groups = rule.Groups{}
		s.change(100, 200, stop)
		checkSaid(t, "the sweep without groups", s.next(t), notified{"opened stopped": 100})
		s.policy.Groups = rule.DefaultGroups()
		checkSaid(t, "a sweep after they were switched on", s.next(t), notified{})
		s.change(200, 300, stop)
		checkSaid(t, "the sweep with groups", s.next(t), notified{"opened tag/site-2 stopped-group": 1})
		s.policy.Groups = rule.Groups{}
		checkSaid(t, "the sweep after they were switched off", s.next(t), notified{"resolved tag/site-2 stopped-group": 1, "opened stopped": 100})
	})
}

// TestGroupRuleSwitchedOff ends the group with the rule of its cards.
func TestGroupRuleSwitchedOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, nil)
		s.change(100, 200, stop)
		checkSaid(t, "the sweep", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		s.policy.Default = s.policy.Default.With(rule.Stopped{})
		checkSaid(t, "the sweep without the rule", s.next(t), notified{"resolved tag/site-1 stopped-group": 1})
	})
}

// TestCardLeavesItsGroup has cards lose the tag, or change it, or have one that cannot be
// read.
func TestCardLeavesItsGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		s.change(100, 200, stop)
		checkSaid(t, "the sweep", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		s.change(100, 103, func(c *aliyuntest.Card) { c.Tags = nil })
		s.change(103, 105, func(c *aliyuntest.Card) { c.Tags = []string{"site-2"} })
		checkSaid(t, "the sweep after five changed their tags", s.next(t), notified{"opened stopped": 5})
		s.cloud.GarbleCard(s.cloud.ICCID(110), aliyuntest.OddTags)
		checkSaid(t, "the sweep with a tag that cannot be read", s.next(t), notified{})
		s.cloud.RemoveCard(s.cloud.ICCID(111))
		checkSaid(t, "the sweep without a card", s.next(t), notified{})
		checkSaid(t, "the next one without it", s.next(t), notified{})
	})
}

// TestGroupSilenced silences the tag: the group and its cards. When the silence is over
// what is still open is notified as one.
func TestGroupSilenced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 300, nil)
		until := time.Now().Add(35 * time.Minute)
		s.policy.Silences = []rule.Silence{{Match: rule.Match{Tag: "site-1"}, Until: until}}
		s.change(100, 200, stop)
		checkSaid(t, "a sweep in the silence", s.next(t), notified{})
		s.change(200, 300, stop)
		checkSaid(t, "a sweep with another group", s.next(t), notified{"opened tag/site-2 stopped-group": 1})
		s.policy.Silences = append(s.policy.Silences, rule.Silence{Match: rule.Match{Tag: "site-2"}, Until: until})
		checkSaid(t, "a sweep in which that is silenced, too", s.next(t), notified{})
		checkSaid(t, "the sweep after the silence", s.next(t), notified{"opened stopped": 100})
		if got := s.groups(t); len(got) != 1 || got["tag/site-2 stopped-group"].Cards != 100 {
			t.Errorf("the groups are %+v, want the one that was open before", got)
		}
	})
}

// TestGroupMuted opens it in the night, and notifies of it in the morning.
func TestGroupMuted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, nil)
		morning := rule.Clock(time.Now().UTC().Hour()*60 + time.Now().UTC().Minute() + 25)
		s.policy.MuteTimes = []rule.MuteTime{{From: 0, To: morning}}
		s.change(100, 200, stop)
		checkSaid(t, "a sweep at night", s.next(t), notified{})
		checkSaid(t, "another", s.next(t), notified{})
		checkSaid(t, "the sweep in the morning", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
	})
}

// TestGroupWorsens has some of its cards stopped for want of quota.
func TestGroupWorsens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, nil)
		s.change(100, 200, stop)
		checkSaid(t, "the sweep", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		s.set(150, func(c *aliyuntest.Card) { c.OsStatus = "300" })
		checkSaid(t, "the sweep with a critical one", s.next(t), notified{"worsened tag/site-1 stopped-group": 1})
	})
}

// TestGroupIsLost takes what is stored of a group away: its cards are one again. Without
// what is stored of counts nothing is, until a whole sweep has counted.
func TestGroupIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, nil)
		s.change(100, 200, stop)
		checkSaid(t, "the sweep", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		key := rule.GroupKey(rule.GroupID{Kind: rule.TagGroup, Name: "site-1"}, rule.StoppedName)
		s.store.put([]store.Record{{Collection: "incidents", Key: key.String()}})
		checkSaid(t, "the sweep without the group", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		s.store.put([]store.Record{
			{Collection: "groups", Key: "current", Value: []byte("{")}, {Collection: "groups", Key: "last", Value: []byte(`{"cards":{"x":0}}`)},
		})
		checkSaid(t, "the sweep without counts", s.next(t), notified{})
		if got := s.groups(t); len(got) != 1 {
			t.Errorf("the groups are %v, want the one that was", got)
		}
	})
}

// TestGroupOfAnotherVersion ends a group of a kind that is not known, and takes its cards
// back.
func TestGroupOfAnotherVersion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, nil)
		s.change(100, 200, stop)
		checkSaid(t, "the sweep", s.next(t), notified{"opened tag/site-1 stopped-group": 1})
		for _, r := range s.store.peek("incidents") {
			value := strings.ReplaceAll(string(r.Value), "tag/site-1", "planet/site-1")
			s.store.put([]store.Record{
				{Collection: "incidents", Key: r.Key},
				{Collection: "incidents", Key: strings.ReplaceAll(r.Key, "tag/site-1", "planet/site-1"), Value: []byte(value)},
			})
		}
		checkSaid(t, "the sweep with a kind that is not known", s.next(t), notified{
			"resolved planet/site-1 stopped-group": 1, "opened tag/site-1 stopped-group": 1,
		})
	})
}

// TestReceiversOfGroup notifies of a group whoever would be notified of one of its cards,
// and of a card itself whoever was not.
func TestReceiversOfGroup(t *testing.T) {
	t.Parallel()
	const toAll, toFactory = "ops", "factory"
	routes := rule.Routes{{Match: rule.Match{Tag: "site-1"}, Receivers: []string{toFactory}}, {Receivers: []string{toAll}}}
	carrier := rule.GroupKey(rule.GroupID{Kind: rule.CarrierGroup, Name: otherCarrier}, rule.StoppedName)
	edit := func(c *alerts.Config) {
		other := c.Receivers[0]
		c.Receivers[0].Name, other.Name = toAll, toFactory
		other.Poster = newWebhook(t, slacktest.New(slacktest.Options{}))
		c.Receivers, c.Routes = append(c.Receivers, other), routes
	}
	tests := []struct {
		name  string
		from  int // the first of the cards that stop
		later []string
		want  []string
	}{
		{"cards of both", 4, nil, []string{toFactory, toAll}},
		{"no card of the factory's, but later", 204, []string{toFactory}, []string{toAll}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSites(t, 600, edit)
				s.change(0, 200, func(c *aliyuntest.Card) { c.Vendor = "CMCC" })
				s.listener.named = toAll
				s.next(t)
				for i := tt.from; i < 600; i += 5 {
					s.set(i, func(c *aliyuntest.Card) { c.Vendor = otherCarrier; stop(c) })
				}
				s.next(t)
				got := s.store.incidents(t)[carrier].Details.Receivers
				if !slices.Equal(got, sortedTexts(tt.want)) {
					t.Errorf("%v are notified of the group, want %v", got, tt.want)
				}
				s.set(101, func(c *aliyuntest.Card) { c.Vendor = otherCarrier; stop(c) })
				s.next(t)
				one := s.store.incidents(t)[keyOf(s.cloud.ICCID(101), rule.StoppedName)]
				if !slices.Equal(one.Details.Receivers, tt.later) || (one.Suppressed == incident.Suppression{}) != (tt.later != nil) {
					t.Errorf("%v are notified of a card of the factory's, suppressed by %+v, want %v", one.Details.Receivers, one.Suppressed, tt.later)
				}
			})
		})
	}
}

func sortedTexts(texts []string) []string { return slices.Sorted(slices.Values(texts)) }

// TestManyStopsAreNoGroup has the cards of a tag stop one after the other.
func TestManyStopsAreNoGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calmSites(t, 200, nil)
		for i := range 60 {
			s.change(100+i, 101+i, stop)
			if got := s.next(t); !maps.Equal(got, notified{"opened stopped": 1}) {
				t.Errorf("after stop %d notified %v", i, got)
			}
		}
		for i := range 30 {
			s.change(160+i, 161+i, stop)
			s.next(t)
		}
		if got := s.groups(t); len(got) != 0 {
			t.Errorf("cards that stopped one after the other are groups: %v", got)
		}
	})
}
