package rulefile

import (
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/strictyaml"
)

func (p *parser) silence(n *yaml.Node) {
	var s rule.Silence
	before := p.Mistakes()
	p.Mapping(n, strictyaml.Fields{
		"match":   func(n *yaml.Node) { s.Match = p.match(n, "silence") },
		"rule":    func(n *yaml.Node) { s.Rule = p.OneOf(n, rule.Names()...) },
		"from":    func(n *yaml.Node) { s.From = p.time(n) },
		"until":   func(n *yaml.Node) { s.Until = p.time(n) },
		"comment": func(n *yaml.Node) { s.Comment, _ = p.Text(n) },
	}, "until")
	if p.Mistakes() == before && !s.From.Before(s.Until) {
		p.Fail(n, "it is over before it begins: from must be before until")
	}
	if p.Mistakes() == before {
		p.silences = append(p.silences, placed[rule.Silence]{n.Line, s})
	}
	p.policy.Silences = append(p.policy.Silences, s)
}

func (p *parser) time(n *yaml.Node) time.Time {
	moment, err := time.Parse(time.RFC3339, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		p.Fail(n, "must be a time with its offset, such as 2026-12-01T08:00:00+08:00")
	}
	return moment
}

func (p *parser) muteTime(n *yaml.Node) {
	var m rule.MuteTime
	before := p.Mistakes()
	p.Mapping(n, strictyaml.Fields{
		"from": func(n *yaml.Node) { m.From = p.clock(n) },
		"to":   func(n *yaml.Node) { m.To = p.end(n) },
		"days": func(n *yaml.Node) { m.Days = p.days(n) },
		"zone": func(n *yaml.Node) { m.Zone = p.zone(n) },
	}, "from", "to", "zone")
	if p.Mistakes() == before && m.From == m.To {
		p.Fail(n, "from and to are the same time")
	}
	if p.Mistakes() == before && m.From == 0 && m.To == 24*60 && (len(m.Days) == 0 || len(m.Days) == len(weekdays)) {
		p.WarnAt(n.Line, "it never ends: what is not critical is never notified")
	}
	p.policy.MuteTimes = append(p.policy.MuteTimes, m)
}

// end is a clock that knows the end of a day, too.
func (p *parser) end(n *yaml.Node) rule.Clock {
	if n.Value == "24:00" {
		return 24 * 60
	}
	return p.clock(n)
}

func (p *parser) clock(n *yaml.Node) rule.Clock {
	t, err := time.Parse("15:04", n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || len(n.Value) != len("15:04") {
		p.Fail(n, "must be a time of day such as 07:00 or 22:30")
	}
	return rule.Clock(t.Hour()*60 + t.Minute())
}

// weekdays are counted as in package time.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (p *parser) days(n *yaml.Node) []time.Weekday {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		p.Fail(n, "must be a list such as [sat, sun]; leave the key out for every day")
		return nil
	}
	var days []time.Weekday
	p.Each(func(n *yaml.Node) { days = append(days, p.day(n)) })(n)
	return days
}

func (p *parser) day(n *yaml.Node) time.Weekday {
	day := slices.Index(weekdays, n.Value)
	if n.Kind != yaml.ScalarNode || day < 0 {
		p.Fail(n, "must be one of %s", strings.Join(weekdays, ", "))
	}
	return time.Weekday(day)
}

// zone refuses Local, which is another one on each machine.
func (p *parser) zone(n *yaml.Node) *time.Location {
	zone, err := time.LoadLocation(n.Value)
	if n.Kind != yaml.ScalarNode || n.Value == "" || n.Value == "Local" || err != nil {
		p.Fail(n, "must be the name of a time zone, such as Asia/Shanghai")
	}
	return zone
}
