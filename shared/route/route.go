// Package route says which receivers are notified of an incident. It is pure, and knows
// incidents by a few [Facts], which the function that has them gives: one file of routes is
// for all functions.
package route

import (
	"slices"

	"signalbox/shared/incident"
)

// Routes say which receivers are notified of an incident: the first that matches does,
// and those after it as long as each says to go on. None: each receiver is notified of
// everything.
type Routes []Route

// Route is one of them. One without a match fits every incident.
type Route struct {
	Match
	Rule      string            // empty: all rules; one about each of several means these together, too
	Severity  incident.Severity // empty: any
	Country   string            // ISO 3166-1 alpha-2 in capital letters; empty: any, or none
	Receivers []string
	// Fallback are notified in place of those that take nothing.
	Fallback []string
	Mention  bool // asks for everybody's attention for what is new and critical
	Continue bool // goes on to the next route
}

// FitsAll reports whether every incident fits r.
func (r Route) FitsAll() bool {
	return r.Match == Match{} && r.Rule == "" && r.Severity == "" && r.Country == ""
}

// Hides reports whether all that fits other ends at r, which is before it.
func (r Route) Hides(other Route) bool {
	same := func(mine, others string) bool { return mine == "" || mine == others }
	return !r.Continue && same(r.Tag, other.Tag) && same(r.Package, other.Package) && same(r.ICCID, other.ICCID) &&
		same(r.Rule, other.Rule) && same(string(r.Severity), string(other.Severity)) && same(r.Country, other.Country)
}

// Covers is Hides by what patterns mean, as far as it is known, and not by their texts
// alone.
func (r Route) Covers(other Route) bool {
	mine, others := r, other
	mine.Match, others.Match = Match{}, Match{}
	return mine.Hides(others) && r.Match.Covers(other.Match)
}

// FitsNothing says why no incident can fit r. Empty: one may.
func (r Route) FitsNothing() string {
	const none, noCountry = "no tag, package or iccid", "no country"
	byCard := r.Match != Match{}
	switch about := About(r.Rule); {
	case byCard && r.Country != "":
		return "cards have " + noCountry + ", and OTPs " + none
	case byCard && about == Fleet:
		return "rule " + r.Rule + " is about the fleet itself, which has " + none
	case byCard && about == OTPs:
		return "rule " + r.Rule + " is about OTPs, which have " + none
	case r.Country != "" && about == Fleet:
		return "rule " + r.Rule + " is about the fleet itself, which has " + noCountry
	case r.Country != "" && about == Cards:
		return "rule " + r.Rule + " is about cards, which have " + noCountry
	default:
		return ""
	}
}

// Facts are what routes go by of an incident, and who it concerns.
type Facts struct {
	Rule string
	// Each is the rule about each of those that the incident is about together, such as
	// the cards of a group. Empty: it is about one.
	Each     string
	Severity incident.Severity
	// Card is what is known of the card, pool or group. Nil: it is about none.
	Card *Card
	// Country is that of the OTPs, ISO 3166-1 alpha-2 in capital letters. Empty: it is about
	// none, or no single one.
	Country string
	// Receiver is the one that it is about. Empty: it is about none.
	Receiver string
	// Notified are the receivers that were notified that it opened, and so are to its end.
	Notified []string
}

// of are the routes of an incident.
func (r Routes) of(f Facts) Routes {
	var found Routes
	for _, route := range r {
		if route.fits(f) {
			found = append(found, route)
			if !route.Continue {
				break
			}
		}
	}
	return found
}

// fits goes by what is known. An incident whose tags or package are unknown fits no route
// that goes by them.
func (r Route) fits(f Facts) bool {
	return (r.Match == Match{} || f.Card != nil && r.covers(*f.Card)) && r.means(f) &&
		(r.Severity == "" || r.Severity == f.Severity) && (r.Country == "" || r.Country == f.Country)
}

// means reports whether r is for the incident's rule.
func (r Route) means(f Facts) bool { return r.Rule == "" || r.Rule == f.Rule || r.Rule == f.Each }

// Notifies reports whether a receiver is notified of an incident: the routes say so, or it
// was notified of it before. A receiver is not notified of its own incident. Where the
// routes name nobody else for that, all other receivers are notified.
func (r Routes) Notifies(receiver string, f Facts) bool {
	if receiver == f.Receiver {
		return false
	}
	if len(r) == 0 || slices.Contains(f.Notified, receiver) {
		return true
	}
	to := slices.DeleteFunc(r.Receivers(f), func(name string) bool { return name == f.Receiver })
	return slices.Contains(to, receiver) || len(to) == 0
}

// Receivers are those that are routed to.
func (r Routes) Receivers(f Facts) []string {
	var names []string
	for _, route := range r.of(f) {
		names = append(names, route.Receivers...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// to are the routes by which a receiver is notified of an incident. Where none that fits
// names it, it is so for a card of the group, or since it was before: then it may be any
// that names it.
func (r Routes) to(receiver string, f Facts) Routes {
	other := func(route Route) bool { return !slices.Contains(route.Receivers, receiver) }
	found := slices.DeleteFunc(r.of(f), other)
	if len(found) > 0 || !slices.Contains(f.Notified, receiver) {
		return found
	}
	return slices.DeleteFunc(slices.Clone(r), func(route Route) bool { return other(route) || !route.means(f) })
}

// Fallback are those that are notified where a receiver takes nothing.
func (r Routes) Fallback(receiver string, f Facts) []string {
	var names []string
	for _, route := range r.to(receiver, f) {
		names = append(names, route.Fallback...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Mentions reports whether a receiver's message about an incident asks for everybody's
// attention. What asks for it of a card does so of its group.
func (r Routes) Mentions(receiver string, f Facts) bool {
	routes := r.of(f)
	if f.Each != "" {
		routes = r.to(receiver, f)
	}
	return slices.ContainsFunc(routes, func(route Route) bool {
		return route.Mention && slices.Contains(route.Receivers, receiver) && (route.Severity == "" || route.Severity == f.Severity)
	})
}

// Announces reports whether a receiver gets what is for all that are notified of anything
// but what others do not take.
func (r Routes) Announces(receiver string) bool { return len(r) == 0 || r.Reaches(receiver) }

// Reaches reports whether a receiver is notified of anything but what others do not take.
func (r Routes) Reaches(receiver string) bool {
	return slices.ContainsFunc(r, func(route Route) bool { return slices.Contains(route.Receivers, receiver) })
}

// GoesByTag reports whether tags choose receivers.
func (r Routes) GoesByTag() bool {
	return slices.ContainsFunc(r, func(route Route) bool { return route.Tag != "" })
}
