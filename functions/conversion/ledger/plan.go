package ledger

import (
	"crypto/sha256"
	"time"

	"signalbox/functions/conversion/window"
)

// otpKey is what an OTP is kept under. No id is kept as it came: some are phone
// numbers.
type otpKey [16]byte

func keyOf(id string) otpKey {
	sum := sha256.Sum256([]byte(id))
	return otpKey(sum[:16])
}

// source is what is stored of what a batch concerns.
type source interface {
	otp(otpKey) (window.OTP, error)
	// window returns what is known of a window, and how many groups it has.
	window(window.Span) (state window.State, groups int, err error)
	// hasGroup is asked for windows that have as many groups as they may.
	hasGroup(window.Span, window.Key) (bool, error)
}

// change is what a plan does to one window.
type change struct {
	state   window.State
	opened  bool
	groups  int // at the time of the plan
	counts  window.Counts
	late    int64
	again   int64 // duplicates
	byGroup map[window.Key]window.Counts
	known   map[window.Key]bool // groups that are new to the window, or were looked up
}

// touched reports whether anything is to be written.
func (c *change) touched() bool {
	return c.opened || c.late != 0 || c.again != 0 || c.counts != window.Counts{}
}

// plan is what batches of events change, worked out before any of it is written.
type plan struct {
	rules  window.Rules
	now    time.Time
	source source

	otps    map[otpKey]window.OTP // that have changed
	windows map[window.Span]*change
}

func newPlan(r window.Rules, now time.Time, s source) *plan {
	return &plan{rules: r, now: now, source: s, otps: make(map[otpKey]window.OTP), windows: make(map[window.Span]*change)}
}

// add plans a batch and returns what becomes of each event.
func (p *plan) add(events []window.Event) ([]window.Outcome, error) {
	outcomes := make([]window.Outcome, len(events))
	for i, e := range events {
		var err error
		if outcomes[i], err = p.one(e); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

func (p *plan) one(e window.Event) (window.Outcome, error) {
	key := keyOf(e.ID)
	known, changed := p.otps[key]
	if !changed {
		var err error
		if known, err = p.source.otp(key); err != nil {
			return 0, err
		}
	}
	var c *change
	var state window.State
	span, ok := p.rules.Concerns(e, known)
	if ok {
		var err error
		if c, err = p.change(span); IsDamage(err) {
			return window.Damaged, nil
		}
		if err != nil {
			return 0, err
		}
		state = c.state
	}
	step := p.rules.Step(p.now, e, known, state)
	if step.Opens {
		c.open(p.rules.Closes(span, p.now))
	}
	if err := p.count(span, c, &step); err != nil {
		return 0, err
	}
	if step.OTP != known {
		p.otps[key] = step.OTP
	}
	return step.Outcome, nil
}

// count adds a step to its window. A window that was lost counts nothing.
func (p *plan) count(span window.Span, c *change, step *window.Step) error {
	if c == nil || !c.state.Exists {
		return nil
	}
	c.late += step.Late
	c.again += step.Duplicate
	if step.Counts == (window.Counts{}) {
		return nil
	}
	if step.Counts.Requested > 0 {
		own, err := p.ownGroup(span, c, step.OTP.Group)
		if err != nil {
			return err
		}
		if !own {
			step.OTP.Group = step.OTP.Group.OfRest()
		}
	}
	c.counts = c.counts.Add(step.Counts)
	c.byGroup[step.OTP.Group] = c.byGroup[step.OTP.Group].Add(step.Counts)
	return nil
}

// ownGroup reports whether a request is counted in a group of its own, and not with
// the rest of its country.
func (p *plan) ownGroup(span window.Span, c *change, group window.Key) (bool, error) {
	if own, ok := c.known[group]; ok {
		return own, nil
	}
	own := c.groups+len(c.known) < window.MaxOpenGroups
	if !own {
		var err error
		if own, err = p.source.hasGroup(span, group); err != nil {
			return false, err
		}
	}
	c.known[group] = own
	return own, nil
}

func (p *plan) change(s window.Span) (*change, error) {
	if c, ok := p.windows[s]; ok {
		return c, nil
	}
	state, groups, err := p.source.window(s)
	if err != nil {
		return nil, err
	}
	c := &change{state: state, groups: groups, byGroup: make(map[window.Key]window.Counts), known: make(map[window.Key]bool)}
	p.windows[s] = c
	return c, nil
}

func (c *change) open(closes time.Time) {
	c.opened = true
	c.state = window.State{Exists: true, Closes: closes}
}
