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
		"mute":     p.each(p.mute),
	}, "version")
}

func (p *parser) version(n *yaml.Node) {
	if n.ShortTag() != "!!int" || n.Value != version {
		p.fail(n, "must be %s", version)
	}
}

func (p *parser) override(n *yaml.Node) {
	o := rule.Override{Settings: p.policy.Default}
	p.mapping(n, fields{
		"match":       func(n *yaml.Node) { o.Match = p.match(n) },
		rule.Usage:    func(n *yaml.Node) { o.Settings.UsagePercent = p.ladder(n, maxPercent) },
		rule.Expiry:   func(n *yaml.Node) { o.Settings.ExpiryDays = p.ladder(n, maxDays) },
		rule.Stopped:  func(n *yaml.Node) { o.Settings.Stopped = p.onOff(n) },
		rule.Stale:    func(n *yaml.Node) { o.Settings.StaleAfter = p.staleAfter(n) },
		rule.Forecast: func(n *yaml.Node) { p.forecast(n, &o.Settings) },
	})
	p.policy.Overrides = append(p.policy.Overrides, o)
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

// pattern does not repeat a bad one: it may hold the number of a card.
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

func (p *parser) staleAfter(n *yaml.Node) time.Duration {
	if off(n) {
		return 0
	}
	hours, _ := p.whole(n, maxStaleHours)
	return time.Duration(hours) * time.Hour
}

func (p *parser) forecast(n *yaml.Node, s *rule.Settings) {
	if off(n) {
		s.Fire, s.Clear = 0, 0
		return
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n, "must be off or a mapping with the keys clear, fire")
		return
	}
	before := len(p.mistakes)
	p.mapping(n, fields{
		"fire":  func(n *yaml.Node) { s.Fire = p.probability(n) },
		"clear": func(n *yaml.Node) { s.Clear = p.probability(n) },
	})
	if len(p.mistakes) == before && s.Clear > s.Fire {
		p.fail(n, "clear, %v, must not be above fire, %v", s.Clear, s.Fire)
	}
}
