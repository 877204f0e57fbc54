package rule

import (
	"time"

	"signalbox/shared/incident"
)

// Silenced are the silences of single subjects that people made while the rules were at
// work, beside those of a [Policy]: there may be thousands of them. Each is kept by what
// it silences: one rule of a subject, or by a key without a rule all of them.
type Silenced map[incident.Key]Silence

// Of returns the silence that covers an incident at now.
func (s Silenced) Of(key incident.Key, now time.Time) (Silence, bool) {
	var longest Silence
	for _, by := range []incident.Key{key, {Subject: key.Subject}} {
		if silence, ok := s[by]; ok && now.Before(silence.Until) && silence.Until.After(longest.Until) {
			longest = silence
		}
	}
	return longest, !longest.Until.IsZero()
}

// Suppress has s suppress evaluations as silences of the policy do: before an inhibition
// and a mute time.
func (s Silenced) Suppress(evaluations []Evaluation, now time.Time) {
	if len(s) == 0 {
		return
	}
	for i, e := range evaluations {
		if e.Suppressed.By == incident.BySilence {
			continue
		}
		if silence, ok := s.Of(e.Key, now); ok {
			evaluations[i].Suppressed = silence.suppression()
		}
	}
}
