package rule

import (
	"slices"

	"signalbox/shared/incident"
	"signalbox/shared/route"
)

// Match says which cards are meant.
type Match = route.Match

// Routes are [route.Routes] for the incidents of a fleet.
type Routes []route.Route

// RouteFacts are what routes go by of an incident.
func RouteFacts(i Incident) route.Facts {
	f := route.Facts{Rule: i.Key.Rule, Each: CardRule(i.Key.Rule), Severity: i.Severity, Notified: i.Details.Receivers}
	if i.Key.Subject.Kind == incident.Fleet {
		if i.Key.Rule == ReceiverName {
			f.Receiver = i.Key.Subject.ID
		}
		return f
	}
	o := said(i)
	f.Card = &route.Card{Tags: o.Tags, Package: o.Package, ICCID: o.Subject.ID, NoPackage: o.Subject.Kind == incident.Pool}
	return f
}

// Notifies reports whether a receiver is notified of an incident.
func (r Routes) Notifies(receiver string, i Incident) bool {
	return route.Routes(r).Notifies(receiver, RouteFacts(i))
}

// Receivers are those that are routed to.
func (r Routes) Receivers(i Incident) []string { return route.Routes(r).Receivers(RouteFacts(i)) }

// Fallback are those that are notified where a receiver takes nothing.
func (r Routes) Fallback(receiver string, i Incident) []string {
	return route.Routes(r).Fallback(receiver, RouteFacts(i))
}

// Mentions reports whether a receiver's message about an incident asks for everybody's
// attention.
func (r Routes) Mentions(receiver string, i Incident) bool {
	return route.Routes(r).Mentions(receiver, RouteFacts(i))
}

// Reaches reports whether a receiver is notified of anything but what others do not take.
func (r Routes) Reaches(receiver string) bool { return route.Routes(r).Reaches(receiver) }

// GoesByTag reports whether tags choose receivers.
func (r Routes) GoesByTag() bool { return route.Routes(r).GoesByTag() }

// IsFleet reports whether a rule is about the fleet itself.
func IsFleet(name string) bool {
	return slices.ContainsFunc(fleetRules, func(r fleetRule) bool { return r.Name() == name })
}
