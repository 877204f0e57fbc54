package ledger

import (
	"context"
	_ "embed" // the script
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/window"
)

var (
	//go:embed write.lua
	writeSource string

	writeScript = redis.NewScript(writeSource)
)

// write is what the script is called with.
type write struct {
	keys  []string
	index map[string]int // from 1
	kinds, conditions,
	commands []any
	counted [2]int // kinds and conditions
	expires map[string]bool
}

func (r *remote) newWrite() *write {
	w := &write{index: make(map[string]int), expires: make(map[string]bool)}
	schema := r.Schema()
	w.require(r.Prefix+schema.Collection, schema.Key, string(schema.Value), true)
	return w
}

func (w *write) key(name string) int {
	at, ok := w.index[name]
	if !ok {
		w.keys = append(w.keys, name)
		at = len(w.keys)
		w.index[name] = at
	}
	return at
}

// require has the script write nothing where a field, or the string where there is
// no field, is another.
func (w *write) require(key, field, value string, exists bool) {
	flag := "0"
	if exists {
		flag = "1"
	}
	w.conditions = append(w.conditions, w.key(key), field, flag, value)
	w.counted[1]++
}

// do adds a command.
func (w *write) do(command, key string, arguments ...any) {
	w.commands = append(w.commands, command, w.key(key), len(arguments))
	w.commands = append(w.commands, arguments...)
}

// hash and set add a command for a key of that kind, which expires after keep. The
// script writes nothing where the key is of another.
func (w *write) hash(keep time.Duration, command, key string, arguments ...any) {
	w.expiring("hash", keep, command, key, arguments)
}

func (w *write) set(keep time.Duration, command, key string, arguments ...any) {
	w.expiring("zset", keep, command, key, arguments)
}

func (w *write) expiring(kind string, keep time.Duration, command, key string, arguments []any) {
	w.do(command, key, arguments...)
	if !w.expires[key] {
		w.expires[key] = true
		w.kinds = append(w.kinds, w.key(key), kind)
		w.counted[0]++
		w.do("PEXPIRE", key, keep.Milliseconds())
	}
}

// run runs the script. It has written nothing where the answer is false.
func (w *write) run(ctx context.Context, c redis.Scripter, deadline time.Time) (written bool, err error) {
	arguments := make([]any, 0, 3+len(w.kinds)+len(w.conditions)+len(w.commands))
	arguments = append(arguments, deadline.UnixMilli(), w.counted[0])
	arguments = append(arguments, w.kinds...)
	arguments = append(arguments, w.counted[1])
	arguments = append(arguments, w.conditions...)
	arguments = append(arguments, w.commands...)
	answer, err := writeScript.Run(ctx, c, w.keys, arguments...).Slice()
	if err != nil || len(answer) == 0 {
		return false, err
	}
	if len(answer) == 3 {
		return false, &keyError{fmt.Sprint(answer[1]), fmt.Sprint(answer[2])}
	}
	return answer[0] == int64(1), nil
}

// freshness is how long after Redis was read its answers may be written upon: an
// instance may be frozen in between for hours.
const freshness = 5 * time.Second

// whenever is the deadline of what depends on no time.
var whenever = time.UnixMilli(1 << 52)

// plan adds what a plan changes to w, and returns until when it may be written.
func (r *remote) plan(w *write, p *plan, s *snapshot) (deadline time.Time) {
	deadline = p.now.Add(freshness)
	for span, c := range p.windows {
		if c.touched() {
			if counted := c.counts != (window.Counts{}); counted && c.state.Closes.Before(deadline) {
				deadline = c.state.Closes
			}
			r.planWindow(w, span, c)
		}
	}
	expires := r.config.Rules.Kept()
	for key, otp := range p.otps {
		name, before := r.otpKey(key), s.otps[key]
		w.require(name, "", before, before != "")
		w.do("SET", name, string(encodeOTP(otp, p.now.Add(expires))), "PX", expires.Milliseconds())
	}
	return deadline
}

func (r *remote) planWindow(w *write, span window.Span, c *change) {
	key, keep := r.windowKey(span), r.config.Keep
	switch {
	case c.opened:
		w.require(key, "status", "", false)
		w.hash(keep, "HSET", key, "status", string(window.Open), "closes", c.state.Closes.UnixMilli())
		w.set(2*keep, "ZADD", r.indexKey(window.Open), c.state.Closes.UnixMilli(), member(span))
		w.set(2*keep, "ZADD", r.startsKey(), span.Start, member(span))
	case c.state.Closed:
		w.require(key, "closed", "1", true)
	default:
		w.require(key, "status", string(window.Open), true)
	}
	for field, n := range map[string]int64{
		"requested": c.counts.Requested, "verified": c.counts.Verified, "late": c.late, "duplicate": c.again,
	} {
		if n != 0 {
			w.hash(keep, "HINCRBY", key, field, n)
		}
	}
	for group, counts := range c.byGroup {
		if counts.Requested != 0 {
			w.hash(keep, "HINCRBY", r.requestedKey(span), groupField(group), counts.Requested)
		}
		if counts.Verified != 0 {
			w.hash(keep, "HINCRBY", r.verifiedKey(span), groupField(group), counts.Verified)
		}
	}
}
