package slacktest

import (
	"net/http"
	"time"
)

// Refusal is an answer that Slack gives instead of doing what is asked.
type Refusal struct {
	// Method is what is refused: a method of the Web API such as "chat.update",
	// "webhook", or "upload" for a file's content. "" is any of them.
	Method string
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

// refusals are those of one method, the first of them in effect.
type refusals []refusal

// Refuse makes the server refuse what it would take. Refusals of the same
// Method take effect one after the other, in the order of the calls; those of
// any method come before those of one.
func (s *Server) Refuse(r Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := refusal{Refusal: r, left: r.Count}
	if next.left == 0 {
		next.left = 1
	}
	if len(s.refusals[r.Method]) == 0 {
		next.start(s.now())
	}
	s.refusals[r.Method] = append(s.refusals[r.Method], next)
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

// refuseLocked reports what this request of method is refused with.
func (s *Server) refuseLocked(method string) (Refusal, bool) {
	for _, key := range []string{"", method} {
		left := s.refusals[key].current(s.now())
		s.refusals[key] = left
		if len(left) > 0 {
			return left[0].use(), true
		}
	}
	return Refusal{}, false
}

// current drops what is over and starts what comes next.
func (r refusals) current(now time.Time) refusals {
	for len(r) > 0 && r[0].over(now) {
		ended := r[0]
		r = r[1:]
		if len(r) > 0 {
			r[0].start(latest(ended, now))
		}
	}
	return r
}

// use counts one request that is refused.
func (r *refusal) use() Refusal {
	if r.For == 0 && r.left > 0 {
		r.left--
	}
	return r.Refusal
}

// latest returns when the refusal that follows ended begins.
func latest(ended refusal, now time.Time) time.Time {
	if ended.For > 0 {
		return ended.until
	}
	return now
}

// refuse answers a request that is not of the Web API with r.
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
