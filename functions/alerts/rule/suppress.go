package rule

import (
	"time"

	"signalbox/shared/incident"
)

// Silence suppresses what somebody knows about.
type Silence struct {
	Match
	Rule    string    // empty: all rules about cards and pools
	Until   time.Time // the first moment at which it is over
	Comment string    // why, for people
}

// suppress says what keeps evaluations of o from being notified: a silence before
// an inhibition, and that before a mute time.
func (p Policy) suppress(evaluations []Evaluation, inhibited map[string]string, o Observation, now time.Time) {
	muted := p.muted(now)
	for i, e := range evaluations {
		silence, silenced := p.silence(func(s Silence) bool { return s.silences(e.Key.Rule, o) }, now)
		inhibitor := inhibited[e.Key.Rule]
		switch {
		case silenced:
			evaluations[i].Suppressed = silence
		case inhibitor != "":
			evaluations[i].Suppressed = incident.Suppression{By: incident.ByInhibition, Name: inhibitor}
		case muted && !critical(e):
			evaluations[i].Suppressed = incident.Suppression{By: incident.ByMuteTime}
		}
	}
}

// suppressFleet does so for evaluations of the fleet. A silence must name their
// rule, and no cards.
func (p Policy) suppressFleet(evaluations []Evaluation, now time.Time) {
	muted := p.muted(now)
	for i, e := range evaluations {
		names := func(s Silence) bool { return s.Rule == e.Key.Rule && s.Match == Match{} }
		silence, silenced := p.silence(names, now)
		switch {
		case silenced:
			evaluations[i].Suppressed = silence
		case muted && !critical(e):
			evaluations[i].Suppressed = incident.Suppression{By: incident.ByMuteTime}
		}
	}
}

// silence returns the first silence that is not over and covers what is asked for.
func (p Policy) silence(covers func(Silence) bool, now time.Time) (incident.Suppression, bool) {
	for _, s := range p.Silences {
		if now.Before(s.Until) && covers(s) {
			return incident.Suppression{By: incident.BySilence, Name: s.Comment}, true
		}
	}
	return incident.Suppression{}, false
}

// silences goes on where an answer lacks the packages for once.
func (s Silence) silences(rule string, o Observation) bool {
	covered := s.covers(o) || o.Lookup == WithoutPackages && s.undecided(o)
	return covered && (s.Rule == "" || s.Rule == rule)
}

// critical reports whether a mute time lets e pass: somebody has to act before
// the morning.
func critical(e Evaluation) bool {
	return e.Status == incident.Breached && e.Severity == incident.Critical
}
