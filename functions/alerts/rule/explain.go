package rule

import (
	"fmt"
	"slices"
	"time"

	"signalbox/shared/incident"
)

// Explained is what one rule says of a subject, for people who ask why.
type Explained struct {
	Evaluation // of the zero Status: the observation says too little for the rule

	// Thresholds are what the rule is breached at for this subject, with their units, such
	// as "80 %". None: the rule has none, or is switched off.
	Thresholds []string
}

// Explain evaluates an observation as [Policy.Evaluate] does, and returns what every rule
// about its kind says, those that cannot say anything as well.
func (p Policy) Explain(o Observation, now time.Time) []Explained {
	said := make(map[string]Evaluation, len(rules))
	for _, e := range p.Evaluate(o, now) {
		said[e.Key.Rule] = e
	}
	var explained []Explained
	for _, r := range p.candidates(o)[0] {
		if o.Subject.Kind == incident.Pool && !r.forPools() {
			continue
		}
		e := said[r.Name()]
		e.Key = incident.Key{Subject: o.Subject, Rule: r.Name()}
		explained = append(explained, Explained{Evaluation: e, Thresholds: r.thresholds()})
	}
	return explained
}

// AllSilences are those of the rules file, in its order, whether they count now or not.
func (p Policy) AllSilences() []Silence { return p.Silences }

// days words each of some numbers of days.
func days(values ...int) []string {
	worded := each("%d days", values...)
	if at := slices.Index(values, 1); at >= 0 {
		worded[at] = "1 day"
	}
	return worded
}

// each words each of some thresholds.
func each(format string, values ...int) []string {
	worded := make([]string, len(values))
	for i, v := range values {
		worded[i] = fmt.Sprintf(format, v)
	}
	return worded
}
