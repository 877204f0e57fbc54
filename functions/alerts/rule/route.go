package rule

import (
	"slices"

	"signalbox/shared/incident"
)

// Routes say which receivers are notified of an incident: the first that matches does,
// and those after it as long as each says to go on.
type Routes []Route

// Route is one of them. One without a match fits every incident.
type Route struct {
	Match
	Rule      string            // empty: all rules; see [isRule]
	Severity  incident.Severity // empty: any
	Receivers []string
	// Fallback are notified in place of those that take nothing.
	Fallback []string
	Mention  bool // asks for everybody's attention for what is new and critical
	Continue bool // goes on to the next route
}

// FitsAll reports whether every incident fits r.
func (r Route) FitsAll() bool { return r.Match == Match{} && r.Rule == "" && r.Severity == "" }

// of are the routes of an incident.
func (r Routes) of(i Incident) Routes {
	var found Routes
	for _, route := range r {
		if route.fits(i) {
			found = append(found, route)
			if !route.Continue {
				break
			}
		}
	}
	return found
}

// fits goes by what the incident says. One whose tags or package are unknown fits no
// route that goes by them.
func (r Route) fits(i Incident) bool {
	isCard := i.Key.Subject.Kind != incident.Fleet
	return (r.Match == Match{} || isCard && r.covers(said(i))) &&
		isRule(r.Rule, i.Key.Rule) && (r.Severity == "" || r.Severity == i.Severity)
}

// Receivers are those that are notified of an incident.
func (r Routes) Receivers(i Incident) []string {
	var names []string
	for _, route := range r.of(i) {
		names = append(names, route.Receivers...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// to are the routes by which a receiver is notified of an incident. Where none that fits
// names it, it is so for a card of the group, or since it was before: then it may be any
// that names it.
func (r Routes) to(receiver string, i Incident) Routes {
	other := func(route Route) bool { return !slices.Contains(route.Receivers, receiver) }
	found := slices.DeleteFunc(r.of(i), other)
	if len(found) > 0 || !slices.Contains(i.Details.Receivers, receiver) {
		return found
	}
	return slices.DeleteFunc(slices.Clone(r), func(route Route) bool { return other(route) || !isRule(route.Rule, i.Key.Rule) })
}

// Fallback are those that are notified where a receiver takes nothing.
func (r Routes) Fallback(receiver string, i Incident) []string {
	var names []string
	for _, route := range r.to(receiver, i) {
		names = append(names, route.Fallback...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Mentions reports whether a receiver's message about an incident asks for everybody's
// attention. What asks for it of a card does so of its group.
func (r Routes) Mentions(receiver string, i Incident) bool {
	routes := r.of(i)
	if i.Key.Subject.Kind == incident.Group {
		routes = r.to(receiver, i)
	}
	return slices.ContainsFunc(routes, func(route Route) bool {
		return route.Mention && slices.Contains(route.Receivers, receiver) && (route.Severity == "" || route.Severity == i.Severity)
	})
}

// Reaches reports whether a receiver is notified of anything but what others do not take.
func (r Routes) Reaches(receiver string) bool {
	return slices.ContainsFunc(r, func(route Route) bool { return slices.Contains(route.Receivers, receiver) })
}

// GoesByTag reports whether tags choose receivers.
func (r Routes) GoesByTag() bool {
	return slices.ContainsFunc(r, func(route Route) bool { return route.Tag != "" })
}

// IsFleet reports whether a rule is about the fleet itself.
func IsFleet(name string) bool {
	return slices.ContainsFunc(fleetRules, func(r fleetRule) bool { return r.Name() == name })
}
