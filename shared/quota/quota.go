// Package quota says how fast this account may call each action.
//
// Alibaba counts calls per main account and per action, so lookups, listings
// and conversion reports have a quota each and do not eat one another's. [Local]
// keeps a quota within one process, [Redis] across all instances that share it.
// Both follow the same rules.
//
// The timeline. An action has a time at which its next permit is free, and each
// permit moves it on by one step: a second, divided by the pace. Nothing else
// gives permits, so there is never a burst: a burst at the start of one second
// and the even flow after it would be double the quota in that second. Where
// Alibaba says how long to wait, the timeline moves there, at most a minute ahead.
//
// The pace. It is the quota until Alibaba throttles: because somebody else calls
// too, or because the quota is smaller than believed. It then steps down, to a
// little under what was accepted where about the whole pace was used, and
// to a little under itself where it was not, and climbs back with clean time.
//
// The queue. Callers wait within their process. A process books permits for those
// who wait, never more than 0.2 s ahead, and a permit belongs to nobody until its
// time has come: then whoever is first and still there gets it. A caller that
// leaves costs nothing. A process that finds no permit is given a time at which
// to ask again, a little less than a step after the process before it, so that
// processes go one after the other and Redis is asked about once for a permit. The
// longer a process's first caller has waited, the further ahead it may book, so that
// of several processes the one that is behind comes first.
//
// The classes. Callers in the background, see [InBackground], get what others do
// not want, in their own process and, over Redis, in all of them. Against others
// that want everything they keep a twentieth.
//
// Admission. A caller is refused at once where its expected wait (its position,
// and how often this process has got permits lately) and the time that a call
// takes do not fit into its time. One with others before it must fit into half
// of its time, since what is expected of a queue is not certain. A queue may be
// long for as long as it takes to work off a burst; where everybody has waited for
// more than a quarter of a second for two seconds, it is no burst but more load
// than there is quota, and a longer queue would only make all wait longer. Callers
// are then refused from a wait of about two thirds of a second on, whatever their
// deadlines, or a longer one where many leave before their permit. Background work
// is not: it waits as long as its deadline lets it.
//
// What is read back from Redis is held within what it can be: no timeline
// is further ahead than booking and Alibaba's wishes can have moved it, so that a
// clock that stepped back blocks nothing; and none is behind what this
// process has seen of it, so that keys that were lost give nothing away.
package quota

import (
	"context"
	"fmt"
	"time"
)

// Quota hands out permits for calls of an action. It is safe for concurrent
// use.
type Quota interface {
	// Wait returns when the caller may make one call of action. Where the call
	// could not be answered before ctx's deadline it returns an [ExhaustedError],
	// mostly at once, and where ctx ends while waiting, ctx's cause; the
	// permit then goes to the next who waits.
	Wait(ctx context.Context, action string) error
	// Throttled says that Alibaba refused a call of action for being too
	// fast, and how long it asked to wait, zero where it did not say.
	Throttled(ctx context.Context, action string, retryAfter time.Duration)
	// Answered says how long a call of action took, from its permit to the end
	// of its answer.
	Answered(action string, took time.Duration)
	// Ready returns what keeps the quota from being kept where it is configured
	// to be, nil where nothing does. It asks for it where it was not asked yet.
	Ready(ctx context.Context) error
	// Pace returns how many permits a second the action has at present, as far as it
	// was called.
	Pace(action string) (perSecond float64, known bool)
	// Shared reports whether all processes share the quota at present. It is not known
	// where none is to be shared, or nobody has asked yet. It asks nobody.
	Shared() (available, known bool)
}

// ExhaustedError says that the caller could not be answered before its deadline.
// Nothing was called and nothing was counted.
type ExhaustedError struct {
	Action string
	// RetryAfter is from now until a caller with as much time would be
	// admitted, if no others come before it.
	RetryAfter time.Duration
}

// Error names the action and when to come back.
func (e *ExhaustedError) Error() string {
	return fmt.Sprintf("quota of %s: no permit in time for an answer before the deadline; try again in %v",
		e.Action, e.RetryAfter.Round(time.Millisecond))
}

// Cause says why there was no call, in fixed words.
func (*ExhaustedError) Cause() string { return "quota exhausted" }

// margin keeps the pace a little below the quota: rounding, or a call that is a
// few milliseconds early on the network, must not put one call too many into
// one of Alibaba's seconds.
const margin = 0.995
