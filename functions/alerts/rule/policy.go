package rule

import (
	"path"
	"slices"
	"time"

	"signalbox/shared/incident"
)

// Policy is the settings of a fleet and what nobody is to be told. The zero value
// never fires. It may be used from many goroutines.
type Policy struct {
	// Default are the settings of cards without an override.
	Default Settings
	// Overrides are tried in order; the first that covers a card counts.
	Overrides []Override
	Silences  []Silence
	Mutes     []Mute
}

// Override is the settings of some cards.
type Override struct {
	Match
	Settings Settings
}

// Match says which cards are meant by patterns as in [path.Match]; * stops at a
// slash. An empty pattern covers all, and so does the zero value; one that is
// not well formed covers none.
type Match struct {
	Tag     string // of any of the card's tags
	Package string
	ICCID   string
}

func (m Match) covers(r Reading) bool {
	return m.mayCover(r) && matches(m.Package, r.Package)
}

// mayCover leaves the package aside.
func (m Match) mayCover(r Reading) bool {
	tagged := m.Tag == "" || slices.ContainsFunc(r.Tags, func(tag string) bool { return matches(m.Tag, tag) })
	return tagged && matches(m.ICCID, string(r.ICCID))
}

// undecided reports whether it takes the package, which r does not tell.
func (m Match) undecided(r Reading) bool {
	return m.Package != "" && r.Package == "" && m.mayCover(r)
}

func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	matched, err := path.Match(pattern, text)
	return err == nil && matched
}

// Judge returns a verdict for each rule that r tells enough for, in the order of
// [Names]. A destroyed card is judged as gone. The verdicts share their facts.
func (p Policy) Judge(r Reading, now time.Time) []incident.Verdict {
	if r.Status == Destroyed {
		return p.hush(CardGone(r.ICCID), r, now)
	}
	return p.hush(p.settings(r).judge(r, now), r, now)
}

// JudgeListed is Judge for what the listing of the fleet tells, and returns only
// the verdicts that need no closer look: of Stopped and Stale, or of all rules on
// a destroyed card. There is none where the policy names packages and r does not.
func (p Policy) JudgeListed(listed Reading, now time.Time) []incident.Verdict {
	if listed.Status == Destroyed {
		return p.Judge(listed, now)
	}
	if p.undecided(listed) {
		return nil
	}
	return slices.DeleteFunc(p.Judge(listed, now), func(v incident.Verdict) bool {
		return v.Rule != Stopped && v.Rule != Stale
	})
}

func (p Policy) settings(r Reading) Settings {
	for _, o := range p.Overrides {
		if o.covers(r) {
			return o.Settings
		}
	}
	return p.Default
}
