package rulefile

import (
	"path"
	"time"

	"gopkg.in/yaml.v3"

	"signalbox/functions/alerts/rule"
)

// The most that makes sense.
const (
	maxPercent    = 200 // of a package that may be overdrawn
	maxDays       = 3650
	maxStaleHours = 24 * 365
)

func (p *parser) file(n *yaml.Node) {
	p.mapping(n, fields{
		"version":  p.version,
		"rules":    p.each(p.override),
		"silences": p.each(p.silence),
		"mute":     p.each(p.muteTime),
		"groups":   func(n *yaml.Node) { p.policy.Groups = p.groups(n) },

		"receivers": p.each(p.receiver),
		"routes":    p.each(p.route),
	}, "version")
	p.together()
}

func (p *parser) version(n *yaml.Node) {
	if n.ShortTag() != "!!int" || n.Value != version {
		p.fail(n, "must be %s", version)
	}
}

func (p *parser) override(n *yaml.Node) {
	o := rule.Override{Settings: p.policy.Default}
	known := p.rules(&o.Settings)
	known["match"] = func(n *yaml.Node) { o.Match = p.match(n) }
	p.mapping(n, known)
	p.policy.Overrides = append(p.policy.Overrides, o)
}

// rules are the keys of the rules, and what reads their thresholds into s.
func (p *parser) rules(s *rule.Settings) fields {
	set := func(r rule.Rule) { *s = s.With(r) }
	return fields{
		rule.UsageName:    func(n *yaml.Node) { set(rule.Usage{Percent: p.thresholds(n, maxPercent)}) },
		rule.ExpiryName:   func(n *yaml.Node) { set(rule.Expiry{Days: p.thresholds(n, maxDays)}) },
		rule.StoppedName:  func(n *yaml.Node) { set(rule.Stopped{On: p.onOff(n)}) },
		rule.StaleName:    func(n *yaml.Node) { set(rule.Stale{After: p.hours(n, maxStaleHours)}) },
		rule.ForecastName: func(n *yaml.Node) { set(p.forecast(n, rule.Of[rule.Forecast](*s))) },
		rule.InactiveName: func(n *yaml.Node) { set(rule.Inactive{Days: p.wholeOrOff(n, maxDays)}) },
	}
}

func (p *parser) match(n *yaml.Node) rule.Match {
	var m rule.Match
	p.mapping(n, fields{
		"tag":     func(n *yaml.Node) { m.Tag = p.pattern(n) },
		"package": func(n *yaml.Node) { m.Package = p.pattern(n) },
		"iccid":   func(n *yaml.Node) { m.ICCID = p.pattern(n) },
	})
	return m
}

// pattern does not repeat a bad one: it may be the number of a card.
func (p *parser) pattern(n *yaml.Node) string {
	pattern, ok := p.text(n)
	if _, err := path.Match(pattern, ""); ok && err != nil {
		p.fail(n, "is not a pattern: * is any text, ? one character, [0-4] one of some, \\ takes the next as it is")
	}
	return pattern
}

func (p *parser) onOff(n *yaml.Node) bool {
	on := n.Kind == yaml.ScalarNode && n.Value == "on"
	if !on && !off(n) {
		p.fail(n, "must be on or off")
	}
	return on
}

func (p *parser) hours(n *yaml.Node, most int) time.Duration {
	return time.Duration(p.wholeOrOff(n, most)) * time.Hour
}

// forecast leaves what is not set as in f.
func (p *parser) forecast(n *yaml.Node, f rule.Forecast) rule.Forecast {
	if off(n) {
		return rule.Forecast{}
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n, "must be off or a mapping with the keys clear, fire")
		return f
	}
	before := len(p.mistakes)
	p.mapping(n, fields{
		"fire":  func(n *yaml.Node) { f.Fire = p.probability(n) },
		"clear": func(n *yaml.Node) { f.Clear = p.probability(n) },
	})
	if len(p.mistakes) == before && f.Clear > f.Fire {
		p.fail(n, "clear, %v, must not be above fire, %v", f.Clear, f.Fire)
	}
	return f
}
