package page

import (
	"cmp"
	"slices"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// Coverage is how much of the fleet a list speaks of, and how old that is.
type Coverage struct {
	message.Coverage

	Sweep        string    // the id of the sweep under way or the last one; "": there was none
	Started      time.Time // when it began
	LastFinished time.Time // when the last whole sweep was finished; zero: none was
}

// Filter chooses incidents. What is empty chooses all.
type Filter struct {
	State    action.State
	Rule     string
	Severity incident.Severity
}

func (f Filter) takes(i Item) bool {
	return (f.State == "" || f.State == i.Standing.State) && (f.Rule == "" || f.Rule == i.Key.Rule) &&
		(f.Severity == "" || f.Severity == i.Severity)
}

// Item is an incident of a list.
type Item struct {
	*rule.Incident

	Standing action.Status // what people have done about it
}

// List is what is open at a time.
type List struct {
	Items    []Item               // those chosen: by state, each the worst first
	Counts   map[action.State]int // of all, chosen or not
	Critical int                  // of all
	Coverage Coverage
	Style    message.Style
}

// NewList returns the list of incidents, which are open, as f chooses. standing is what
// people have done about them. They are not copied: nobody changes them later.
func NewList(incidents []rule.Incident, standing action.Standing, f Filter, c Coverage, s message.Style) List {
	l := List{Counts: make(map[action.State]int), Coverage: c, Style: s}
	for i := range incidents {
		item := Item{&incidents[i], standing.Of(incidents[i], c.At)}
		l.Counts[item.Standing.State]++
		if item.Severity == incident.Critical {
			l.Critical++
		}
		if f.takes(item) {
			l.Items = append(l.Items, item)
		}
	}
	states := action.States()
	slices.SortStableFunc(l.Items, func(a, b Item) int {
		return cmp.Or(
			cmp.Compare(slices.Index(states, a.Standing.State), slices.Index(states, b.Standing.State)),
			message.WorstFirst(a.Incident, b.Incident),
		)
	})
	return l
}

func (l List) total() int {
	total := 0
	for _, n := range l.Counts {
		total += n
	}
	return total
}

// who names somebody who has done something. "": nobody has.
func (l List) who(name string) string {
	if name == "" {
		return ""
	}
	return l.Style.Who(name)
}

// now is the time that ages count from.
func (l List) now() time.Time { return l.Coverage.At }

// zoned is a time as it is shown; the zero time stays zero.
func (l List) zoned(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if l.Style.Zone == nil {
		return t.UTC()
	}
	return t.In(l.Style.Zone)
}
