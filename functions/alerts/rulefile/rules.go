package rulefile

import (
	"time"

	"gopkg.in/yaml.v3"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/strictyaml"
)

// The most that makes sense.
const (
	maxPercent    = 200 // of a package that may be overdrawn
	maxDays       = 3650
	maxStaleHours = 24 * 365
)

// fields are the keys of the file that are about cards.
func (p *parser) fields() strictyaml.Fields {
	return strictyaml.Fields{
		"rules":    p.Each(p.override),
		"silences": p.Each(p.silence),
		"mute":     p.Each(p.muteTime),
		"groups":   func(n *yaml.Node) { p.policy.Groups = p.groups(n) },
	}
}

func (p *parser) override(n *yaml.Node) {
	o, before := rule.Override{Settings: p.policy.Default}, p.Mistakes()
	known := p.rules(&o.Settings)
	known["match"] = func(n *yaml.Node) { o.Match = p.match(n, "rule") }
	p.Mapping(n, known)
	if p.Mistakes() == before {
		p.overrides = append(p.overrides, placed[rule.Match]{n.Line, o.Match})
	}
	p.policy.Overrides = append(p.policy.Overrides, o)
}

// rules are the keys of the rules, and what reads their thresholds into s.
func (p *parser) rules(s *rule.Settings) strictyaml.Fields {
	set := func(r rule.Rule) { *s = s.With(r) }
	return strictyaml.Fields{
		rule.UsageName:    func(n *yaml.Node) { set(rule.Usage{Percent: p.thresholds(n, maxPercent)}) },
		rule.ExpiryName:   func(n *yaml.Node) { set(rule.Expiry{Days: p.thresholds(n, maxDays)}) },
		rule.StoppedName:  func(n *yaml.Node) { set(rule.Stopped{On: p.OnOff(n)}) },
		rule.StaleName:    func(n *yaml.Node) { set(rule.Stale{After: p.hours(n, maxStaleHours)}) },
		rule.ForecastName: func(n *yaml.Node) { set(p.forecast(n, rule.Of[rule.Forecast](*s))) },
		rule.InactiveName: func(n *yaml.Node) { set(rule.Inactive{Days: p.WholeOrOff(n, maxDays)}) },
	}
}

// match reads the match of what, such as a rule.
func (p *parser) match(n *yaml.Node, what string) rule.Match {
	p.WarnEmpty(n, what)
	var m rule.Match
	p.Mapping(n, strictyaml.Fields{
		"tag":     func(n *yaml.Node) { m.Tag = p.Pattern(n) },
		"package": func(n *yaml.Node) { m.Package = p.Pattern(n) },
		"iccid":   func(n *yaml.Node) { m.ICCID = p.Pattern(n) },
	})
	return m
}

func (p *parser) hours(n *yaml.Node, most int) time.Duration {
	return time.Duration(p.WholeOrOff(n, most)) * time.Hour
}

// forecast leaves what is not set as in f.
func (p *parser) forecast(n *yaml.Node, f rule.Forecast) rule.Forecast {
	if strictyaml.Off(n) {
		return rule.Forecast{}
	}
	if n.Kind != yaml.MappingNode {
		p.Fail(n, "must be off or a mapping with the keys clear, fire")
		return f
	}
	before := p.Mistakes()
	p.Mapping(n, strictyaml.Fields{
		"fire":  func(n *yaml.Node) { f.Fire = p.Probability(n) },
		"clear": func(n *yaml.Node) { f.Clear = p.Probability(n) },
	})
	if p.Mistakes() == before && f.Clear > f.Fire {
		p.Fail(n, "clear, %v, must not be above fire, %v", f.Clear, f.Fire)
	}
	return f
}
