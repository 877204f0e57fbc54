package aliyuntest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"
)

// kept is how many calls and conversions are remembered.
const kept = 20_000

// Call is one call that the fake saw.
type Call struct {
	Action string     // as the caller wrote it
	Number int        // of the calls of its action, from 1
	At     time.Time  // its arrival
	Params url.Values // without Signature, SecurityToken and AccessKeyId
	// Code is the outcome: "OK", an error code, the [Kind] of a fault that leaves
	// no code, or "" while there is no answer yet.
	Code  string
	Fault Kind // that struck it; "" means none
}

// Conversion is one accepted ConversionData report.
type Conversion struct {
	Rate       string // as sent
	ReportTime int64  // Unix time in milliseconds; the arrival if it was not sent
	RequestID  string
	At         time.Time // its arrival
}

// Calls returns what the fake saw of an action, oldest first; "" means of
// all. It remembers the last 20,000 calls.
func (s *Server) Calls(action string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for _, call := range s.calls {
		if action == "" || call.Action == action {
			calls = append(calls, *call)
		}
	}
	return calls
}

// Conversions returns the accepted conversion reports, oldest first. It
// remembers the last 20,000.
func (s *Server) Conversions() []Conversion {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.conversions)
}

// MaxPerSecond returns the most calls of an action that arrived within any one
// second, refused ones included; "" means of all actions together. It counts the
// actions that the fake answers.
func (s *Server) MaxPerSecond(action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most[action]
}

// arrive stamps a call with its time and its request id, and remembers it.
func (s *Server) arrive(q *query) *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.at, q.id = s.options.Now(), s.newIDLocked()
	call := &Call{Action: q.get("Action"), At: q.at, Params: maps.Clone(q.params)}
	s.numbers[call.Action]++
	q.call, q.fleet, call.Number = call, &s.fleet, s.numbers[call.Action]
	for _, name := range []string{"Signature", "SecurityToken", "AccessKeyId"} {
		call.Params.Del(name)
	}
	s.calls = remember(s.calls, call)
	s.countLocked("", q.at)
	if _, ok := apis[call.Action]; ok {
		s.countLocked(call.Action, q.at)
	}
	return call
}

func (s *Server) countLocked(action string, at time.Time) {
	arrivals := windowOf(s.arrived, action)
	arrivals.add(at)
	s.most[action] = max(s.most[action], arrivals.count(at))
}

func (s *Server) finish(call *Call, fault Kind, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.Fault, call.Code = fault, code
}

// newIDLocked returns a request id in Alibaba's form, an upper-case UUID.
func (s *Server) newIDLocked() string {
	high, low := s.ids.Uint64(), s.ids.Uint64()
	high = high&^0xF000 | 0x4000             // version 4
	low = low&^(0b11<<62) | uint64(0b10)<<62 // variant
	return fmt.Sprintf("%08X-%04X-%04X-%04X-%012X", high>>32, high>>16&0xFFFF, high&0xFFFF, low>>48, low&(1<<48-1))
}

// remember appends to a list, and drops the oldest of one that is full.
func remember[T any](list []T, item T) []T {
	if len(list) == kept {
		list = list[1:]
	}
	return append(list, item)
}
