package alerts_test

import (
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/incident"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

// actingDays is how long TestYearOfActions lasts.
var actingDays = flag.Int("days", 7, "days of use in TestYearOfActions")

// people is a fleet and those who press buttons about it at random.
type people struct {
	*acting
	t      *testing.T
	chance *rand.Rand
	old    []*slacktest.Sent // that may come again

	sent    int            // different requests that Slack has sent
	written map[string]int // how often the record of an action was written
	done    map[string]action.Record
	kills   int
	acks    map[string]incident.Level
}

// TestYearOfActions has people press buttons at random while cards come and go, processes
// are killed and answers are lost: each action is done exactly once and said once, nothing
// that somebody knows of is reminded, and in the end nothing is stuck.
func TestYearOfActions(t *testing.T) {
	t.Parallel()
	days := *actingDays
	if testing.Short() {
		days = min(days, 5) // the race detector makes a month minutes
	}
	synctest.Test(t, func(t *testing.T) {
		p := &people{
			acting: newActing(t, repeatDaily), t: t, chance: rand.New(rand.NewPCG(7, 7)),
			written: make(map[string]int), done: make(map[string]action.Record), acks: make(map[string]incident.Level),
		}
		p.store.applied = p.watch
		for range days * 24 {
			p.hour()
		}
		p.calm()
		t.Logf("%d requests, %d actions done, %d kills", p.sent, len(p.done), p.kills)
		if len(p.done) < days || p.kills < days {
			t.Errorf("%d actions were done and %d processes killed in %d days, too few to prove anything", len(p.done), p.kills, days)
		}
	})
}

func repeatDaily(c *alerts.Config) { c.Repeat = 24 * time.Hour }

// hour lets cards change, people press, and a sweep run at the same time.
func (p *people) hour() {
	for range p.chance.IntN(3) {
		p.change(p.chance.IntN(6), []int64{10, 10, 85, 91, 100}[p.chance.IntN(5)])
	}
	if p.chance.IntN(6) == 0 {
		p.killSoon()
	}
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		_, _ = p.Sweep(p.t.Context()) // It may be killed.
	}()
	for range p.chance.IntN(3) {
		time.Sleep(time.Duration(p.chance.IntN(2000)) * time.Millisecond)
		if p.chance.IntN(2) == 0 {
			p.pressSomething()
		}
	}
	<-swept
	if p.store.dead() {
		p.kills++
		p.store.revive()
		time.Sleep(3 * time.Minute) // until the lease has ended
		p.restart(p.t, repeatDaily)
	}
	time.Sleep(time.Hour)
}

func (p *people) change(card int, percent int64) {
	p.set(card, func(c *aliyuntest.Card) { c.UsedBytes, c.Refreshed = c.PackageBytes*percent/100, time.Now() })
}

// killSoon has the process die at one of its next operations, before it is done or
// before its answer comes.
func (p *people) killSoon() { p.store.dieAt(1 + p.chance.IntN(60)) }

// pressSomething presses a button of a message, or has an old request come again, once or
// several times; one whose answer was lost comes again.
func (p *people) pressSomething() {
	if len(p.old) > 0 && p.chance.IntN(4) == 0 {
		p.send(p.t, p.old[p.chance.IntN(len(p.old))])
		return
	}
	s := p.something()
	if s == nil {
		return
	}
	p.sent++
	p.old = append(p.old[max(0, len(p.old)-20):], s)
	for range 1 + p.chance.IntN(3) {
		if status, body := p.send(p.t, s); status != http.StatusOK && status != http.StatusServiceUnavailable {
			p.t.Fatalf("a button is answered %d %s", status, body)
		}
	}
}

