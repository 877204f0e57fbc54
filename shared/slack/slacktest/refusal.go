package slacktest

import (
	"net/http"
	"time"
)

// Refusal is an answer that Slack gives instead of taking a message.
type Refusal struct {
	// Count is how many requests are refused: zero means one, -1 all until
	// ClearRefusals. It is not used where For is set.
	Count int
	// For refuses during this time, from the call of Refuse or, where other
	// refusals are still in effect, from their end.
	For time.Duration
	// Status and Body are the answer. The Web API gives Body as the error of
	// its JSON. Zero Status hangs up without an answer.
	Status int
	Body   string
	// RetryAfter is announced in whole seconds, where it is above zero.
	RetryAfter time.Duration
}

// refusal is a Refusal in effect, or one waiting for its turn.
type refusal struct {
	Refusal
	left  int
	until time.Time
}

// Refuse makes the server refuse what it would take. Refusals take effect one
// after the other, in the order of the calls.
func (s *Server) Refuse(r Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := refusal{Refusal: r, left: r.Count}
	if next.left == 0 {
		next.left = 1
	}
	s.refusals = append(s.refusals, next)
	if len(s.refusals) == 1 {
		s.refusals[0].start(s.now())
	}
}

// ClearRefusals ends all refusals.
func (s *Server) ClearRefusals() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = nil
}

func (r *refusal) start(now time.Time) { r.until = now.Add(r.For) }

func (r *refusal) over(now time.Time) bool {
	if r.For > 0 {
		return !now.Before(r.until)
	}
	return r.left == 0
}

// refuseLocked reports what this request is refused with.
func (s *Server) refuseLocked() (Refusal, bool) {
	now := s.now()
	for len(s.refusals) > 0 && s.refusals[0].over(now) {
		ended := s.refusals[0]
		s.refusals = s.refusals[1:]
		if len(s.refusals) > 0 {
			s.refusals[0].start(latest(ended, now))
		}
	}
	if len(s.refusals) == 0 {
		return Refusal{}, false
	}
	if first := &s.refusals[0]; first.For == 0 && first.left > 0 {
		first.left--
	}
	return s.refusals[0].Refusal, true
}

// latest returns when the refusal that follows ended begins.
func latest(ended refusal, now time.Time) time.Time {
	if ended.For > 0 {
		return ended.until
	}
	return now
}

// refuse answers a request of the webhook with r.
func (r Refusal) refuse(w http.ResponseWriter) {
	r.header(w)
	answerText(w, r.Status, r.Body)
}

// header prepares the answer, or hangs up.
func (r Refusal) header(w http.ResponseWriter) {
	if r.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	if r.RetryAfter > 0 {
		setRetryAfter(w.Header(), r.RetryAfter)
	}
	if r.Status >= 300 && r.Status < 400 {
		w.Header().Set("Location", "/")
	}
}
