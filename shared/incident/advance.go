package incident

import (
	"cmp"
	"slices"
	"time"
)

// Advance applies an evaluation to what is remembered of its incident, and
// returns what is to be remembered and the changes that receivers are to be
// notified of. An evaluation without a status changes nothing: what was not seen
// has neither begun nor ended.
func Advance[D any](past Incident[D], e Evaluation[D], now time.Time, p Policy) (Incident[D], []Change[D]) {
	s := step[D]{now: now, policy: p}
	if s.isOver(past) {
		past = Incident[D]{}
	}
	s.past = past
	next := s.apply(past, e)
	return s.notify(next)
}

// Elapse lets time pass for an incident without an evaluation: what damping held
// back becomes due, and what is over for long enough is forgotten.
func Elapse[D any](past Incident[D], now time.Time, p Policy) (Incident[D], []Change[D]) {
	s := step[D]{now: now, policy: p, past: past}
	return s.notify(past)
}

// step advances one incident once.
type step[D any] struct {
	now     time.Time
	policy  Policy
	past    Incident[D] // as notified of so far
	changes []Change[D]
}

func (s *step[D]) apply(past Incident[D], e Evaluation[D]) Incident[D] {
	if slices.Contains(e.Unsure, past.Suppressed) {
		e.Suppressed = past.Suppressed
	}
	switch e.Status {
	case Breached:
		return s.breach(past, e)
	case Hysteresis:
		return s.between(past, e)
	case Clear, Off:
		return s.clear(past, e)
	case Absent:
		return s.miss(past, e)
	default:
		return past
	}
}

// breach keeps an incident open, or counts towards opening one.
func (s *step[D]) breach(past Incident[D], e Evaluation[D]) Incident[D] {
	if past.Phase == PhaseOpen {
		if !past.another(e) {
			return past.evaluated(e)
		}
		// Receivers hear of the end of one occasion and the beginning of the next.
		past = s.settleNow(past, e)
	}
	if past.Phase == PhasePending && past.another(e) {
		past = Incident[D]{}
	}
	breached := past.Breached
	if e.Seen == "" || e.Seen != past.Seen {
		breached++
	}
	if breached < e.For {
		return past.pending(e, breached)
	}
	return s.open(past, e)
}

// another reports whether e is about another occasion than i. What either does
// not know is taken for the same.
func (i Incident[D]) another(e Evaluation[D]) bool {
	return !e.Partial && e.Instance != "" && i.Instance != "" && e.Instance != i.Instance
}

// pending counts towards an opening. An incident that is resolved and may flap stays
// resolved until the count is full.
func (i Incident[D]) pending(e Evaluation[D], breached int) Incident[D] {
	if i.Phase == PhaseResolved {
		i.Breached, i.Seen = breached, e.Seen
		return i
	}
	return Incident[D]{Key: e.Key, Phase: PhasePending, Instance: e.Instance, Breached: breached, Seen: e.Seen}
}

// open begins an incident, or goes on with one of the same occasion that was resolved
// so lately that it may be flapping.
func (s *step[D]) open(past Incident[D], e Evaluation[D]) Incident[D] {
	next := Incident[D]{Key: e.Key, Phase: PhaseOpen, Instance: e.Instance, Opened: s.now}
	if past.Phase == PhaseResolved {
		switch {
		case !past.another(e):
			next.Opened, next.Notified = past.Opened, past.Notified
			next.Instance = cmp.Or(e.Instance, past.Instance)
		case past.Notified.Open:
			// The end was suppressed: receivers still take the last occasion for open.
			next.Notified = past.Notified
		}
	}
	return next.evaluated(e)
}

// evaluated takes over what e says of an open incident. A partial evaluation
// counts only where it is worse, but for what suppresses it.
func (i Incident[D]) evaluated(e Evaluation[D]) Incident[D] {
	i.Absent, i.Breached, i.Seen, i.Suppressed = 0, 0, "", e.Suppressed
	if e.Partial && i.Severity != "" && e.Severity.Compare(i.Severity) <= 0 && !e.Threshold.worse(i.Threshold) {
		return i
	}
	i.Instance = cmp.Or(e.Instance, i.Instance)
	i.Severity, i.Threshold, i.Status = e.Severity, e.Threshold, e.Status
	i.Details = e.Details
	return i
}

// between keeps an open incident open between its thresholds, and opens none.
func (s *step[D]) between(past Incident[D], e Evaluation[D]) Incident[D] {
	switch {
	case past.Phase == PhasePending:
		return Incident[D]{}
	case past.Phase != PhaseOpen:
		return past
	case past.another(e):
		return s.settle(past, e)
	}
	e.Severity = cmp.Or(e.Severity, Warning)
	if e.Threshold == (Threshold{}) {
		e.Threshold = past.Threshold
	}
	return past.evaluated(e)
}

func (s *step[D]) clear(past Incident[D], e Evaluation[D]) Incident[D] {
	switch past.Phase {
	case PhasePending:
		return Incident[D]{}
	case PhaseResolved:
		past.Suppressed, past.Breached, past.Seen = e.Suppressed, 0, ""
		return past
	case PhaseOpen:
		if e.Partial {
			past.Suppressed = e.Suppressed
			return past
		}
		return s.settle(past, e)
	default:
		return past
	}
}

// miss counts that the subject was not found, and resolves its incident once that
// happened often enough.
func (s *step[D]) miss(past Incident[D], e Evaluation[D]) Incident[D] {
	if past.Phase != PhaseOpen {
		return s.clear(past, e)
	}
	if e.Seen == "" || e.Seen != past.Seen {
		past.Absent++
		past.Seen = e.Seen
	}
	if past.Absent < e.For {
		return past
	}
	return s.settle(past, e)
}

// settle resolves an incident, with the details as they are now.
func (s *step[D]) settle(past Incident[D], e Evaluation[D]) Incident[D] {
	past.Phase, past.Resolved, past.Status = PhaseResolved, s.now, e.Status
	past.Suppressed, past.Details = e.Suppressed, e.Details
	past.Absent, past.Breached, past.Seen = 0, 0, ""
	return past
}

// settleNow resolves one occasion of an incident before another begins.
func (s *step[D]) settleNow(past Incident[D], e Evaluation[D]) Incident[D] {
	s.past, s.changes = s.notify(s.settle(past, e))
	return s.past
}