// something is what somebody presses, nil where there is nothing to press.
func (p *people) something() *slacktest.Sent {
	inbox := p.slack.Inbox()
	var newest []slacktest.Message
	for _, m := range slices.Backward(inbox[max(0, len(inbox)-100):]) {
		if len(m.Controls()) > 0 {
			newest = append(newest, m)
		}
		if len(newest) == 4 {
			break
		}
	}
	if len(newest) == 0 {
		return nil
	}
	m := newest[p.chance.IntN(len(newest))]
	by := []slacktest.Person{ann, bob, {ID: "U0CARLA", Name: "Carla"}}[p.chance.IntN(3)]
	id := []string{"acknowledge", "acknowledge", "silence", "undo"}[p.chance.IntN(4)]
	chosen := make(map[string]string)
	for _, c := range m.Controls() {
		if c.ActionID == "silence-which" && p.chance.IntN(2) == 0 {
			chosen[c.ActionID] = c.Options[p.chance.IntN(len(c.Options))].Value
		}
	}
	s, err := p.slack.Press(app, press(by, m, id, []string{"1h", "24h", "7d", "renewal"}[p.chance.IntN(4)], chosen))
	if err != nil {
		return nil // there is nothing to undo
	}
	return s
}

// watch sees each batch that is written.
func (p *people) watch(b store.Batch) {
	for _, r := range b.Put {
		switch {
		case r.Collection == "actions" && r.Value != nil:
			p.watchAction(r)
		case r.Collection == "acknowledged" && r.Value == nil:
			delete(p.acks, r.Key)
		case r.Collection == "acknowledged":
			var a struct{ Level incident.Level }
			_ = json.Unmarshal(r.Value, &a)
			p.acks[r.Key] = a.Level
		}
	}
	for _, r := range b.Put {
		if r.Collection == "outbox/slack" && r.Value != nil && b.Put[0].Collection != "outbox/slack" {
			p.watchChanges(r)
		}
	}
}

func (p *people) watchAction(r store.Record) {
	if p.written[r.Key]++; p.written[r.Key] > 1 {
		p.t.Errorf("action %s was done %d times", r.Key, p.written[r.Key])
	}
	var one action.Record
	if err := json.Unmarshal(r.Value, &one); err != nil {
		p.t.Error(err)
	}
	if one.Outcome == action.Done {
		p.done[r.Key] = one
	}
}

// watchChanges finds nothing notified of what somebody knows of.
func (p *people) watchChanges(r store.Record) {
	var changes []rule.Change
	_ = json.Unmarshal(r.Value, &changes)
	for _, c := range changes {
		level, known := p.acks[c.Incident.ID()]
		if known && !c.IsOver() && c.Kind != incident.Opened && level.Covers(c.Incident.Level()) {
			p.t.Errorf("%s is notified of an incident that is acknowledged at %v", c.Kind, level)
		}
	}
}

// calm lets all be well, and looks whether anything is stuck.
func (p *people) calm() {
	p.store.revive()
	p.restart(p.t, repeatDaily)
	for card := range 6 {
		p.change(card, 10)
	}
	time.Sleep(400 * 24 * time.Hour) // the longest silence is over
	for range 6 {
		for card := range 6 {
			p.change(card, 10)
		}
		p.sweep(p.t)
		time.Sleep(2 * time.Hour)
	}
	if open := p.store.open(p.t); len(open) > 0 {
		p.t.Errorf("%d incidents are stuck", len(open))
	}
	for _, name := range []string{"acknowledged", "silences", "outbox/slack", "notes/slack", "actions"} {
		if left := p.store.peek(name); len(left) > 0 {
			p.t.Errorf("%s has %d records left, such as %s", name, len(left), left[0].Value)
		}
	}
	p.checkSaid()
}

// checkSaid wants each action that was done said once, unless nothing was left to say it
// below.
func (p *people) checkSaid() {
	ids, said := make(map[string]bool), 0
	for _, m := range p.slack.Inbox() {
		if m.ThreadTS == "" || !strings.HasPrefix(m.Text, "☑️") {
			continue
		}
		if said++; ids[m.MetadataID()] {
			p.t.Errorf("an action was said twice: %s", m.Text)
		}
		ids[m.MetadataID()] = true
	}
	if said > len(p.done) || said*10 < len(p.done)*9 {
		p.t.Errorf("%d actions were said of %d that were done", said, len(p.done))
	}
}

// dieAt has all operations fail from the n-th on.
func (m *mapStore) dieAt(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hook = func(string) error {
		if n--; n <= 0 {
			m.killed = true
			return errors.New("the process is dead")
		}
		return nil
	}
}

func (m *mapStore) revive() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hook, m.killed = nil, false
}

func (m *mapStore) dead() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.killed
}
