package notify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"

	"signalbox/shared/incident"
)

// Group is the incidents that share a status message.
type Group struct {
	Rule     string            `json:"rule"`
	Severity incident.Severity `json:"severity"`
}

// GroupOf returns the group that an open incident belongs to.
func GroupOf[D any](i incident.Incident[D]) Group { return Group{i.Key.Rule, i.Severity} }

// Compare orders groups, the worst first.
func (g Group) Compare(other Group) int {
	return cmp.Or(other.Severity.Compare(g.Severity), cmp.Compare(g.Rule, other.Rule))
}

// view is the open incidents that a receiver is to be shown.
type view[D any] struct {
	open   map[incident.Key]*incident.Incident[D]
	groups map[Group][]incident.Incident[D]
	prints map[Group]string
	mark   func(incident.Incident[D]) string // what is shown beside an incident; nil: nothing
}

func newView[D any](open []incident.Incident[D], shown func(incident.Incident[D]) bool, mark func(incident.Incident[D]) string) view[D] {
	v := view[D]{
		open:   make(map[incident.Key]*incident.Incident[D], len(open)),
		groups: make(map[Group][]incident.Incident[D]),
		prints: make(map[Group]string), mark: mark,
	}
	sizes := make(map[Group]int)
	for at := range open {
		if i := &open[at]; i.IsOpen() && shown(*i) {
			v.open[i.Key] = i
			sizes[GroupOf(*i)]++
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(v.open), incident.Key.Compare) {
		g := GroupOf(*v.open[key])
		if v.groups[g] == nil {
			v.groups[g] = make([]incident.Incident[D], 0, sizes[g])
		}
		v.groups[g] = append(v.groups[g], *v.open[key])
	}
	return v
}

// of returns the open incidents of groups.
func (v view[D]) of(groups []Group) []incident.Incident[D] {
	if len(groups) == 1 {
		return v.groups[groups[0]]
	}
	var open []incident.Incident[D]
	for _, g := range groups {
		open = append(open, v.groups[g]...)
	}
	return open
}

// elsewhere counts the open incidents of the same rules in other groups.
func (v view[D]) elsewhere(groups []Group) int {
	n := 0
	for g, incidents := range v.groups {
		sameRule := func(other Group) bool { return other.Rule == g.Rule }
		if !slices.Contains(groups, g) && slices.ContainsFunc(groups, sameRule) {
			n += len(incidents)
		}
	}
	return n
}

// print identifies what a status message of groups shows: it changes when an
// incident does, and not as time passes.
func (v view[D]) print(groups []Group) string {
	parts := []string{strconv.Itoa(v.elsewhere(groups))}
	for _, g := range slices.SortedFunc(slices.Values(groups), Group.Compare) {
		if v.prints[g] == "" {
			v.prints[g] = shownOf(v.groups[g], v.mark)
		}
		parts = append(parts, g.Rule, string(g.Severity), v.prints[g])
	}
	return fingerprint(parts...)
}

// shownOf identifies what readers could see of incidents.
func shownOf[D any](incidents []incident.Incident[D], mark func(incident.Incident[D]) string) string {
	sum := sha256.New()
	for _, i := range incidents {
		marked := ""
		if mark != nil {
			marked = mark(i)
		}
		i.Breached, i.Absent, i.Seen, i.Notified = 0, 0, "", incident.Notified{}
		raw, err := json.Marshal(i)
		if err != nil { // it must encode, but a message is worth more
			raw = fmt.Append(nil, i.Key, i.Severity, i.Threshold)
		}
		addPart(sum, raw)
		if marked != "" {
			addPart(sum, []byte(marked))
		}
	}
	return printOf(sum)
}

// fingerprint is the same for the same parts.
func fingerprint(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		addPart(sum, []byte(part))
	}
	return printOf(sum)
}

func addPart(sum hash.Hash, part []byte) {
	fmt.Fprintf(sum, "%d:", len(part))
	sum.Write(part)
}

func printOf(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)[:10]) }
