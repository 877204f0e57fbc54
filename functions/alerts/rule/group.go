package rule

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"signalbox/shared/incident"
)

// groupRules are the rules of which many cards may be one incident, because they have one
// cause. Their order is stored in [GroupCounts]: new ones go to the end.
var groupRules = [...]string{StoppedName, StaleName}

// The names of the rules about groups.
const (
	StoppedGroupName = StoppedName + groupSuffix
	StaleGroupName   = StaleName + groupSuffix

	groupSuffix = "-group"
)

// GroupRules are the rules about cards of which many may be one incident.
func GroupRules() []string { return groupRules[:] }

// FormsGroups reports whether a rule is one of [GroupRules].
func FormsGroups(name string) bool { return slices.Contains(groupRules[:], name) }

// GroupRule is the rule about groups for a rule about cards.
func GroupRule(of string) string { return of + groupSuffix }

// CardRule is the rule about cards for a rule about groups; "": name is none.
func CardRule(name string) string {
	if of, ok := strings.CutSuffix(name, groupSuffix); ok && FormsGroups(of) {
		return of
	}
	return ""
}

// isRule reports whether a silence or a route that names a rule means another one: all are
// meant by "", and groups by the rule about their cards, too.
func isRule(named, name string) bool {
	return named == "" || named == name || named == CardRule(name)
}

// Groups say when cards that have something in common are one incident. The zero value is
// that they never are.
type Groups struct {
	// Share is which part of the cards that were well, in percent, a rule must find
	// breached all at once, and Least is how many cards these are at least. Share 0: off.
	Share, Least int
}

// DefaultGroups are the groups where nothing else is said.
func DefaultGroups() Groups { return Groups{Share: 80, Least: 10} }

// On reports whether there are groups.
func (g Groups) On() bool { return g.Share > 0 }

// MaxFirst is how many of its cards an incident of a group names.
const MaxFirst = 10

// GroupDetails are the details of the rules about groups.
type GroupDetails struct {
	Of    string    `json:"-"` // the rule about cards
	Cards int       `json:"cards"`
	Total int       `json:"total"`          // in the group, those that are in use or breached
	Since time.Time `json:"since,omitzero"` // when the first of the new ones was seen
	// First are some of the cards, by their ICCIDs, in order.
	First []string `json:"first,omitempty"`
}

// Rule returns the name of the rule about groups.
func (d GroupDetails) Rule() string { return GroupRule(d.Of) }

func decodeGroup(of string, data []byte, d *Details) error {
	value := GroupDetails{}
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	value.Of = of
	d.Value = value
	return nil
}

// Undecided is the name of what inhibits a card's incident until the end of a sweep says
// whether there is a group for it. No rule has it.
const Undecided = "undecided"

// ByGroup reports whether a group, or what is undecided, suppresses an incident.
func ByGroup(s incident.Suppression) bool {
	return s.By == incident.ByInhibition && (s.Name == Undecided || strings.Contains(s.Name, "/"))
}

// InhibitedBy is the suppression of a card's incident by its group's.
func InhibitedBy(g GroupID) incident.Suppression {
	return incident.Suppression{By: incident.ByInhibition, Name: g.String()}
}
