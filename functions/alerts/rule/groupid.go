package rule

import (
	"cmp"
	"fmt"
	"strings"

	"signalbox/shared/incident"
)

// GroupKind is what the cards of a group have in common.
type GroupKind string

// The kinds of group.
const (
	TagGroup     GroupKind = "tag"
	PoolGroup    GroupKind = "pool"    // a plan, by its credential
	CarrierGroup GroupKind = "carrier" // as Alibaba names it
)

// GroupID names the cards that have a tag, a pool or a carrier in common. The zero value
// names none.
type GroupID struct {
	Kind GroupKind
	Name string
}

// String returns "tag/field", which is the ID of an incident's subject, too. A name may
// have slashes.
func (g GroupID) String() string { return string(g.Kind) + "/" + g.Name }

// Subject is what incidents of the group are about.
func (g GroupID) Subject() incident.Subject {
	return incident.Subject{Kind: incident.Group, ID: g.String()}
}

// ParseGroupID reads what String returns.
func ParseGroupID(text string) (GroupID, error) {
	kind, name, ok := strings.Cut(text, "/")
	g := GroupID{GroupKind(kind), name}
	if !ok || name == "" || g.rank() == 0 {
		return GroupID{}, fmt.Errorf("group %q: want its kind, a slash and its name", text)
	}
	return g, nil
}

// MarshalText returns what String does.
func (g GroupID) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads what MarshalText returns.
func (g *GroupID) UnmarshalText(text []byte) (err error) {
	*g, err = ParseGroupID(string(text))
	return err
}

// Compare orders groups by how much they say: a tag was chosen by the operator, a carrier
// has most cards.
func (g GroupID) Compare(other GroupID) int {
	return cmp.Or(cmp.Compare(g.rank(), other.rank()), cmp.Compare(g.Name, other.Name))
}

// rank is 0 where there is no such kind.
func (g GroupID) rank() int {
	switch g.Kind {
	case TagGroup:
		return 1
	case PoolGroup:
		return 2
	case CarrierGroup:
		return 3
	default:
		return 0
	}
}

// carried are details that name the card's carrier.
type carried interface{ carrier() string }

// GroupsOf are the groups of a card by what its evaluation or incident says of it, in
// their order. What is unknown is in no group.
func GroupsOf(d Details) []GroupID {
	groups := make([]GroupID, 0, len(d.Facts.Tags)+2)
	for _, tag := range d.Facts.Tags {
		groups = append(groups, GroupID{TagGroup, tag})
	}
	groups = append(groups, GroupID{PoolGroup, d.Facts.Pool})
	if value, ok := d.Value.(carried); ok {
		groups = append(groups, GroupID{CarrierGroup, value.carrier()})
	}
	return inOrder(groups)
}
