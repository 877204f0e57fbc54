package message

import (
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
)

// parted are open incidents by what became of them, as the list of incidents has it.
type parted struct {
	plain                  []*rule.Incident // nobody knows of
	acknowledged, silenced int
}

func (w Writer) parted(open []*rule.Incident) parted {
	var p parted
	for _, i := range open {
		switch w.Standing.Of(*i, w.Coverage.At).State {
		case action.Acknowledged:
			p.acknowledged++
		case action.Silenced:
			p.silenced++
		case action.Open:
			p.plain = append(p.plain, i)
		}
	}
	return p
}

// known says how many are acknowledged and silenced, "" where none is.
func (s Style) known(p parted) string {
	return s.listed(some(p.acknowledged, s.words().Summary.Acknowledged), some(p.silenced, s.words().Summary.Silenced))
}

// moreKnown says the same behind the number of the others.
func (s Style) moreKnown(p parted) string {
	return s.listed(some(p.acknowledged, s.words().Summary.MoreAcknowledged), some(p.silenced, s.words().Summary.MoreSilenced))
}

// some says a number, unless it is 0.
func some(n int, say func(int) string) string {
	if n == 0 {
		return ""
	}
	return say(n)
}
