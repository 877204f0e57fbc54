package rulefile

import (
	"gopkg.in/yaml.v3"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/strictyaml"
)

// The least and the most that make sense of a group: with less than half of its cards
// much that has many causes would be one incident.
const (
	leastShare = 50
	mostLeast  = 100_000
)

// groups leaves what is not set as by default.
func (p *parser) groups(n *yaml.Node) rule.Groups {
	if strictyaml.Off(n) {
		return rule.Groups{}
	}
	g := rule.DefaultGroups()
	if n.Kind != yaml.MappingNode {
		p.Fail(n, "must be off or a mapping with the keys least, share")
		return g
	}
	p.Mapping(n, strictyaml.Fields{
		"share": func(n *yaml.Node) { g.Share = p.From(n, leastShare, 100) },
		"least": func(n *yaml.Node) { g.Least = p.From(n, 2, mostLeast) },
	})
	return g
}
