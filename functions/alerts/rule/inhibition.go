package rule

import "signalbox/shared/incident"

// inhibitions are the rules of one subject that other rules inhibit, by name. The zero
// value has none.
type inhibitions struct {
	by     map[string]string                 // the name of the rule that inhibits it
	unsure map[string][]incident.Suppression // those that only may
}

// add takes note of what r inhibits by its evaluation. One that cannot say, that is
// partial or that goes by settings which the card may not have, may inhibit as much as
// the rule ever does.
func (i *inhibitions) add(r Rule, e Evaluation, sure bool) {
	if e.Status == incident.Breached && sure {
		for _, name := range r.inhibits(e) {
			set(&i.by, name, r.Name())
		}
	}
	if sure && !e.Partial && e.Status != "" {
		return
	}
	for _, name := range r.inhibits(Evaluation{Status: incident.Breached, Severity: incident.Critical}) {
		may := incident.Suppression{By: incident.ByInhibition, Name: r.Name()}
		set(&i.unsure, name, append(i.unsure[name], may))
	}
}

// set makes the map first where there is none.
func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = make(map[string]V)
	}
	(*m)[key] = value
}
