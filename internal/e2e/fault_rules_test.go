//go:build long

package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"signalbox/shared/aliyun/aliyuntest"
)

// until is long after any test.
const until = "until: 2127-01-01T00:00:00Z"

// unreadable are ways for what rules and silences go by to be unknown.
var unreadable = map[string]func(o *outside, card int){
	"tags of a card": func(o *outside, card int) { o.cloud.GarbleCard(o.cloud.ICCID(card), aliyuntest.OddTags) },
	"tags of all cards": func(o *outside, _ int) {
		o.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.GarbledPage, Garbling: aliyuntest.OddTags, Count: -1})
	},
	"no packages": func(o *outside, _ int) {
		o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.NoPackages, Count: -1})
	},
	"lookups that fail": func(o *outside, _ int) {
		o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.Status500, Count: -1})
	},
	"no such card": func(o *outside, _ int) {
		o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.UnknownCard, Count: -1})
	},
}

// TestUnreadableHidesNothing wants a card that is used up to be notified, although a rule
// or a silence for others would be its own if its tags or its package were another.
func TestUnreadableHidesNothing(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../doc/rules.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(example), "version: 1\n")
	rest, _, _ = strings.Cut(rest, "# Who is notified.") // the environment says
	files := map[string]string{
		"example":            rest,
		"rule by tag":        "rules:\n- match: {tag: warehouse}\n  usage: off\n  expiry: off\n",
		"rule by package":    "rules:\n- match: {package: other-plan}\n  usage: off\n  expiry: off\n",
		"silence by tag":     "silences:\n- match: {tag: warehouse}\n  " + until + "\n",
		"silence by package": "silences:\n- match: {package: other-plan}\n  " + until + "\n",
	}
	for file, text := range files {
		for how, garble := range unreadable {
			t.Run(file+"/"+how, func(t *testing.T) {
				t.Parallel()
				o := newOutside(t, 60)
				card := o.healthy(1)[0]
				f := o.start(t, rules(t, text))
				f.sweep()
				o.arrived()
				garble(o, card)
				o.use(critical, card)
				f.sweep()
				wants(t, said(o.arrived()), "used up", o.cloud.ICCID(card))
			})
		}
	}
}

// TestUnreadableEndsNoSilence wants a silenced card to stay silent while its tags or its
// package cannot be had, and others to be notified.
func TestUnreadableEndsNoSilence(t *testing.T) {
	t.Parallel()
	for _, match := range []string{"tag: silent", "package: silent-plan"} {
		for how, garble := range unreadable {
			t.Run(match+"/"+how, func(t *testing.T) {
				t.Parallel()
				o := newOutside(t, 60)
				cards := o.healthy(2)
				card, other := cards[0], cards[1]
				o.cloud.SetCard(o.cloud.ICCID(card), func(c *aliyuntest.Card) {
					c.Tags, c.PackageName = []string{"silent"}, "silent-plan"
				})
				o.use(warning, card)
				f := o.start(t, rules(t, "silences:\n- match: {"+match+"}\n  "+until+"\n"))
				f.sweep()
				garble(o, card)
				o.use(critical, card, other)
				for range 3 {
					f.sweep()
				}
				text := said(o.arrived())
				wants(t, text, o.cloud.ICCID(other))
				lacks(t, text, o.cloud.ICCID(card))
			})
		}
	}
}

// TestLongTextsAreCut wants the state not to grow with what Alibaba says of each card.
func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 400)
	long := strings.Repeat("标签", 1700)
	for i := range o.cloud.Cards() {
		o.cloud.SetCard(o.cloud.ICCID(i), func(c *aliyuntest.Card) {
			c.UsedBytes, c.Remark = c.PackageBytes, long
			c.Tags, c.PackageName = []string{fmt.Sprint("t", i, long)}, fmt.Sprint("p", i, long)
		})
	}
	o.start(t).sweep()
	info, err := os.Stat(o.state)
	if err != nil || info.Size() > 8<<20 {
		t.Errorf("the state has %d bytes for 400 cards with 30 kB of text each, want 8 MiB at the most: %v", info.Size(), err)
	}
	wants(t, said(o.arrived()), "used up")
}
