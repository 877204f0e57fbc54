package receiver

import (
	"slices"

	"gopkg.in/yaml.v3"

	"signalbox/shared/incident"
	"signalbox/shared/route"
)

// warnEmpty warns of a match without patterns.
func (p *Parts) warnEmpty(n *yaml.Node) { p.WarnEmpty(n, "route") }

// WarnEmpty warns of a match that is written and has nothing in it. what is what it is of,
// such as a route.
func (p *Parts) WarnEmpty(n *yaml.Node, what string) {
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		p.WarnAt(n.Line, "it is empty, so everything fits this %s: leave the key out where that is meant", what)
	}
}

// WarnRoutes warns of routes that are allowed, and hardly meant.
func (p *Parts) WarnRoutes() {
	for i, r := range p.routes {
		if !r.sound {
			continue
		}
		line := r.node.Line
		if before := slices.IndexFunc(p.routes[:i], func(b placed) bool { return b.sound && b.Covers(r.Route) && !b.Hides(r.Route) }); before >= 0 {
			p.WarnAt(line, "routes: nothing reaches this route: all that fits it ends at line %d", p.routes[before].node.Line)
		}
		if r.Mention && r.Severity == incident.Warning {
			p.WarnAt(line, "routes: mention is for what is critical, which fits no route of severity warning")
		}
	}
}

// EachRoute calls do with each route that has no mistake of its own, and its line.
func (p *Parts) EachRoute(do func(line int, r route.Route)) {
	for _, r := range p.routes {
		if r.sound {
			do(r.node.Line, r.Route)
		}
	}
}
