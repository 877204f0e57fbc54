package aliyuntest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Options say what the fake knows and how strict it is. The zero value is
// ready to use.
type Options struct {
	AccessKeyID     string // the one key it accepts; "" means "testid"
	AccessKeySecret string // "" means "testsecret"
	SecurityToken   string // if set, every call must carry it
	Cards           int    // size of the fleet; 0 means 100, a negative number none
	Seed            uint64 // another seed, another fleet
	// Now is the server's clock; nil means time.Now.
	Now func() time.Time
	// QPS is the quota of the actions it names, in calls per second. An action it
	// does not name has its documented quota.
	QPS map[string]int
	// RefreshOnUse has FlowLatestModifiedTime move when [Server.SetCard] changes
	// UsedBytes, and then alone. False: it is today, 00:00, unless the card says
	// otherwise.
	RefreshOnUse bool
}

func (o Options) withDefaults() Options {
	o.AccessKeyID = cmp.Or(o.AccessKeyID, "testid")
	o.AccessKeySecret = cmp.Or(o.AccessKeySecret, "testsecret")
	o.Cards = max(0, cmp.Or(o.Cards, 100))
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Server is the fake. Make it with [New]. It may be used by several
// goroutines at once.
type Server struct {
	options Options
	fleet   fleet

	mu          sync.Mutex
	ids         *rand.Rand
	nonces      nonces
	qps         map[string]int
	accepted    map[string]*window
	arrived     map[string]*window
	most        map[string]int
	pools       map[string]pool // by number
	faults      []Fault
	choose      func(Call) Fault      // see Draw
	poison      map[string]Kind       // by ICCID
	garbled     map[string][]Garbling // by ICCID
	numbers     map[string]int        // calls, by action
	calls       []*Call
	conversions []Conversion
}

// New returns a fake with a fleet of cards and no calls seen.
func New(o Options) *Server {
	o = o.withDefaults()
	return &Server{
		options: o,
		fleet: fleet{
			size: o.Cards, seed: o.Seed, epoch: midnight(o.Now()), refreshOnUse: o.RefreshOnUse,
			edited: map[int]Card{}, removed: map[int]bool{},
		},
		ids:      rand.New(rand.NewPCG(o.Seed, 0)),
		qps:      maps.Collect(maps.All(o.QPS)), // never nil, unlike a clone
		accepted: map[string]*window{},
		arrived:  map[string]*window{},
		most:     map[string]int{},
		pools:    map[string]pool{},
		poison:   map[string]Kind{},
		garbled:  map[string][]Garbling{},
		numbers:  map[string]int{},
	}
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.answer(r)
	if err != nil {
		panic(http.ErrAbortHandler) // drops the connection without an answer
	}
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	half := len(a.body) / 2
	if _, err := w.Write(a.body[:half]); err != nil || a.cut {
		return
	}
	if a.reset {
		_ = http.NewResponseController(w).Flush() // let the first half out before the end
		panic(http.ErrAbortHandler)
	}
	if a.pause > 0 {
		if http.NewResponseController(w).Flush() != nil || wait(r.Context(), a.pause) != nil {
			panic(http.ErrAbortHandler)
		}
	}
	_, _ = w.Write(a.body[half:]) // the caller has left
}

// answer judges and serves one call. An error means that there is no answer: the
// connection breaks, or r's context has ended.
func (s *Server) answer(r *http.Request) (answer, error) {
	q, err := readQuery(r)
	call := s.arrive(q)
	if err == nil {
		err = s.verify(q)
	}
	fault, a, err := s.outcome(r.Context(), q, err)
	s.finish(call, fault, a.code)
	return a, err
}

// outcome refuses the call with err or for its quota, or lets the next fault have
// it, or serves it. The quota is judged on arrival, however slow the answer.
func (s *Server) outcome(ctx context.Context, q *query, err error) (Kind, answer, error) {
	if refusal, ok := errors.AsType[*apiError](err); ok {
		return "", q.refuse(refusal), nil
	}
	if !s.admit(q.api) {
		return "", q.refuse(throttled()), nil
	}
	serve := func() answer { return s.serve(q) }
	fault, ok := s.nextFault(q)
	if !ok {
		return "", serve(), nil
	}
	a, err := fault.Kind.effect()(ctx, fault, q, serve)
	return fault.Kind, a, err
}

// serve answers a verified call: its names first, then what its action asks.
func (s *Server) serve(q *query) answer {
	result, err := s.perform(q)
	if refusal, ok := errors.AsType[*apiError](err); ok {
		return q.refuse(refusal)
	}
	return q.encode(http.StatusOK, result.code, q.api.name+"Response", result.body)
}

func (s *Server) perform(q *query) (result, error) {
	if err := q.checkNames(); err != nil {
		return result{}, err
	}
	return q.api.perform(s, q)
}

func throttled() *apiError {
	return badRequest("Throttling.User", "Request was denied due to user flow control.")
}

// wait returns when d has passed, or with ctx's error when ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
