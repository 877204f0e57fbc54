package conversion_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"signalbox/functions/conversion/ledger/ledgertest"
	"signalbox/functions/conversion/window"
)

// line is an event as it is sent. One that is malformed has no event.
type line struct {
	text  string
	event window.Event
}

// stream is OTP events in the order in which they come within three hours: 1 % of
// them come again, 5 % when their window has closed, 2 % are verifications that overtake
// their requests, and 0.1 % are malformed.
type stream struct {
	random *rand.Rand
	step   time.Duration // between two requests of about perRequest events
	due    [][]line      // by step
	otps   int

	events, again, late, overtaking, malformed int
}

const (
	perRequest = 500
	spanned    = 3 * time.Hour
)

func newStream(events int) *stream {
	return &stream{random: rand.New(rand.NewPCG(9, 9)), step: spanned * perRequest / time.Duration(events)}
}

// next returns what comes at a step, which begins at a time. After more steps than the
// stream has, nothing new comes.
func (s *stream) next(step int, at time.Time) []line {
	for step < int(spanned/s.step) && len(s.at(step)) < perRequest {
		s.otp(step, at)
	}
	if step < len(s.due) {
		return s.due[step]
	}
	return nil
}

// at returns what is due at a step so far.
func (s *stream) at(step int) []line {
	for len(s.due) <= step {
		s.due = append(s.due, nil)
	}
	return s.due[step]
}

func (s *stream) add(step int, l line) {
	s.due[step] = append(s.at(step), l)
	s.events++
}

// otp adds one OTP: it is requested, and seven of ten are verified.
func (s *stream) otp(step int, at time.Time) {
	s.otps++
	to := fmt.Sprintf("+659%03d%04d", s.random.IntN(200), s.random.IntN(10_000))
	if s.random.IntN(3) == 0 {
		to = fmt.Sprintf("+60123%02d%04d", s.random.IntN(10), s.random.IntN(10_000))
	}
	request := s.event("requested", to, at.Add(-time.Duration(s.random.IntN(60_000))*time.Millisecond))
	verification := s.event("verified", to, request.event.Time.Add(20*time.Second))
	switch of := s.random.IntN(1000); {
	case of < 300: // is not verified
		s.deliver(step, request)
	case of < 334:
		s.overtaking++
		s.deliver(step, verification, request)
	default:
		s.deliver(step, request, verification)
	}
}

// deliver has events come in their order, some of them late or again, and among them
// some that are malformed.
func (s *stream) deliver(step int, lines ...line) {
	for _, l := range lines {
		of := s.random.IntN(1000)
		at := step
		if of < 50 {
			s.late++
			at += s.steps(20*time.Minute, 80*time.Minute)
		}
		s.add(at, l)
		if 500 <= of && of < 510 {
			s.again++
			s.add(at+s.steps(0, 40*time.Minute), l)
		}
		if of == 999 {
			s.malformed++
			s.add(at, line{text: s.bad()})
		}
	}
}

func (s *stream) steps(least, most time.Duration) int {
	return int((least + time.Duration(s.random.Int64N(int64(most-least)))) / s.step)
}

func (s *stream) event(kind, to string, at time.Time) line {
	at = at.Truncate(time.Millisecond)
	l := line{event: window.Event{Kind: window.OTPRequested, ID: fmt.Sprintf("3f2c1a7e-8b1d-4f0c-%x", s.otps), Time: at}}
	l.event.Country, l.event.Prefix = "SG", to[:len(to)-4]
	if strings.HasPrefix(to, "+60") {
		l.event.Country = "MY"
	}
	if kind == "verified" {
		l.event.Kind = window.OTPVerified
	}
	when := strconv.FormatInt(at.UnixMilli(), 10)
	if s.random.IntN(4) == 0 {
		when = `"` + at.Format(time.RFC3339Nano) + `"`
	}
	l.text = fmt.Sprintf(`{"type":%q,"id":%q,"time":%s,"to":%q}`, kind, l.event.ID, when, to)
	return l
}

// bad returns what is JSON and no event.
func (s *stream) bad() string {
	all := [...]string{
		`7`, `{"type":"sent","id":"a"}`, `{"type":"requested"}`, `{"type":"requested","id":"a","time":1764043899}`,
		`{"type":"requested","id":"a","type":"verified"}`, `{"type":"verified","id":"a","rate":1}`,
		`{"type":"requested","id":"` + strings.Repeat("x", 257) + `"}`, `{"type":"requested","id":"a","to":"6591234567"}`,
	}
	return all[s.random.IntN(len(all))]
}

// body is a request's, in one of the ways to write it, and its media type.
func body(n int, lines []line) (media, text string) {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	switch n % 3 {
	case 0:
		return "application/json", "[" + strings.Join(texts, ",") + "]"
	case 1:
		return "application/x-ndjson", strings.Join(texts, "\n")
	}
	for i := range texts {
		texts[i] = fmt.Sprintf(`{"specversion":"1.0","id":"%d","source":"/login","type":"otp","data":%s}`, i, texts[i])
	}
	return "application/cloudevents-batch+json", "[" + strings.Join(texts, ",") + "]"
}

// arrivals are the events of lines that come at a time.
func arrivals(lines []line, at time.Time) (log []ledgertest.Arrival, malformed int) {
	for _, l := range lines {
		if l.event.ID == "" {
			malformed++
			continue
		}
		log = append(log, ledgertest.Arrival{At: at, Event: l.event})
	}
	return log, malformed
}
