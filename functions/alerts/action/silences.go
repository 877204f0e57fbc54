package action

import (
	"cmp"
	"slices"
	"time"

	"signalbox/shared/incident"
)

// MadeSilence is a silence that somebody has made, of a subject or of one rule of it.
type MadeSilence struct {
	Subject incident.Subject
	Rule    string // empty: all of them
	By      Actor
	Origin  Origin
	At      time.Time // when it was made
	Until   time.Time // the first moment at which it is over
}

// Silences are those that count at now, by what they silence.
func (s Standing) Silences(now time.Time) []MadeSilence {
	var made []MadeSilence
	for key, one := range s.silences {
		if v := one.value; v.isOn(now) {
			made = append(made, MadeSilence{Subject: key.Subject, Rule: key.Rule, By: v.By, Origin: v.Origin, At: v.At, Until: v.Until})
		}
	}
	slices.SortFunc(made, func(a, b MadeSilence) int {
		return cmp.Or(incident.Key{Subject: a.Subject, Rule: a.Rule}.Compare(incident.Key{Subject: b.Subject, Rule: b.Rule}), a.At.Compare(b.At))
	})
	return made
}
