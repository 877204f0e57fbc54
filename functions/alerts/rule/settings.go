package rule

import (
	"reflect"
	"slices"
	"time"
)

// Settings are the rules for some cards, at most one of each type. Those that are
// not among them are switched off, and so are all of the zero value.
type Settings []Rule

// Defaults returns the rules that are on where nothing else is said, but for
// [Usage] and [Expiry], whose thresholds the environment has.
func Defaults() Settings {
	return Settings{
		Stopped{On: true},
		Stale{After: 48 * time.Hour},
		Forecast{Fire: 0.8, Clear: 0.5},
	}
}

// With returns a copy of s in which the rules given replace those of their names.
func (s Settings) With(changed ...Rule) Settings {
	with := slices.Clone(s)
	for _, r := range changed {
		if at := with.index(r.Name()); at >= 0 {
			with[at] = r
		} else {
			with = append(with, r)
		}
	}
	return with
}

func (s Settings) index(name string) int {
	return slices.IndexFunc(s, func(r Rule) bool { return r.Name() == name })
}

// On reports whether the rule of that name is switched on for some card.
func (s Settings) On(name string) bool {
	at := s.index(name)
	return name == UnreadableName || at >= 0 && !reflect.ValueOf(s[at]).IsZero()
}

// Of returns the rule of type R in s. If there is none, it is switched off.
func Of[R Rule](s Settings) R {
	var off R
	for _, r := range s {
		if found, ok := r.(R); ok {
			return found
		}
	}
	return off
}

// all returns the rules of s and those switched off, in the order of the list of
// rules.
func (s Settings) all() []Rule {
	all := slices.Clone(rules)
	for i, off := range all {
		if at := s.index(off.Name()); at >= 0 {
			all[i] = s[at]
		}
	}
	return all
}
