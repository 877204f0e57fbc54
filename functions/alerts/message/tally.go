package message

import (
	"slices"
	"time"

	"signalbox/functions/alerts/action"
)

// maxActors is how many people a line names for one thing that they did.
const maxActors = 3

// standingTally counts what somebody knows of, by who does, in the order in which they come.
type standingTally struct {
	acknowledged, silenced []actorTally
	byFile                 actorTally
	both                   []actorTally // acknowledged, of what is silenced
}

// actorTally is what one person did, or the rules file.
type actorTally struct {
	who         string
	n           int
	first, last time.Time // when silences end; zero: of one it is not known
}

func (t *standingTally) add(s action.Status) {
	switch {
	case s.State == action.Acknowledged:
		t.acknowledged = with(t.acknowledged, actorTally{who: s.By, n: 1})
	case s.ByFile():
		t.byFile = t.byFile.plus(actorTally{n: 1, first: s.Until, last: s.Until})
	default:
		t.silenced = with(t.silenced, actorTally{who: s.By, n: 1, first: s.Until, last: s.Until})
	}
	if !s.AcknowledgedAt.IsZero() {
		t.both = with(t.both, actorTally{who: s.AcknowledgedBy, n: 1})
	}
}

// with adds what one did to what each did.
func with(all []actorTally, one actorTally) []actorTally {
	at := slices.IndexFunc(all, func(t actorTally) bool { return t.who == one.who })
	if at < 0 {
		return append(all, one)
	}
	all[at] = all[at].plus(one)
	return all
}

// plus returns the sum of both.
func (t actorTally) plus(u actorTally) actorTally {
	if t.n == 0 {
		return u
	}
	t.n += u.n
	if u.first.Before(t.first) {
		t.first = u.first
	}
	if u.last.After(t.last) {
		t.last = u.last
	}
	return t
}

// say says all of it in one line.
func (t *standingTally) say(w Writer) string {
	said := w.act()
	parts := w.sayEach(t.acknowledged,
		func(one actorTally) string { return said.Acknowledged(one.n) },
		func(one actorTally) string { return said.AcknowledgedBy(one.n, w.Style.Who(one.who)) })
	parts = append(parts, w.sayEach(t.silenced, w.sayUnnamed, w.sayNamed)...)
	switch file := t.byFile; {
	case file.n == 0:
	case !file.first.IsZero() && file.first.Equal(file.last):
		parts = append(parts, said.FileUntil(file.n, w.Style.clock(file.last)))
	default:
		parts = append(parts, said.FileSilenced(file.n))
	}
	parts = append(parts, w.sayEach(t.both,
		func(one actorTally) string { return said.BothAcknowledged(one.n) },
		func(one actorTally) string { return said.BothAcknowledgedBy(one.n, w.Style.Who(one.who)) })...)
	return joined(w.comma(), parts...)
}

// sayEach says what each person did, or where they are many what they did together.
func (w Writer) sayEach(all []actorTally, unnamed, named func(actorTally) string) []string {
	if len(all) > maxActors {
		var sum actorTally
		for _, one := range all {
			sum = sum.plus(one)
		}
		return []string{unnamed(sum)}
	}
	parts := make([]string, len(all))
	for i, one := range all {
		parts[i] = named(one)
	}
	return parts
}

func (w Writer) sayNamed(t actorTally) string {
	if t.first.Equal(t.last) {
		return w.act().SilencedByUntil(t.n, w.Style.Who(t.who), w.Style.clock(t.last))
	}
	return w.act().SilencedByOver(t.n, w.Style.Who(t.who), w.Style.clock(t.first))
}

func (w Writer) sayUnnamed(t actorTally) string {
	if t.first.Equal(t.last) {
		return w.act().SilencedUntil(t.n, w.Style.clock(t.last))
	}
	return w.act().SilencedOver(t.n, w.Style.clock(t.first))
}
