package otptest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// perRound is how many OTPs a round has, and repeats how many events of the round
// before come again with it.
const (
	perRound = 20
	repeats  = 3
)

// batch is one request: OTP events of one moment.
type batch struct {
	at     time.Time
	events []string // that have not been sent before
	again  []string // that were answered before
}

// sender sends OTP events, one request after the other.
type sender struct {
	*application

	name   string
	before []string // some events that were answered
}

// outcome is what became of the new events of a batch, which are counted together or
// not at all.
type outcome int

const (
	unknown  outcome = iota // it came again, and may have been late the first time
	accepted                // counted
	late
)

// sendEvents sends rounds until ctx ends; what has begun by then is answered. In each round
// some OTPs are requested and some of them verified: in one request, in two, in two of
// which the second overtakes the first, or for a window that was reported already.
func (a *application) sendEvents(ctx context.Context, random *rand.Rand) {
	s := &sender{application: a, name: fmt.Sprintf("otp-%x", random.Uint64())}
	whole := context.WithoutCancel(ctx) // what has begun
	for n := 0; ctx.Err() == nil; n++ {
		r := round{sender: s, at: time.Now().Truncate(time.Millisecond), number: n, verified: random.IntN(perRound + 1)}
		switch n % 4 {
		case 0:
			r.together(whole, false)
		case 1:
			requested := r.send(whole, r.requests())
			r.count(requested, r.send(whole, r.verifications()))
		case 2:
			verified := r.send(whole, r.verifications())
			r.count(r.send(whole, r.requests()), verified)
		default:
			at, found := a.world.reportedWindow()
			if found {
				r.at = at
			}
			r.together(whole, found)
		}
	}
}

// round is some OTPs of one moment.
type round struct {
	*sender

	at       time.Time
	number   int
	verified int // the first so many are verified
}

func (r *round) requests() batch { return r.batch("requested", perRound) }

func (r *round) verifications() batch { return r.batch("verified", r.verified) }

func (r *round) batch(kind string, n int) batch {
	b := batch{at: r.at, again: r.before}
	for i := range n {
		b.events = append(b.events, fmt.Sprintf(`{"type":%q,"id":"%s-%d-%d","time":%d,"to":"+65912%05d"}`, kind, r.name, r.number, i, r.at.UnixMilli(), i))
	}
	return b
}

// together sends both events of each OTP at once. Those of a closed window are late
// for sure, even if their first answer was lost.
func (r *round) together(ctx context.Context, closed bool) {
	b := r.requests()
	b.events = append(b.events, r.verifications().events...)
	o := r.send(ctx, b)
	if closed && o == accepted {
		r.t.Errorf("events of the window of %v, which was reported, were accepted", r.at)
	}
	if closed {
		o = late
	}
	r.count(o, o)
}

// count adds what is known of a round to its window. A verification counts with its
// request, or not at all.
func (r *round) count(requested, verified outcome) {
	r.windows.add(r.at, perRound, r.verified, requested, verified)
}

// send has a batch answered and checks the answer.
func (r *round) send(ctx context.Context, b batch) outcome {
	if len(b.events)+len(b.again) == 0 {
		return accepted
	}
	all := append(append([]string(nil), b.events...), b.again...)
	got := r.untilAnswered(ctx, r.number, "/otp-events", "["+strings.Join(all, ",")+"]")
	var is struct{ Accepted, Duplicate, Late, Refused int }
	if err := json.Unmarshal(got.body, &is); err != nil || got.status != 200 {
		r.t.Errorf("POST /otp-events = %d, %s", got.status, got.body)
		return unknown
	}
	r.before = all[max(0, len(all)-repeats):]
	fresh := len(b.events)
	switch {
	case is.Accepted == fresh && is.Duplicate == len(b.again):
		return accepted
	case is.Late == fresh && is.Duplicate == len(b.again):
		return late
	case is.Duplicate == len(all) && got.repeated && got.at.Before(r.world.closes(b.at)):
		return accepted // whenever that was, the window was open
	case is.Duplicate == len(all) && got.repeated:
		return unknown
	}
	r.t.Errorf("%d new events and %d that were answered before are %+v, repeated: %t", fresh, len(b.again), is, got.repeated)
	return unknown
}
