package receiver

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"signalbox/shared/country"
	"signalbox/shared/incident"
	"signalbox/shared/route"
	"signalbox/shared/strictyaml"
)

// placed is a route, and where it and its parts are in the file.
type placed struct {
	route.Route

	node  *yaml.Node
	names []*yaml.Node // of receivers and fallbacks
	sound bool         // it has no mistake of its own
}

func (p *Parts) route(n *yaml.Node) {
	r, before := placed{node: n}, p.Mistakes()
	p.Mapping(n, strictyaml.Fields{
		"match":     func(n *yaml.Node) { p.routeMatch(n, &r.Route) },
		"receivers": p.names(&r, &r.Receivers),
		"fallback":  p.names(&r, &r.Fallback),
		"mention":   func(n *yaml.Node) { r.Mention = p.OneOf(n, "here") == "here" },
		"continue":  func(n *yaml.Node) { r.Continue = p.YesNo(n) },
	}, "receivers")
	r.sound = p.Mistakes() == before
	p.routes = append(p.routes, r)
}

func (p *Parts) routeMatch(n *yaml.Node, r *route.Route) {
	p.warnEmpty(n)
	p.Mapping(n, strictyaml.Fields{
		"tag":     func(n *yaml.Node) { r.Tag = p.Pattern(n) },
		"package": func(n *yaml.Node) { r.Package = p.Pattern(n) },
		"iccid":   func(n *yaml.Node) { r.ICCID = p.Pattern(n) },
		"rule":    func(n *yaml.Node) { r.Rule = p.OneOf(n, route.Rules(route.Cards, route.Fleet, route.OTPs)...) },
		"severity": func(n *yaml.Node) {
			r.Severity = incident.Severity(p.OneOf(n, string(incident.Critical), string(incident.Warning)))
		},
		"country": func(n *yaml.Node) { r.Country = p.country(n) },
	})
	if why := r.FitsNothing(); why != "" {
		p.Fail(n, "%s: nothing fits this", why)
	}
}

// country returns its code in capital letters. A wrong one is no reason to find routes after
// it hidden.
func (p *Parts) country(n *yaml.Node) string {
	code := strings.ToUpper(n.Value)
	if n.Kind != yaml.ScalarNode || !country.Is(code) {
		p.Fail(n, "must be the code of a country by ISO 3166-1, such as SG")
	}
	return cmp.Or(code, "?")
}

// names reads a list of receivers.
func (p *Parts) names(r *placed, into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
			p.Fail(n, "must be a list of receivers such as [ops]")
			return
		}
		p.Each(func(n *yaml.Node) {
			if slices.Contains(*into, n.Value) {
				p.Fail(n, "%s comes more than once", n.Value)
			}
			*into = append(*into, n.Value)
			r.names = append(r.names, n)
		})(n)
	}
}

// together finds the mistakes that receivers and routes make only together.
func (p *Parts) together() {
	if p.routes == nil && p.receivers == nil {
		return
	}
	if len(p.receivers) == 0 {
		p.Fail(p.routes[0].node, "there are routes, but no receivers")
		return
	}
	if len(p.routes) == 0 {
		return // each receiver is notified of everything
	}
	named := p.namedReceivers()
	for _, r := range p.receivers {
		if !named[r.Name] && receiverName.MatchString(r.Name) {
			p.FailAt(r.Line, "receivers: no route leads to %s", r.Name)
		}
	}
	for i, r := range p.routes {
		for before := range i {
			if p.routes[before].Hides(r.Route) {
				p.Fail(r.node, "routes: nothing reaches this route: all that fits it ends at line %d", p.routes[before].node.Line)
				break
			}
		}
	}
	if last := p.routes[len(p.routes)-1]; !last.FitsAll() {
		p.Fail(last.node, "routes: what fits no route would reach nobody: end with one that has no match")
	}
	p.loops()
}

// namedReceivers are those that routes name, which must be there.
func (p *Parts) namedReceivers() map[string]bool {
	named := make(map[string]bool)
	for _, r := range p.routes {
		for _, n := range r.names {
			named[n.Value] = true
			if !slices.ContainsFunc(p.receivers, func(r Receiver) bool { return r.Name == n.Value }) {
				p.Fail(n, "routes: there is no receiver %q", n.Value)
			}
		}
	}
	return named
}

// loops finds fallbacks that lead back to where they began. Each is told at the route
// that closes it.
func (p *Parts) loops() {
	leads := make(map[string][]string)
	for _, r := range p.routes {
		for _, from := range r.Receivers {
			for _, to := range r.Fallback {
				if way := wayBetween(leads, to, from, nil); way != nil {
					p.Fail(r.node, "routes: fallbacks go in a loop: %s", strings.Join(append([]string{from}, way...), " to "))
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
