package rule

import (
	"path"
	"slices"
	"time"

	"signalbox/shared/incident"
)

// Policy is the rules of a fleet and what suppresses them. Of the zero value all
// rules but [Unreadable] are switched off. It may be used from many goroutines.
type Policy struct {
	// Default are the rules of cards without an override.
	Default Settings
	// Overrides are tried in order; the first that covers a card counts.
	Overrides []Override
	Silences  []Silence
	MuteTimes []MuteTime
}

// Override is the rules of some cards.
type Override struct {
	Match
	Settings Settings
}

// Match says which cards are meant by patterns as in [path.Match]; * stops at a
// slash. An empty pattern covers all, and so does the zero value; one that is
// not well formed covers none.
type Match struct {
	Tag     string // of any of the card's tags
	Package string
	ICCID   string // or the credential of a pool
}

func (m Match) covers(o Observation) bool {
	return m.mayCover(o) && !m.undecided(o) && matches(m.Package, o.Package)
}

// mayCover leaves the package aside.
func (m Match) mayCover(o Observation) bool {
	tagged := m.Tag == "" || o.TagsUnknown || slices.ContainsFunc(o.Tags, func(tag string) bool { return matches(m.Tag, tag) })
	return tagged && matches(m.ICCID, o.Subject.ID)
}

// undecided reports whether m may cover o, but only the package or the tags, which o
// does not say, can decide.
func (m Match) undecided(o Observation) bool {
	unknown := m.Package != "" && o.Package == "" || m.Tag != "" && o.TagsUnknown
	return unknown && m.mayCover(o)
}

func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	matched, err := path.Match(pattern, text)
	return err == nil && matched
}

// candidates are the settings that the card may have, each with all rules in the order
// of the list. There is one, unless an override is undecided.
func (p Policy) candidates(o Observation) [][]Rule {
	var candidates [][]Rule
	for _, override := range p.Overrides {
		if override.covers(o) {
			return append(candidates, override.Settings.all())
		}
		if override.undecided(o) {
			candidates = append(candidates, override.Settings.all())
		}
	}
	return append(candidates, p.Default.all())
}

// Evaluate returns an evaluation for each rule that o says enough for, in the
// order of [Names], with what is suppressed now. A rule that is switched off says
// so. Where it takes the package or the tags to choose the rules and o does not say
// them, a rule is evaluated if its status is the same in any case.
//
// Of a card that is missing or destroyed every rule says Absent. The evaluations
// share their facts with o.
func (p Policy) Evaluate(o Observation, now time.Time) []Evaluation {
	candidates, facts := p.candidates(o), o.facts()
	evaluations := make([]Evaluation, 0, len(rules))
	inhibited := make(map[string]string)
	for i, r := range rules {
		e := evaluate(candidates[0][i], o, now)
		for _, other := range candidates[1:] {
			e = agreed(e, evaluate(other[i], o, now))
		}
		if e.Status == "" {
			continue
		}
		e.Key = incident.Key{Subject: o.Subject, Rule: r.Name()}
		e.Details.Facts = facts
		evaluations = append(evaluations, e)
		if e.Status == incident.Breached {
			for _, name := range r.inhibits(e) {
				inhibited[name] = r.Name()
			}
		}
	}
	silences := func(s Silence, e Evaluation) bool { return s.silences(e.Key.Rule, o) }
	p.suppress(evaluations, silences, inhibited, now)
	return evaluations
}

// absentFor is in how many sweeps a card must be missing to be not found.
const absentFor = 2

func evaluate(r Rule, o Observation, now time.Time) Evaluation {
	switch {
	case o.Subject.Kind == incident.Pool && !r.forPools():
		return Evaluation{}
	case o.Missing:
		return Evaluation{Status: incident.Absent, For: absentFor, Seen: o.Sweep}
	case o.Destroyed():
		return Evaluation{Status: incident.Absent}
	default:
		return r.evaluate(o, now)
	}
}

// agreed is what holds whichever of two settings a card has. One that has the rule
// switched off does not object to Clear.
func agreed(a, b Evaluation) Evaluation {
	switch {
	case a.Status == b.Status:
		return b
	case a.Status == incident.Clear && b.Status == incident.Off:
		return a
	case a.Status == incident.Off && b.Status == incident.Clear:
		return b
	default:
		return Evaluation{}
	}
}

// AllSettings returns those that some card may have.
func (p Policy) AllSettings() []Settings {
	all := []Settings{p.Default}
	for _, o := range p.Overrides {
		all = append(all, o.Settings)
	}
	return all
}
