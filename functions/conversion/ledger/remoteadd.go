package ledger

import (
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
	return found.state, found.groups, nil
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
		states[i] = pipe.HMGet(ctx, r.windowKey(span), "status", "closes")
		counts[i] = pipe.HLen(ctx, r.requestedKey(span))
	}
	groups := make([]*redis.BoolCmd, len(s.lacksGroups))
	for i, at := range s.lacksGroups {
		groups[i] = pipe.HExists(ctx, r.requestedKey(at.span), groupField(at.key))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return err
	}
	at, err := readTime(now)
	if err != nil {
		return err
	}
	if s.now.IsZero() {
		s.now = at
	}
	s.fill(otps, states, counts, groups)
	return nil
}

func (s *snapshot) fill(otps *redis.SliceCmd, states []*redis.SliceCmd, counts []*redis.IntCmd, groups []*redis.BoolCmd) {
	for i, key := range s.lacksOTPs {
		if value, ok := otps.Val()[i].(string); ok {
			s.otps[key] = value
		}
	}
	for i, span := range s.lacksWindows {
		fields := named([]string{"status", "closes"}, states[i].Val())
		status := fields["status"]
		s.windows[span] = stored{
			state: window.State{
				Exists: status != "", Closed: status != string(window.Open),
				Closes: time.UnixMilli(fieldNumber(fields, "closes")).UTC(),
			},
			groups: int(counts[i].Val()),
		}
	}
	for i, at := range s.lacksGroups {
		s.groups[at] = groups[i].Val()
	}
	s.lacksOTPs, s.lacksWindows, s.lacksGroups = nil, nil, nil
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
