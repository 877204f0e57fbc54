package slacktest

import (
	"time"
)

// Refusal is what the server does to a request instead of answering it. With
// neither Status, Hang nor Unreachable it closes the connection without an
// answer.
type Refusal struct {
	// Method is what is refused: a method of the Web API such as "chat.update",
	// "webhook", or "upload" for a file's content. "" is any of them.
	Method string
	// Channel is the name or id of the channel that a request has to be about.
	// "" is any, or none.
	Channel string
	// Skip is how many requests pass before the refusal takes effect.
	Skip int
	// Count is how many requests are refused: zero means one, -1 all until
	// ClearRefusals. It is not used where For is set.
	Count int
	// For refuses during this time, from the call of Refuse or, where other
	// refusals are still in effect, from their end.
	For time.Duration

	// Status and Body are the answer. The Web API gives Body as the error of
	// its JSON.
	Status int
	Body   string
	// Raw is the answer's body as it stands, instead of Body: a proxy's page, or
	// half of an answer.
	Raw string
	// RetryAfter is announced in whole seconds, where it is above zero.
	// RetryAfterText is announced as it stands, where it is not "".
	RetryAfter     time.Duration
	RetryAfterText string

	// Applied does what was asked before: only the answer is another one, or
	// lost.
	Applied bool
	// Hang gives no answer for as long as the client waits.
	Hang bool
	// Unreachable refuses the connection, so that the request is certainly not
	// written. Over a network, where it is too late for that, it closes the
	// connection.
	Unreachable bool
}

// refusal is a Refusal in effect, or one that follows it.
type refusal struct {
	Refusal
	left  int
	until time.Time
}

// target is what a list of refusals is for.
type target struct{ method, channel string }

// refusals are those of one target, the first of them in effect.
type refusals []refusal

// Refuse makes the server refuse what it would take. Refusals of the same Method
// and Channel take effect one after the other, in the order of the calls; those
// of any method come before those of one, and those of any channel before those
// of one.
func (s *Server) Refuse(r Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := refusal{Refusal: r, left: r.Count}
	if next.left == 0 {
		next.left = 1
	}
	at := target{r.Method, s.nameLocked(r.Channel)}
	if len(s.refusals[at]) == 0 {
		next.start(s.now())
	}
	s.refusals[at] = append(s.refusals[at], next)
}

// ClearRefusals ends all refusals.
func (s *Server) ClearRefusals() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refusals)
}

func (r *refusal) start(now time.Time) { r.until = now.Add(r.For) }

func (r *refusal) over(now time.Time) bool {
	if r.For > 0 {
		return !now.Before(r.until)
	}
	return r.left == 0
}

// refuseLocked returns what this request is refused with.
func (s *Server) refuseLocked(method, channel string) (Refusal, bool) {
	targets := []target{{"", ""}, {method, ""}}
	if channel != "" {
		targets = []target{{"", ""}, {"", channel}, {method, ""}, {method, channel}}
	}
	for _, at := range targets {
		left := s.refusals[at].current(s.now())
		s.refusals[at] = left
		if len(left) > 0 && left[0].use() {
			return left[0].Refusal, true
		}
	}
	return Refusal{}, false
}

// current drops what is over and starts what comes next.
func (r refusals) current(now time.Time) refusals {
	for len(r) > 0 && r[0].over(now) {
		done := r[0]
		r = r[1:]
		if len(r) > 0 {
			r[0].start(done.end(now))
		}
	}
	return r
}

// end returns when the refusal that follows r begins.
func (r *refusal) end(now time.Time) time.Time {
	if r.For > 0 {
		return r.until
	}
	return now
}

// use counts one request and reports whether it is refused.
func (r *refusal) use() bool {
	if r.Skip > 0 {
		r.Skip--
		return false
	}
	if r.For == 0 && r.left > 0 {
		r.left--
	}
	return true
}
