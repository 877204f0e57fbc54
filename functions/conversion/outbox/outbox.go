// Package outbox keeps what conversion has taken on: reports that wait to be
// forwarded, the keys that callers gave with what became of each, and dead letters.
//
// All of it is in records of the store, for one process or any number of instances.
// Reports that wait have numbers, from a head to a tail, so that no run reads more
// of them than it sends. The head is moved by whoever has the lease of the run.
package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// Config is what an outbox is made of. Store is required.
type Config struct {
	Store store.Store
	// InFlight is how long a key is in flight at most: then whoever had it has died.
	// Zero: 30 s.
	InFlight time.Duration
	// Max is how many reports may wait. Zero: 100,000.
	Max int
	// MaxDead is how many dead letters are kept, the newest. Zero: 10,000.
	MaxDead int
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// Outbox keeps reports and keys. It is safe for concurrent use, and needs no
// closing: it ends with its store.
type Outbox struct {
	config Config
	adding chan struct{} // full while somebody adds: callers of one process do not race
}

// New returns the outbox in c.Store. It does not connect.
func New(c Config) *Outbox {
	c.InFlight = cmp.Or(c.InFlight, 30*time.Second)
	c.Max = cmp.Or(c.Max, 100_000)
	c.MaxDead = cmp.Or(c.MaxDead, 10_000)
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Outbox{config: c, adding: make(chan struct{}, 1)}
}

// now is in milliseconds, as all times are kept.
func (o *Outbox) now() time.Time { return o.config.Now().Truncate(time.Millisecond) }

// Report is a rate that is to be forwarded.
type Report struct {
	Rate float64 `json:"rate"` // 0 to 1
	// Time is when the rate was observed, in Unix milliseconds.
	Time int64 `json:"time"`
}

// Entry is a report that waits.
type Entry struct {
	// Sequence is its number: reports with lower numbers go first.
	Sequence uint64 `json:"-"`
	// Key is what it can be asked for by. Empty: by none.
	Key    string `json:"key,omitempty"`
	Report Report `json:"report"`
	// Accepted is since when it waits, in Unix milliseconds.
	Accepted int64 `json:"accepted"`
	// Window is the window whose report it is, nil for one that a caller has sent.
	Window *window.Span `json:"window,omitempty"`
	// Unreadable is the record where it cannot be understood, empty for one that was
	// lost: nothing else is known of it then. Nil: the rest of the entry is known.
	Unreadable []byte `json:"-"`
}

// Waited returns how long e has waited at a time.
func (e Entry) Waited(now time.Time) time.Duration { return now.Sub(time.UnixMilli(e.Accepted)) }

// ErrFull says that as many reports wait as may.
var ErrFull = errors.New("the outbox is full")

// ErrNotFound says that there is no such record, or no longer.
var ErrNotFound = errors.New("there is no such record")

// attempts bounds how often a write begins again because another instance was
// faster: of those that write at once, one gets through each time.
const attempts = 50

// longestPause is how long a write waits at most before it begins again, so that all
// get through in the end.
const longestPause = 32 * time.Millisecond

// pause waits before attempt n, the first of which is 0.
func pause(ctx context.Context, n int) error {
	if n == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(rand.N(min(time.Millisecond<<min(n, 10), longestPause)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errContended = errors.New("others write the same records all the time")

const (
	endsCollection    = "outbox" // head and tail
	waitingCollection = "waiting"
	deadCollection    = "dead-letters"
)

// encode panics where v cannot be encoded, which is a mistake in this package.
func encode(v any) []byte {
	value, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return value
}

func sequenceKey(n uint64) string { return fmt.Sprintf("%020d", n) }

// ends are the number of the first report that may wait, and of the next to come.
type ends struct{ head, tail uint64 }

// end reads the head or the tail, 0 where there is none yet.
func (o *Outbox) end(ctx context.Context, name string) (uint64, store.Record, error) {
	r := store.Record{Collection: endsCollection, Key: name}
	var err error
	if r.Value, err = o.config.Store.Get(ctx, r.Collection, r.Key); err != nil || r.Value == nil {
		return 0, r, err
	}
	n, err := strconv.ParseUint(string(r.Value), 10, 64)
	if err != nil {
		return 0, r, store.Damaged(ctx, o.config.Store, r, "the "+name+" of the outbox is not a number")
	}
	return n, r, nil
}

func (o *Outbox) ends(ctx context.Context) (e ends, err error) {
	if e.head, _, err = o.end(ctx, "head"); err != nil {
		return e, err
	}
	e.tail, _, err = o.end(ctx, "tail")
	return e, err
}

func endRecord(name string, n uint64) store.Record {
	return store.Record{Collection: endsCollection, Key: name, Value: strconv.AppendUint(nil, n, 10)}
}

// Waiting returns how many reports wait.
func (o *Outbox) Waiting(ctx context.Context) (int, error) {
	e, err := o.ends(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the reports that wait: %w", err)
	}
	return e.waiting(), nil
}

func (e ends) waiting() int {
	if e.tail < e.head {
		return 0
	}
	return int(e.tail - e.head) //nolint:gosec // bounded by Max
}
