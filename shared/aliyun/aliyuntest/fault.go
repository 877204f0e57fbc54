package aliyuntest

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Fault is something that goes wrong with calls whose signature is right and whose
// quota is not used up.
type Fault struct {
	Action string // the action it strikes; "" means any that its Kind fits
	Count  int    // how many calls; 0 means one, -1 all until ClearFaults
	Page   string // only calls with this PageNo; "" means any
	// When says of a call whether it is struck; nil means yes. It must not call the
	// server.
	When func(Call) bool
	Kind Kind
	// RetryAfter is sent by Throttle as x-acs-retry-after, in milliseconds; zero
	// sends no header.
	RetryAfter time.Duration
	Delay      time.Duration // of Slow and SlowBody
	Location   string        // of RedirectTo; "" means "/moved"
	Percent    int           // what FewerTotal, FewerCards and ShortPage leave out; 0 means 50
	Garbling   Garbling      // of GarbledPage; "" means OddUsage
}

// Kind is a way for a call to go wrong.
type Kind string

// The kinds of faults that any action can have. LostAnswer, Slow, SlowBody,
// Truncated, WrongLength, ResetBody and XMLInstead serve the call and spoil its
// answer; the others do not serve it.
const (
	Throttle       Kind = "Throttle"       // Throttling.User, whatever the quota
	Status500      Kind = "Status500"      // a gateway error InternalError
	Unavailable503 Kind = "Unavailable503" // a gateway error ServiceUnavailable
	HTML502        Kind = "HTML502"        // a proxy's page
	NumericCode    Kind = "NumericCode"    // a gateway error whose Code is a JSON number
	RedirectTo     Kind = "RedirectTo"     // 302 to Location
	Huge           Kind = "Huge"           // an answer of 10 MB, valid as JSON
	ExpiredToken   Kind = "ExpiredToken"   // a gateway error InvalidSecurityToken.Expired
	NonceUsed      Kind = "NonceUsed"      // a gateway error SignatureNonceUsed
	LowerKeys      Kind = "LowerKeys"      // ServiceUnavailable with lower-case keys
	NoPermission   Kind = "NoPermission"   // a gateway error NoPermission: RAM denies the action
	RAMDenied      Kind = "RAMDenied"      // the service's own denial, with status 403
	RAMDenied200   Kind = "RAMDenied200"   // the same with status 200
	LostAnswer     Kind = "LostAnswer"     // the call is served, and the connection breaks before the answer
	Reset          Kind = "Reset"          // the connection breaks before an answer
	ResetBody      Kind = "ResetBody"      // the connection breaks half-way through the body
	Slow           Kind = "Slow"           // nothing happens for Delay
	SlowBody       Kind = "SlowBody"       // the body stops half-way for Delay
	Truncated      Kind = "Truncated"      // the first half of the body passes for the whole
	WrongLength    Kind = "WrongLength"    // the body ends half-way to its Content-Length
	XMLInstead     Kind = "XMLInstead"     // XML, whatever was asked for
)

// Inject makes calls go wrong. Faults strike in the order they were injected,
// one for each call. It panics on a kind it does not know.
func (s *Server) Inject(f Fault) {
	checkKind(f.Kind)
	f.Count = cmp.Or(f.Count, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// Draw has choose pick the fault of each call that no injected one strikes: by
// its action and its number, say, so that a schedule can be replayed. A Fault
// without a Kind is none, and so is one whose Kind does not fit the action. Draw
// replaces the choose before it; nil ends it. Choose must not call the server.
func (s *Server) Draw(choose func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.choose = choose
}

// ClearFaults takes back the faults that have not struck, and what was drawn from.
// What is wrong with cards stays: see [Server.PoisonCard] and [Server.GarbleCard].
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.choose = nil, nil
}

// Kinds returns the kinds of faults that an action can have, in a fixed order.
func Kinds(action string) []Kind {
	kinds := slices.Collect(maps.Keys(effects))
	for kind, lie := range lies {
		if lie.action == action {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

func checkKind(kind Kind) {
	if _, ok := lies[kind]; !ok && effects[kind] == nil {
		panic("aliyuntest: no fault of kind " + string(kind))
	}
}

// suits reports whether an action can have the fault.
func (k Kind) suits(action string) bool {
	lie, ok := lies[k]
	return !ok || lie.action == action
}

// effect is what the fault does to a call.
func (k Kind) effect() effect {
	if lie, ok := lies[k]; ok {
		return lie.effect
	}
	return effects[k]
}

// nextFault returns the fault that strikes this call, if any: a card that breaks
// its page comes first.
func (s *Server) nextFault(q *query) (Fault, bool) {
	if kind := s.poisonOf(q); kind != "" {
		return Fault{Kind: kind}, true
	}
	if f, ok := s.injected(q); ok {
		return f, true
	}
	s.mu.Lock()
	choose := s.choose
	s.mu.Unlock()
	if choose == nil {
		return Fault{}, false
	}
	f := choose(*q.call)
	if f.Kind == "" || !f.Kind.suits(q.api.name) {
		return Fault{}, false
	}
	checkKind(f.Kind)
	return f, true
}

func (s *Server) injected(q *query) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.faults, func(f Fault) bool { return f.strikes(q) })
	if i < 0 {
		return Fault{}, false
	}
	f := s.faults[i]
	if f.Count > 0 {
		s.faults[i].Count--
	}
	if s.faults[i].Count == 0 {
		s.faults = slices.Delete(s.faults, i, i+1)
	}
	return f, true
}

func (f Fault) strikes(q *query) bool {
	return (f.Action == "" || f.Action == q.api.name) && f.Kind.suits(q.api.name) &&
		(f.Page == "" || f.Page == q.get("PageNo")) && (f.When == nil || f.When(*q.call))
}
