package rulefile

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// placed is a route, and where it and its parts are in the file.
type placed struct {
	rule.Route

	node  *yaml.Node
	names []*yaml.Node // of receivers and fallbacks
}

func (p *parser) route(n *yaml.Node) {
	r := placed{node: n}
	p.mapping(n, fields{
		"match":     func(n *yaml.Node) { p.routeMatch(n, &r.Route) },
		"receivers": p.names(&r, &r.Receivers),
		"fallback":  p.names(&r, &r.Fallback),
		"mention":   func(n *yaml.Node) { r.Mention = p.oneOf(n, "here") == "here" },
		"continue":  func(n *yaml.Node) { r.Continue = p.yesNo(n) },
	}, "receivers")
	p.routes = append(p.routes, r)
}

func (p *parser) routeMatch(n *yaml.Node, r *rule.Route) {
	p.mapping(n, fields{
		"tag":     func(n *yaml.Node) { r.Tag = p.pattern(n) },
		"package": func(n *yaml.Node) { r.Package = p.pattern(n) },
		"iccid":   func(n *yaml.Node) { r.ICCID = p.pattern(n) },
		"rule":    func(n *yaml.Node) { r.Rule = p.ruleName(n) },
		"severity": func(n *yaml.Node) {
			r.Severity = incident.Severity(p.oneOf(n, string(incident.Critical), string(incident.Warning)))
		},
		"country": func(n *yaml.Node) { p.fail(n, "is not known of a card: leave it out") },
	})
	if rule.IsFleet(r.Rule) && r.Match != (rule.Match{}) {
		p.fail(n, "rule %s is about the fleet itself, which has no tag, package or iccid: nothing fits this", r.Rule)
	}
}

// names reads a list of receivers.
func (p *parser) names(r *placed, into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
			p.fail(n, "must be a list of receivers such as [ops]")
			return
		}
		p.each(func(n *yaml.Node) {
			if slices.Contains(*into, n.Value) {
				p.fail(n, "%s comes more than once", n.Value)
			}
			*into = append(*into, n.Value)
			r.names = append(r.names, n)
		})(n)
	}
}

// together finds the mistakes that receivers and routes make only together.
func (p *parser) together() {
	if p.routes == nil && p.receivers == nil {
		return
	}
	if len(p.receivers) == 0 {
		p.fail(p.routes[0].node, "there are routes, but no receivers")
		return
	}
	if len(p.routes) == 0 {
		return // each receiver is notified of everything
	}
	named := p.namedReceivers()
	for _, r := range p.receivers {
		if !named[r.Name] && receiverName.MatchString(r.Name) {
			p.mistakes = append(p.mistakes, mistake{r.Line, "receivers: no route leads to " + r.Name})
		}
	}
	for i, r := range p.routes {
		for before := range i {
			if p.routes[before].hides(r.Route) {
				p.fail(r.node, "routes: nothing reaches this route: all that fits it ends at line %d", p.routes[before].node.Line)
				break
			}
		}
	}
	if last := p.routes[len(p.routes)-1]; !last.FitsAll() {
		p.fail(last.node, "routes: what fits no route would reach nobody: end with one that has no match")
	}
	p.loops()
}

// namedReceivers are those that routes name, which must be there.
func (p *parser) namedReceivers() map[string]bool {
	named := make(map[string]bool)
	for _, r := range p.routes {
		for _, n := range r.names {
			named[n.Value] = true
			if !slices.ContainsFunc(p.receivers, func(r Receiver) bool { return r.Name == n.Value }) {
				p.fail(n, "routes: there is no receiver %q", n.Value)
			}
		}
	}
	return named
}

// hides reports whether all that fits other ends at r before.
func (r placed) hides(other rule.Route) bool {
	same := func(mine, others string) bool { return mine == "" || mine == others }
	return !r.Continue && same(r.Tag, other.Tag) && same(r.Package, other.Package) && same(r.ICCID, other.ICCID) &&
		same(r.Rule, other.Rule) && same(string(r.Severity), string(other.Severity))
}

// loops finds fallbacks that lead back to where they began. Each is told at the route
// that closes it.
func (p *parser) loops() {
	leads := make(map[string][]string)
	for _, r := range p.routes {
		for _, from := range r.Receivers {
			for _, to := range r.Fallback {
				if way := wayBetween(leads, to, from, nil); way != nil {
					p.fail(r.node, "routes: fallbacks go in a loop: %s", strings.Join(append([]string{from}, way...), " to "))
					return
				}
				leads[from] = append(leads[from], to)
			}
		}
	}
}

// wayBetween is a way along fallbacks, nil where there is none.
func wayBetween(leads map[string][]string, from, to string, seen []string) []string {
	if from == to {
		return []string{to}
	}
	if slices.Contains(seen, from) {
		return nil
	}
	for _, next := range leads[from] {
		if way := wayBetween(leads, next, to, append(seen, from)); way != nil {
			return append([]string{from}, way...)
		}
	}
	return nil
}

func (p *parser) ruleRoutes() rule.Routes {
	var routes rule.Routes
	for _, r := range p.routes {
		routes = append(routes, r.Route)
	}
	return routes
}
