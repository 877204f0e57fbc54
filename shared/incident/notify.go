package incident

import (
	"cmp"
	"time"
)

// defaultDamping is the least time between two notifications of an incident that
// flaps.
const defaultDamping = time.Hour

// notify compares how an incident is with what receivers take it for, and decides
// what they are to be notified of now.
func (s *step[D]) notify(next Incident[D]) (Incident[D], []Change[D]) {
	if next.Suppressed.Active() {
		return next.forgottenUnless(next.Phase != PhaseResolved || next.Notified.Open), s.changes
	}
	kind := next.difference()
	if s.acknowledged(next, kind) {
		next.Notified.Severity = lower(next.Notified.Severity, next.Severity)
		return next, s.changes
	}
	if next.changedFrom(s.past) && !next.immediate(kind) {
		next.Notified.Damped++
	}
	next.Notified.Severity = lower(next.Notified.Severity, next.Severity)
	if kind = s.due(next, kind); kind != "" {
		return s.notified(next, kind)
	}
	return next.forgottenUnless(!s.isOver(next)), s.changes
}

// acknowledged reports whether somebody knows of all that there is to say of an open
// incident.
func (s *step[D]) acknowledged(i Incident[D], kind Kind) bool {
	return i.Phase == PhaseOpen && kind != Opened && s.policy.Acknowledged.Covers(i.Level())
}

// isOver reports whether an incident was resolved so long ago that it cannot flap any
// more: one that opens now is another.
func (s *step[D]) isOver(i Incident[D]) bool {
	return i.Phase == PhaseResolved && !i.Notified.Open && i.Notified.Damped == 0 && s.calm(i)
}

// forgottenUnless returns i, or the zero incident where it is not to be kept or was
// resolved without any notification.
func (i Incident[D]) forgottenUnless(keep bool) Incident[D] {
	if !keep || i.Phase == PhaseResolved && i.Notified.Count == 0 {
		return Incident[D]{}
	}
	return i
}

// difference is the kind of change that receivers do not know of, or "".
func (i Incident[D]) difference() Kind {
	n := i.Notified
	switch {
	case i.Phase == PhaseResolved && n.Open:
		return Resolved
	case i.Phase != PhaseOpen, i.Status == Hysteresis && !n.Open:
		return "" // Between its thresholds it is not bad enough to be opened.
	case n.Count == 0, i.newOccasion():
		return Opened
	case i.beyondPeak(), n.Open && i.Severity.Compare(n.Severity) > 0:
		return Worsened
	case !n.Open:
		return Opened
	default:
		return ""
	}
}

// newOccasion reports whether receivers know of another instance only.
func (i Incident[D]) newOccasion() bool {
	return i.Notified.Instance != i.Instance && i.Notified.Instance != "" && i.Instance != ""
}

// beyondPeak reports whether the incident is worse than it ever was.
func (i Incident[D]) beyondPeak() bool {
	return i.Severity.Compare(i.Notified.PeakSeverity) > 0 || i.Threshold.worse(i.Notified.PeakThreshold)
}

// immediate reports whether flapping never holds such a change back: a first
// opening, a worsening beyond what was notified, and a first resolution.
func (i Incident[D]) immediate(kind Kind) bool {
	switch kind {
	case Opened:
		return i.Notified.Count == 0 || i.newOccasion()
	case Worsened:
		return i.beyondPeak()
	case Resolved:
		return i.Notified.Resolutions == 0
	default:
		return false
	}
}

// changedFrom reports whether an incident that receivers know of has come, ended,
// or become more severe since.
func (i Incident[D]) changedFrom(past Incident[D]) bool {
	return i.Notified.Count > 0 && past.Phase != "" && (i.Phase != past.Phase || i.Severity.Compare(past.Severity) > 0)
}

// calm reports whether the last notification is long enough ago.
func (s *step[D]) calm(i Incident[D]) bool {
	return s.now.Sub(i.Notified.At) >= cmp.Or(s.policy.Damping, defaultDamping)
}

// due is the kind of the change to notify now, or "".
func (s *step[D]) due(i Incident[D], kind Kind) Kind {
	n := i.Notified
	switch {
	case i.immediate(kind):
		return kind
	case n.Count > 0 && !s.calm(i):
		return ""
	case n.Damped > 1, n.Damped == 1 && kind == "":
		return Flapping
	case kind != "":
		return kind
	case i.Phase == PhaseOpen && n.Open && s.policy.Repeat > 0 && s.now.Sub(n.At) >= s.policy.Repeat:
		return Reminded
	default:
		return ""
	}
}

// notified remembers that receivers are notified of a change.
func (s *step[D]) notified(i Incident[D], kind Kind) (Incident[D], []Change[D]) {
	n, damped := i.Notified, i.Notified.Damped
	if i.newOccasion() {
		n.PeakSeverity, n.PeakThreshold, n.Resolutions = "", Threshold{}, 0
	}
	n.Count++
	n.At, n.Instance, n.Damped = s.now, i.Instance, 0
	n.Open, n.Severity = i.Phase == PhaseOpen, i.Severity
	if kind == Resolved {
		n.Resolutions++
	}
	if i.Severity.Compare(n.PeakSeverity) > 0 {
		n.PeakSeverity = i.Severity
	}
	if n.PeakThreshold == (Threshold{}) || i.Threshold.worse(n.PeakThreshold) {
		n.PeakThreshold = i.Threshold
	}
	i.Notified = n
	if kind != Flapping {
		damped = 0
	}
	change := Change[D]{ID: changeID(i.Key, i.Opened, n.Count), Kind: kind, At: s.now, Damped: damped, Incident: i}
	return i, append(s.changes, change)
}

// Worsen has receivers be notified that an open incident, of which they know, is worse in a
// way that neither its severity nor its threshold says. Of any other nothing changes.
func Worsen[D any](i Incident[D], now time.Time) (Incident[D], []Change[D]) {
	if i.Phase != PhaseOpen || !i.Notified.Open || i.Suppressed.Active() {
		return i, nil
	}
	s := step[D]{now: now}
	return s.notified(i, Worsened)
}

func lower(a, b Severity) Severity {
	if b.Compare(a) < 0 {
		return b
	}
	return a
}
