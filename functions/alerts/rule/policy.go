package rule

import (
	"slices"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/route"
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
	// Groups say when many cards are one incident.
	Groups Groups
	// Routes choose the receivers. None: each is notified of everything.
	Routes Routes
}

// Override is the rules of some cards.
type Override struct {
	Match
	Settings Settings
}

func covers(m Match, o Observation) bool { return mayCover(m, o) && !undecided(m, o) }

// mayCover reports whether nothing that is known of o is against it.
func mayCover(m Match, o Observation) bool {
	return (lacksTag(m, o) || tagged(m, o)) && (lacksPackage(m, o) || route.Fits(m.Package, o.Package)) && route.Fits(m.ICCID, o.Subject.ID)
}

func tagged(m Match, o Observation) bool {
	fits := func(tag string) bool { return route.Fits(m.Tag, tag) }
	return m.Tag == "" || slices.ContainsFunc(o.Tags, fits)
}

// lacksTag reports whether m goes by a tag that o may have, but does not say.
func lacksTag(m Match, o Observation) bool { return o.TagsUnknown && !tagged(m, o) }

// lacksPackage reports whether m goes by the package, which o does not say. A pool has
// none.
func lacksPackage(m Match, o Observation) bool {
	return m.Package != "" && o.Package == "" && o.Subject.Kind != incident.Pool
}

// undecided reports whether m may cover o, but only the package or the tags, which o
// does not say, can decide.
func undecided(m Match, o Observation) bool {
	return (lacksPackage(m, o) || lacksTag(m, o)) && mayCover(m, o)
}

// candidates are the settings that the card may have, each with all rules in the order
// of the list. There is one, unless an override is undecided.
func (p Policy) candidates(o Observation) [][]Rule {
	var candidates [][]Rule
	for _, override := range p.Overrides {
		if covers(override.Match, o) {
			return append(candidates, override.Settings.all())
		}
		if undecided(override.Match, o) {
			candidates = append(candidates, override.Settings.all())
		}
	}
	return append(candidates, p.Default.all())
}

// Evaluate returns an evaluation for each rule that o says enough for, in the
// order of [Names], with what is suppressed now. A rule that is switched off says
// so. Where it takes the package or the tags to choose the rules and o does not say
// them, a rule is breached if it is so by one of the settings that the card may have,
// and otherwise evaluated if its status is the same by all of them. What only may
// suppress an evaluation is named by it as Unsure.
//
// Of a card that is missing or destroyed every rule says Absent. The evaluations
// share their facts with o.
func (p Policy) Evaluate(o Observation, now time.Time) []Evaluation {
	candidates, facts := p.candidates(o), o.Facts()
	evaluations := make([]Evaluation, 0, len(rules))
	var inhibited inhibitions
	for i, r := range rules {
		e, sure := evaluateAny(candidates, i, o, now)
		inhibited.add(r, e, sure)
		if e.Status == "" {
			continue
		}
		e.Key = incident.Key{Subject: o.Subject, Rule: r.Name()}
		e.Details.Facts = facts
		evaluations = append(evaluations, e)
	}
	silences := func(s Silence, e Evaluation) bool { return s.silences(e.Key.Rule, o) }
	p.suppress(evaluations, silences, inhibited, now)
	return evaluations
}

// absentFor is in how many sweeps a card must be missing to be not found.
const absentFor = 2

// evaluateAny evaluates the i-th rule by all settings that a card may have. sure reports
// whether they agree.
func evaluateAny(candidates [][]Rule, i int, o Observation, now time.Time) (e Evaluation, sure bool) {
	first := evaluate(candidates[0][i], o, now)
	e, sure = first, true
	for _, candidate := range candidates[1:] {
		other := evaluate(candidate[i], o, now)
		e, sure = either(e, other), sure && other.Status == first.Status
	}
	return e, sure
}

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

// either is what to make of a card that has one of two settings. What is wrong by one
// of them is never passed over. Nothing is said where they differ otherwise, but one
// that has the rule switched off does not object to Clear.
func either(a, b Evaluation) Evaluation {
	switch {
	case a.Status == b.Status, b.Status == incident.Breached:
		return b
	case a.Status == incident.Breached:
		return a
	case a.Status == incident.Clear && b.Status == incident.Off:
		return a
	case a.Status == incident.Off && b.Status == incident.Clear:
		return b
	default:
		return Evaluation{}
	}
}

// GoesByTag reports whether tags choose rules, silences or receivers.
func (p Policy) GoesByTag() bool {
	return slices.ContainsFunc(p.Overrides, func(o Override) bool { return o.Tag != "" }) ||
		slices.ContainsFunc(p.Silences, func(s Silence) bool { return s.Tag != "" }) || p.Routes.GoesByTag()
}

// AllSettings returns those that some card may have.
func (p Policy) AllSettings() []Settings {
	all := []Settings{p.Default}
	for _, o := range p.Overrides {
		all = append(all, o.Settings)
	}
	return all
}
