package ledger

import (
	"cmp"
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/window"
)

// snapshot is what was read of Redis for one batch. What it is asked for and does
// not have is read before it is asked again.
type snapshot struct {
	now     time.Time
	otps    map[otpKey]string // as they are kept, "" for none
	windows map[window.Span]stored
	groups  map[ofWindow]bool

	lacksOTPs    []otpKey
	lacksWindows []window.Span
	lacksGroups  []ofWindow
}

type stored struct {
	state  window.State
	groups int
	damage error
}

type ofWindow struct {
	span window.Span
	key  window.Key
}

var _ source = (*snapshot)(nil)

func (s *snapshot) otp(key otpKey) (window.OTP, error) {
	value, ok := s.otps[key]
	if !ok {
		s.otps[key] = ""
		s.lacksOTPs = append(s.lacksOTPs, key)
	}
	return decodeOTP([]byte(value)), nil
}

func (s *snapshot) window(span window.Span) (window.State, int, error) {
	found, ok := s.windows[span]
	if !ok {
		s.windows[span] = stored{}
		s.lacksWindows = append(s.lacksWindows, span)
	}
	return found.state, found.groups, found.damage
}

func (s *snapshot) hasGroup(span window.Span, key window.Key) (bool, error) {
	at := ofWindow{span, key}
	has, ok := s.groups[at]
	if !ok {
		s.groups[at] = false
		s.lacksGroups = append(s.lacksGroups, at)
	}
	return has, nil
}

func (s *snapshot) lacks() bool {
	return len(s.lacksOTPs)+len(s.lacksWindows)+len(s.lacksGroups) > 0
}

func (r *remote) add(ctx context.Context, events []window.Event) (outcomes []window.Outcome, err error) {
	err = r.repeat(ctx, func() (bool, error) {
		s := r.newSnapshot(events)
		var p *plan
		for s.lacks() {
			if err := r.load(ctx, s); err != nil {
				return false, err
			}
			p = newPlan(r.config.Rules, s.now, s)
			if outcomes, err = p.add(events); err != nil {
				return false, err
			}
		}
		w := r.newWrite()
		deadline := r.plan(w, p, s)
		if len(w.commands) == 0 {
			return true, nil
		}
		return w.run(ctx, r.Client, deadline)
	})
	return outcomes, err
}

// newSnapshot lacks what a batch most likely concerns.
func (r *remote) newSnapshot(events []window.Event) *snapshot {
	s := &snapshot{otps: make(map[otpKey]string), windows: make(map[window.Span]stored), groups: make(map[ofWindow]bool)}
	for _, e := range events {
		_, _ = s.otp(keyOf(e.ID))                       // asks only
		_, _, _ = s.window(r.config.Rules.Span(e.Time)) // likewise
	}
	return s
}

// stateFields are read of a window that events concern. Its counts are among them so that
// none is added to what cannot be read.
var stateFields = []string{"status", "closes", "requested", "verified", "late", "duplicate"}

// load reads what s lacks, in one round trip, and the time with the first.
func (r *remote) load(ctx context.Context, s *snapshot) error {
	pipe := r.Client.Pipeline()
	now := r.askTime(ctx, pipe)
	var otps *redis.SliceCmd
	if len(s.lacksOTPs) > 0 {
		names := make([]string, len(s.lacksOTPs))
		for i, key := range s.lacksOTPs {
			names[i] = r.otpKey(key)
		}
		otps = pipe.MGet(ctx, names...)
	}
	states := make([]*redis.SliceCmd, len(s.lacksWindows))
	counts := make([]*redis.IntCmd, len(s.lacksWindows))
	for i, span := range s.lacksWindows {
		states[i] = pipe.HMGet(ctx, r.windowKey(span), stateFields...)
		counts[i] = pipe.HLen(ctx, r.requestedKey(span))
	}
	groups := make([]*redis.BoolCmd, len(s.lacksGroups))
	for i, at := range s.lacksGroups {
		groups[i] = pipe.HExists(ctx, r.requestedKey(at.span), groupField(at.key))
	}
	_, _ = pipe.Exec(ctx) // each command has its error
	at, err := readTime(now)
	if err != nil {
		return err
	}
	if s.now.IsZero() {
		s.now = at
	}
	if otps != nil {
		if err := s.fillOTPs(otps); err != nil {
			return err
		}
	}
	return cmp.Or(r.fillWindows(s, states, counts), r.fillGroups(s, groups))
}

func (s *snapshot) fillOTPs(otps *redis.SliceCmd) error {
	if err := otps.Err(); err != nil {
		return err
	}
	for i, key := range s.lacksOTPs {
		if value, ok := otps.Val()[i].(string); ok {
			s.otps[key] = value
		}
	}
	s.lacksOTPs = nil
	return nil
}

func (r *remote) fillWindows(s *snapshot, states []*redis.SliceCmd, counts []*redis.IntCmd) error {
	for i, span := range s.lacksWindows {
		found, err := r.stored(span, states[i], counts[i])
		if err != nil && !IsDamage(err) {
			return err
		}
		found.damage = err
		s.windows[span] = found
	}
	s.lacksWindows = nil
	return nil
}

func (r *remote) stored(span window.Span, state *redis.SliceCmd, groups *redis.IntCmd) (stored, error) {
	err := cmp.Or(damageOf(r.windowKey(span), state.Err()), damageOf(r.requestedKey(span), groups.Err()))
	fields := named(stateFields, state.Val())
	if err != nil || len(fields) == 0 {
		return stored{}, err
	}
	known, err := windowRecord(r.windowKey(span), fields)
	return stored{
		state:  window.State{Exists: true, Closed: known.Status != window.Open, Closes: time.UnixMilli(known.Closes).UTC()},
		groups: int(groups.Val()),
	}, err
}

func (r *remote) fillGroups(s *snapshot, groups []*redis.BoolCmd) error {
	for i, at := range s.lacksGroups {
		if err := damageOf(r.requestedKey(at.span), groups[i].Err()); err != nil {
			return err
		}
		s.groups[at] = groups[i].Val()
	}
	s.lacksGroups = nil
	return nil
}

// named gives the values of an HMGET their names. What is not there is left out.
func named(names []string, values []any) map[string]string {
	fields := make(map[string]string, len(names))
	for i, value := range values {
		if text, ok := value.(string); ok {
			fields[names[i]] = text
		}
	}
	return fields
}
