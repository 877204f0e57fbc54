package rulefile

import (
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/route"
	"signalbox/shared/strictyaml"
)

// Examined is what there is to say of a file.
type Examined struct {
	// File is what it says, as far as it could be read.
	File File
	// Mistakes keep it from being used, and Warnings are of what is allowed, and hardly
	// meant. Both are in the order of their lines.
	Mistakes []strictyaml.Mistake
	Warnings []strictyaml.Warning
}

// Examine reads data as [Parse] does, and looks for what is hardly meant at now: thresholds
// in no order, matches without patterns, silences that are over or cover nothing, rules and
// routes that nothing reaches.
func Examine(data []byte, defaults rule.Settings, variables func(name string) string, now time.Time) Examined {
	p := newParser(defaults, variables)
	err := p.Read(data, p.fields())
	p.warnOverrides()
	p.warnSilences(now)
	p.WarnRoutes()
	p.EachRoute(func(line int, r route.Route) {
		if p.off(r.Rule) {
			p.WarnAt(line, "routes: nothing reaches this route: the rule %s is off for all cards", r.Rule)
		}
	})
	return Examined{p.file(), strictyaml.Mistakes(err), p.Warnings()}
}

// thresholds are numbers, in whichever order somebody had in mind.
func (p *parser) thresholds(n *yaml.Node, most int) []int {
	before := p.Mistakes()
	numbers := p.Numbers(n, most)
	falling := slices.Clone(numbers)
	slices.Reverse(falling)
	if p.Mistakes() == before && !slices.IsSorted(numbers) && !slices.IsSorted(falling) {
		p.WarnAt(n.Line, "the thresholds %v neither rise nor fall: is one of them wrong?", numbers)
	}
	return numbers
}

func (p *parser) warnOverrides() {
	for i, o := range p.overrides {
		before := slices.IndexFunc(p.overrides[:i], func(b placed[rule.Match]) bool { return b.is.Covers(o.is) })
		if before >= 0 {
			p.WarnAt(o.line, "rules: nothing reaches this rule: the one at line %d covers all of its cards", p.overrides[before].line)
		}
	}
}

func (p *parser) warnSilences(now time.Time) {
	for i, s := range p.silences {
		switch {
		case !now.Before(s.is.Until):
			p.WarnAt(s.line, "silences: it is over since %s: remove it", s.is.Until.Format(time.RFC3339))
			continue
		case s.is.Match == rule.Match{} && s.is.Rule == "":
			p.WarnAt(s.line, "silences: it has neither a match nor a rule, so it covers all cards")
		case s.is.Match != rule.Match{} && route.About(s.is.Rule) == route.Fleet:
			p.WarnAt(s.line, "silences: it covers nothing: the rule %s is about the fleet itself, which no match fits", s.is.Rule)
		case p.off(s.is.Rule):
			p.WarnAt(s.line, "silences: it covers nothing: the rule %s is off for all cards", s.is.Rule)
		}
		for j, other := range p.silences {
			if j != i && includes(other.is, s.is) && (j < i || !includes(s.is, other.is)) {
				p.WarnAt(s.line, "silences: the one at line %d covers all of this one", other.line)
				break
			}
		}
	}
}

// includes reports whether a silence covers all that another one does, and as long.
func includes(wide, s rule.Silence) bool {
	return wide.Covers(s.Match) && (wide.Rule == s.Rule || wide.Rule == "" && route.About(s.Rule) != route.Fleet) &&
		!wide.From.After(s.From) && !wide.Until.Before(s.Until)
}

// off reports whether a rule about cards is switched off for all of them.
func (p *parser) off(name string) bool {
	switch name {
	case "":
		return false
	case rule.StoppedGroupName:
		return p.policy.Groups == rule.Groups{} || p.off(rule.StoppedName)
	case rule.StaleGroupName:
		return p.policy.Groups == rule.Groups{} || p.off(rule.StaleName)
	}
	return route.About(name) == route.Cards &&
		!slices.ContainsFunc(p.policy.AllSettings(), func(s rule.Settings) bool { return s.On(name) })
}
