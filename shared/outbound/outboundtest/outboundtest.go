// Package outboundtest is what the fakes of receivers have in common: an inbox, a rate
// limit, and faults of every kind. What is right or wrong about a request each fake knows
// by itself.
package outboundtest

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const maxBody = 4 << 20 // of a request, in bytes

// Answer is one.
type Answer struct {
	Status int // 0: 200
	Media  string
	Body   string
	Header http.Header
}

// JSON is an answer of status 200.
func JSON(body string) Answer { return Answer{Media: "application/json", Body: body} }

// Judge says what a request is answered, and what of it people would read; "": it is not
// taken.
type Judge func(r *http.Request, body []byte, now time.Time) (Answer, Message)

// Message is what was taken.
type Message struct {
	Title, Text string
	Shown       string // what a reader sees of Text; "": Text
	Body        []byte // the whole request
	Header      http.Header
	At          time.Time
}

// Limit is how many requests are taken within Per. One more is answered Beyond, and
// refuses all for Ban, if that is not zero.
type Limit struct {
	Most   int
	Per    time.Duration
	Ban    time.Duration
	Beyond Answer
}

// Server is what a fake is made of, an http.Handler. It is safe for concurrent use.
type Server struct {
	name   string
	now    func() time.Time
	judge  Judge
	limits []Limit

	mu      sync.Mutex
	inbox   []Message
	calls   []time.Time
	refused int // for the rate
	ban     time.Time
	banned  Answer
	fault   Fault
	times   int // that the fault strikes; below zero: for ever
}

// New returns a server named in its inbox. now may be nil: time.Now.
func New(name string, now func() time.Time, judge Judge, limits ...Limit) *Server {
	if now == nil {
		now = time.Now
	}
	return &Server{name: name, now: now, judge: judge, limits: limits}
}

// Inbox returns what was taken, the oldest first.
func (s *Server) Inbox() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.inbox)
}

// Calls returns when requests came, those that were refused included.
func (s *Server) Calls() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// TooFast counts the requests that were beyond a limit.
func (s *Server) TooFast() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// Break has a fault strike the next requests; times below zero: all of them, until
// Break(nil, 0).
func (s *Server) Break(f Fault, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.times = f, times
}

// ServeHTTP takes a message, or shows the inbox.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		s.page(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	take := func() Answer { return s.take(r, body) }
	if f := s.nextFault(); f != nil {
		f(w, r, take)
		return
	}
	take().send(w)
}

func (s *Server) nextFault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times == 0 {
		return nil
	}
	s.times--
	return s.fault
}

func (s *Server) take(r *http.Request, body []byte) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if beyond, over := s.overLocked(now); over {
		s.refused++
		return beyond
	}
	answer, m := s.judge(r, body, now)
	if m.Text != "" {
		m.Body, m.Header, m.At = body, r.Header.Clone(), now
		s.inbox = append(s.inbox, m)
	}
	return answer
}

// overLocked counts a request, and reports whether it is one too many.
func (s *Server) overLocked(now time.Time) (Answer, bool) {
	s.calls = append(s.calls, now)
	if now.Before(s.ban) {
		return s.banned, true
	}
	for _, l := range s.limits {
		n := 0
		for _, at := range s.calls {
			if now.Sub(at) < l.Per {
				n++
			}
		}
		if n > l.Most {
			s.ban, s.banned = now.Add(l.Ban), l.Beyond
			return l.Beyond, true
		}
	}
	return Answer{}, false
}

// page shows the inbox, the newest first.
func (s *Server) page(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>%[1]s inbox</title>"+
		"<style>body{font:15px sans-serif;max-width:60em;margin:1em auto;padding:0 1em}pre{white-space:pre-wrap;overflow-wrap:anywhere}"+
		"article{border:1px solid #8888;border-radius:6px;padding:0 1em;margin:1em 0}</style><h1>%[1]s inbox</h1>", html.EscapeString(s.name))
	for _, m := range slices.Backward(s.Inbox()) {
		fmt.Fprintf(w, "<article><h2>%s</h2><pre>%s</pre><p><time>%s</time></article>",
			html.EscapeString(m.Title), linked(cmp.Or(m.Shown, m.Text)), m.At.Format(time.RFC3339))
	}
}

// address is one in escaped text, in Markdown or JSON, say.
var address = regexp.MustCompile(`https?://(?:[^\s<>&)\]]|&amp;)+`)

// linked is text in which addresses are links.
func linked(text string) string {
	return address.ReplaceAllStringFunc(html.EscapeString(text), func(found string) string {
		return `<a href="` + strings.ReplaceAll(found, `\u0026`, "&amp;") + `">` + found + `</a>`
	})
}

func (a Answer) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.Header)
	if a.Media != "" {
		w.Header().Set("Content-Type", a.Media)
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = io.WriteString(w, a.Body) // The caller may not be there any more.
}
