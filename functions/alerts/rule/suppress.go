package rule

import (
	"time"

	"signalbox/shared/incident"
)

// Silence suppresses what somebody knows about.
type Silence struct {
	Match
	Rule    string    // empty: all rules about cards, pools and groups; see [isRule]
	From    time.Time // the first moment at which it counts; zero: it always has
	Until   time.Time // the first moment at which it is over
	Comment string    // why, for people
	// Origin is where it was made, such as in Slack. Empty: in the rules file.
	Origin string
}

// suppression is what s does to an evaluation.
func (s Silence) suppression() incident.Suppression {
	return incident.Suppression{By: incident.BySilence, Name: s.Comment, Origin: s.Origin}
}

// suppress says what keeps evaluations from being notified: a silence that covers them
// before an inhibition, and that before a mute time.
func (p Policy) suppress(evaluations []Evaluation, covers func(Silence, Evaluation) bool, inhibited inhibitions, now time.Time) {
	muted := p.muted(now)
	for i, e := range evaluations {
		silence, silenced := p.silence(func(s Silence) bool { return covers(s, e) }, now)
		inhibitor := inhibited.by[e.Key.Rule]
		evaluations[i].Unsure = inhibited.unsure[e.Key.Rule]
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

// counts reports whether s has begun and is not over.
func (s Silence) counts(now time.Time) bool { return !now.Before(s.From) && now.Before(s.Until) }

// silence returns the first silence that counts now and covers what is asked for.
func (p Policy) silence(covers func(Silence) bool, now time.Time) (incident.Suppression, bool) {
	for _, s := range p.Silences {
		if s.counts(now) && covers(s) {
			return s.suppression(), true
		}
	}
	return incident.Suppression{}, false
}

// SilenceOf returns the silence of p that covers an open incident at now, by what the
// incident says of its subject: of several the one that lasts longest. False: none does, or
// the incident does not say enough.
func (p Policy) SilenceOf(i Incident, now time.Time) (Silence, bool) {
	covers := func(s Silence) bool { return s.silences(i.Key.Rule, said(i)) }
	if i.Key.Subject.Kind == incident.Fleet {
		covers = func(s Silence) bool { return s.silencesFleet(Evaluation{Key: i.Key}) }
	}
	var longest Silence
	for _, s := range p.Silences {
		if s.counts(now) && covers(s) && s.Until.After(longest.Until) {
			longest = s
		}
	}
	return longest, !longest.Until.IsZero()
}

// silences reports whether s covers a rule's evaluation of o.
func (s Silence) silences(rule string, o Observation) bool {
	return covers(s.Match, o) && isRule(s.Rule, rule)
}

// silencesFleet reports whether s covers an evaluation of the fleet: it must name the
// rule, and no cards.
func (s Silence) silencesFleet(e Evaluation) bool { return s.Rule == e.Key.Rule && s.Match == Match{} }

// critical reports whether a mute time lets e pass: somebody has to act before
// the morning.
func critical(e Evaluation) bool {
	return e.Status == incident.Breached && e.Severity == incident.Critical
}
