// Package window counts OTP events in tumbling windows: which window an event is
// in, when that window closes, and what one event changes. It keeps nothing and
// has no clock; package ledger has both.
//
// A request counts in the window of its own time. A verification counts in its
// request's window, if it comes before that closes. Each kind of event counts once
// for each OTP. A window closes by the time of arrival alone, so an event whose own
// time is wrong makes no other event late.
package window

import "time"

// Status is how far a window is.
type Status string

// A window is open until its end, and closing until it closes: then its numbers no
// longer change, and it waits to be reported.
const (
	Open     Status = "open"
	Closing  Status = "closing"
	Waiting  Status = "waiting"
	Reported Status = "reported"
	Dead     Status = "dead" // it will not be reported, unless somebody asks for it
)

// Window is what is known of one window. Only a window that a request was counted
// in is kept at all.
type Window struct {
	Start, End time.Time
	// Closes is when the numbers that are reported change no more.
	Closes time.Time
	// Requested and Verified are what is reported.
	Requested, Verified int64
	// Late are events that came after the window had closed, and Duplicate those
	// that came again. Both go on being counted.
	Late, Duplicate int64
	Status          Status
	// ReportTime and RequestID are those of the report. Zero: none yet.
	ReportTime time.Time
	RequestID  string
	// By are the requests and verifications by group, the largest first.
	By []Group
}

// Span returns what identifies w.
func (w Window) Span() Span {
	return Span{Start: w.Start.Unix(), Seconds: int64(w.End.Sub(w.Start) / time.Second)}
}

// Rate returns the part of the requested OTPs that were verified. It is unknown
// where none was requested.
func (w Window) Rate() (rate float64, known bool) {
	if w.Requested == 0 {
		return 0, false
	}
	return float64(w.Verified) / float64(w.Requested), true
}

// Hour is what the closed windows that began within an hour have counted.
type Hour struct {
	Start time.Time
	By    []Group
}
