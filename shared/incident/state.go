package incident

import (
	"maps"
	"time"
)

// State is the open incidents, and the breaches on the way to one. Its size grows
// with what is wrong, not with the number of subjects. The zero value has none.
type State struct {
	Open    map[string]Incident `json:"open,omitempty"`
	Pending map[string]Breaches `json:"pending,omitempty"`
}

// Breaches are those in a row so far.
type Breaches struct {
	Count int    `json:"count"`
	Seen  string `json:"seen,omitempty"` // what the last was about
	// Instance is the occasion that they are breaches of.
	Instance string `json:"instance,omitempty"`
}

// Subjects returns the rules of the open incidents and of the breaches on the way
// to one, by subject: those that are to be judged again, be it to find them over.
func (s State) Subjects() map[string][]string {
	subjects := make(map[string][]string, len(s.Open)+len(s.Pending))
	for _, i := range s.Open {
		subjects[i.Subject] = append(subjects[i.Subject], i.Rule)
	}
	for id := range s.Pending {
		k := keyOf(id)
		subjects[k.Subject] = append(subjects[k.Subject], k.Rule)
	}
	return subjects
}

// Advance applies verdicts to s at now and returns the new state with the
// notices that follow, in the order of the verdicts. A key without a verdict
// stays as it is: what was not seen has neither begun nor ended. An incident
// that stays open is told again every repeat; zero is never.
func (s State) Advance(verdicts []Verdict, now time.Time, repeat time.Duration) (State, []Notice) {
	step := advance{State: State{Open: clone(s.Open), Pending: clone(s.Pending)}, now: now, repeat: repeat}
	for _, v := range verdicts {
		step.apply(v)
	}
	return step.State, step.notices
}

func clone[V any](m map[string]V) map[string]V {
	if m == nil {
		return make(map[string]V)
	}
	return maps.Clone(m)
}

// advance is one step of a State, on its own copy.
type advance struct {
	State

	now     time.Time
	repeat  time.Duration
	notices []Notice
}

func (a *advance) apply(v Verdict) {
	past, open := a.Open[v.id()]
	switch {
	case v.Hold || v.Level == 0:
		delete(a.Pending, v.id())
		if open {
			a.ease(past, v)
		}
	case open && v.Instance != past.Instance:
		a.end(past, v)
		a.breach(v)
	case open:
		a.worsen(past, v)
	default:
		a.breach(v)
	}
}

// breach counts towards a new incident, or opens it.
func (a *advance) breach(v Verdict) {
	past := a.Pending[v.id()]
	if past.Instance != v.Instance {
		past = Breaches{}
	}
	if v.Seen == "" || v.Seen != past.Seen {
		past.Count++
	}
	if past.Count < v.Breaches {
		a.Pending[v.id()] = Breaches{past.Count, v.Seen, v.Instance}
		return
	}
	delete(a.Pending, v.id())
	a.tell(Incident{Key: v.Key, Instance: v.Instance, Level: v.Level, Reason: v.Reason, Opened: a.now, Facts: v.Facts}, v.Quiet)
}

// worsen keeps an incident open and takes it up the ladder, never down: what was
// told stands until it is resolved.
func (a *advance) worsen(past Incident, v Verdict) {
	past.Ended = time.Time{}
	if v.Level >= past.Level {
		past.Level, past.Reason, past.Facts = v.Level, v.Reason, v.Facts
	}
	a.tell(past, v.Quiet)
}

// ease resolves an incident, unless its verdict only holds. What is held must be
// the same occasion: with a new package the old one's incident is over. And it
// must be told already: what is not bad enough to open an incident is no news.
func (a *advance) ease(past Incident, v Verdict) {
	if v.Hold && v.Instance == past.Instance {
		a.tell(past, v.Quiet || past.Level > past.Told)
		return
	}
	a.end(past, v)
}

// tell keeps an incident and tells what is new of it.
func (a *advance) tell(i Incident, quiet bool) {
	kind, news := i.news(a.now, a.repeat)
	if quiet || !news {
		a.Open[i.id()] = i
		return
	}
	i.Told, i.ToldAt = i.Level, a.now
	a.Open[i.id()] = i
	a.notices = append(a.notices, newNotice(kind, i, a.now))
}

// news reports what there is to tell of an open incident.
func (i Incident) news(now time.Time, repeat time.Duration) (Kind, bool) {
	switch {
	case i.Told == 0:
		return Opened, true
	case i.Level > i.Told:
		return Escalated, true
	default:
		return Reminded, repeat > 0 && now.Sub(i.ToldAt) >= repeat
	}
}

// end resolves an incident and tells the facts as they are now: the new expiry,
// the new usage. What was never told is not told to be over. A quiet end waits.
func (a *advance) end(past Incident, v Verdict) {
	if past.Ended.IsZero() {
		past.Ended = a.now
	}
	past.Reason, past.Facts = v.Reason, v.Facts
	if v.Quiet && past.Told > 0 && v.Level == 0 {
		a.Open[v.id()] = past
		return
	}
	delete(a.Open, v.id())
	if past.Told > 0 {
		a.notices = append(a.notices, newNotice(Resolved, past, past.Ended))
	}
}
