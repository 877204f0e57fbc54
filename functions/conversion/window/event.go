package window

import "time"

// Kind is what happened to an OTP.
type Kind uint8

// The zero value is no kind.
const (
	OTPRequested Kind = iota + 1
	OTPVerified
)

// Event is something that happened to an OTP.
type Event struct {
	Kind Kind
	// ID names the OTP, and is the same in both of its events.
	ID   string
	Time time.Time
	// Country is an ISO 3166-1 alpha-2 code, "" for unknown. Those of a verification
	// are not looked at: it counts in its request's group.
	Country string
	// Prefix is the number that the OTP went to without its last four digits, ""
	// for unknown.
	Prefix string
}

// Outcome is what became of an event.
type Outcome uint8

// The zero value is no outcome. An event that is Ahead, Old or Damaged was refused: nothing
// of it is kept.
const (
	// Accepted events count, or will once the request has come.
	Accepted Outcome = iota + 1
	// Duplicate events have come before.
	Duplicate
	// Late events came when their window had closed.
	Late
	// Ahead is of an event whose time is more than MaxAhead after the store's.
	Ahead
	// Old is of an event whose time is more than MaxAge before the store's.
	Old
	// Damaged is of an event whose window cannot be read: nothing of it is kept.
	Damaged
)

// String returns the outcome in lower case.
func (o Outcome) String() string {
	names := [...]string{"none", "accepted", "duplicate", "late", "ahead", "old", "damaged"}
	if int(o) >= len(names) {
		return "unknown"
	}
	return names[o]
}

// MaxAhead and MaxAge bound the time of an event that has not come before.
const (
	MaxAhead = 5 * time.Minute
	MaxAge   = 24 * time.Hour
)

// Timely returns Accepted, Ahead or Old for an event's time. now is the store's, so
// that all instances refuse the same events whatever their clocks say.
func Timely(t, now time.Time) Outcome {
	switch {
	case t.After(now.Add(MaxAhead)):
		return Ahead
	case t.Before(now.Add(-MaxAge)):
		return Old
	default:
		return Accepted
	}
}

// OTP is what is known of one OTP. The zero value is nothing.
type OTP struct {
	// Requested and Verified tell which of its events have come.
	Requested, Verified bool
	// Span is the window of its request, and Group where it was counted: both are
	// known when Requested.
	Span  Span
	Group Key
}
