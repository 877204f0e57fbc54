package window

import (
	"errors"
	"fmt"
	"time"
)

// Rules are the settings of windows.
type Rules struct {
	// Length is whole seconds, from 1 s to 24 h.
	Length time.Duration
	// Grace is how long after its end, or after its first event, a window closes:
	// 0 to 24 h.
	Grace time.Duration
}

const maxLength = 24 * time.Hour

// Validate reports what is wrong with r.
func (r Rules) Validate() error {
	var problems []error
	if r.Length < time.Second || r.Length > maxLength || r.Length%time.Second != 0 {
		problems = append(problems, fmt.Errorf("the length of a window is %v, want whole seconds from 1s to %v", r.Length, maxLength))
	}
	if r.Grace < 0 || r.Grace > maxLength {
		problems = append(problems, fmt.Errorf("a window's grace is %v, want 0s to %v", r.Grace, maxLength))
	}
	return errors.Join(problems...)
}

// Span is a window's part of time, and identifies it: after a change of its
// length two windows may have one start.
type Span struct {
	// Start is in seconds since the epoch.
	Start int64
	// Seconds is the length.
	Seconds int64
}

// From returns when the window begins.
func (s Span) From() time.Time { return time.Unix(s.Start, 0).UTC() }

// To returns when the window ends. That moment is the next one's.
func (s Span) To() time.Time { return time.Unix(s.Start+s.Seconds, 0).UTC() }

// Span returns the window that t is in. Windows are aligned to the epoch.
func (r Rules) Span(t time.Time) Span {
	length := int64(r.Length / time.Second)
	after := t.Unix() % length
	if after < 0 {
		after += length
	}
	return Span{Start: t.Unix() - after, Seconds: length}
}

// Closes returns when a window closes whose first event came at first, by the
// store's clock, in milliseconds. A backlog that is delivered at once has the grace
// to come whole, as has a window whose end is still to come.
func (r Rules) Closes(s Span, first time.Time) time.Time {
	later := s.To()
	if first.After(later) {
		later = first
	}
	return later.Add(r.Grace).Truncate(time.Millisecond).UTC()
}

// Kept is how long an OTP is remembered after its last event: until its window has
// closed for sure and a day more, so that an event that comes again is known.
func (r Rules) Kept() time.Duration { return MaxAge + MaxAhead + r.Length + r.Grace }

// State is what is known of a window before an event.
type State struct {
	// Exists is false before the first request, and after the window was lost.
	Exists bool
	// Closed says that it was closed, and Closes when it will be at the latest.
	Closed bool
	Closes time.Time
}

// OpenAt reports whether the window exists and counts what comes now.
func (s State) OpenAt(now time.Time) bool { return s.Exists && !s.Closed && !now.After(s.Closes) }

// Concerns returns the window that an event concerns. None is a verification's
// whose request has not come.
func (r Rules) Concerns(e Event, known OTP) (s Span, ok bool) {
	switch {
	case known.Requested:
		return known.Span, true
	case e.Kind == OTPRequested:
		return r.Span(e.Time), true
	default:
		return Span{}, false
	}
}

// Step is what one event changes.
type Step struct {
	Outcome Outcome
	// OTP is what is known afterwards.
	OTP OTP
	// Opens says that the window begins to exist.
	Opens bool
	// Counts, Late and Duplicate are added to the window that the event concerns.
	Counts          Counts
	Late, Duplicate int64
}

// Step returns what e changes that comes now, by the store's clock, where known was
// known of its OTP, and state of the window that it concerns.
func (r Rules) Step(now time.Time, e Event, known OTP, state State) Step {
	if e.Kind == OTPRequested && known.Requested || e.Kind == OTPVerified && known.Verified {
		return Step{Outcome: Duplicate, OTP: known, Duplicate: 1}
	}
	if o := Timely(e.Time, now); o != Accepted {
		return Step{Outcome: o, OTP: known}
	}
	if e.Kind == OTPVerified {
		return verified(now, known, state)
	}
	return r.requested(now, e, known, state)
}

func verified(now time.Time, known OTP, state State) Step {
	known.Verified = true
	switch {
	case !known.Requested: // it waits for its request
		return Step{Outcome: Accepted, OTP: known}
	case state.OpenAt(now):
		return Step{Outcome: Accepted, OTP: known, Counts: Counts{Verified: 1}}
	default:
		return Step{Outcome: Late, OTP: known, Late: 1}
	}
}

// requested counts the verification too that has waited.
func (r Rules) requested(now time.Time, e Event, known OTP, state State) Step {
	var waited int64
	if known.Verified {
		waited = 1
	}
	known.Requested, known.Span = true, r.Span(e.Time)
	known.Group = Key{Country: e.Country, Prefix: e.Prefix}
	if state.Exists && !state.OpenAt(now) {
		return Step{Outcome: Late, OTP: known, Late: 1 + waited}
	}
	return Step{Outcome: Accepted, OTP: known, Opens: !state.Exists, Counts: Counts{Requested: 1, Verified: waited}}
}
