package fleet_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// byTag has rules that go by tags.
type byTag struct{ usage }

func (byTag) GoesByTag() bool { return true }

func goByTag(c *fleet.Config) { c.Rules = byTag{} }

const oddTags = "the listing's TagList is no list of tags"

func garbleTags(info *linkcard.CardInfo) { info.TagList, info.Garbled = nil, []string{"TagList"} }

// TestOddTags wants tags that cannot be read to count as what they are, where they
// matter: of one card as its own fault, of most as the listing's.
func TestOddTags(t *testing.T) {
	t.Parallel()
	for _, cards := range []int{1, 400} {
		synctest.Test(t, func(t *testing.T) {
			a := newAccount(400, 0)
			for i := range cards {
				garbleTags(&a.cards[i])
			}
			c := newCaller(a, goByTag)
			c.sweep(t)
			check(t, c, 400-cards, cards)
			o := c.observations[cardOf(0)]
			if o.Unreadable != oddTags || o.Common != (cards > 1) || !o.TagsUnknown {
				t.Errorf("%d cards: observation = %+v, want %q, of most cards: %t", cards, o, oddTags, cards > 1)
			}
		})
	}
}

// TestRememberedOfIncidents wants a card whose tags and package cannot be had to have
// those that its incidents say, and no other card to have them.
func TestRememberedOfIncidents(t *testing.T) {
	t.Parallel()
	before := fleet.Open{Since: openSince.Since, Lookup: true, Tags: []string{"warehouse"}, Package: "100M"}
	tests := []struct {
		name string
		edit func(*account)
		tags []string
	}{
		{"readable", func(a *account) { a.cards[0].TagList = []linkcard.Tag{{TagName: "road"}} }, []string{"road"}},
		{"tags of an odd type", func(a *account) { garbleTags(&a.cards[0]) }, before.Tags},
		{"no lookup", func(a *account) {
			garbleTags(&a.cards[0])
			a.onFlow = func(int, string) error { return failure(aliyun.Unavailable, "Busy") }
		}, before.Tags},
		{"lookup of no such card", func(a *account) {
			a.onFlow = func(int, string) error { return failure(aliyun.NotFound, "linkcard.common.CardNotExist") }
		}, nil},
		{"not listed", func(a *account) {
			a.flows[iccid(0)] = linkcard.CardFlow{}
			a.cards = a.cards[1:]
		}, before.Tags},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(200, 0)
				test.edit(a)
				garbleTags(&a.cards[9])
				c := newCaller(a, goByTag)
				c.known.Open[cardOf(0)] = before
				c.sweep(t)
				o := c.observations[cardOf(0)]
				if !slices.Equal(o.Tags, test.tags) || o.TagsUnknown || o.Package != before.Package {
					t.Errorf("observation = %+v, want the tags %q and the package %q", o, test.tags, before.Package)
				}
				for subject, other := range c.observations {
					if subject != cardOf(0) && (len(other.Tags) > 0 || other.Package != "") {
						t.Errorf("observation = %+v, want neither tags nor a package", other)
					}
				}
			})
		})
	}
}

// TestNoSuchCardThoughListed wants what an earlier lookup said of a card to be kept while
// lookups say that there is no such card.
func TestNoSuchCardThoughListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(40, 40)
		c := newCaller(a, nil)
		c.sweep(t)
		a.onFlow = func(int, string) error { return failure(aliyun.NotFound, "linkcard.common.CardNotExist") }
		a.cards[0].PeriodAddFlow = "91.00MB"
		for range 3 {
			c.sweep(t)
			if o := c.observations[cardOf(0)]; o.Package != "100M" || o.Unreadable == "" || o.Lookup != rule.NotLookedUp {
				t.Errorf("observation = %+v, want it unreadable, with its package", o)
			}
		}
		if _, kept := c.known.Lookups[card.ICCID(iccid(0))]; !kept {
			t.Error("the lookup before is not kept")
		}
	})
}
