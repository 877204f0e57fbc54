package outbox

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"signalbox/shared/store"
)

// Status is what became of what a caller has sent.
type Status string

// A key is in flight until it is answered. A report that was accepted waits.
const (
	InFlight  Status = "inFlight"
	Accepted  Status = "accepted"
	Forwarded Status = "forwarded"
	Answered  Status = "answered" // of a list, whose items have statuses of their own
	Dead      Status = "dead"
	// released is of a key that can be used again, and of which it is still known when
	// its body first came.
	released Status = "released"
)

// remembered is how long a key is kept after its status has last changed; one that
// was accepted is kept as long as its report waits.
const remembered = 24 * time.Hour

// Record is what is known of a key.
type Record struct {
	// Hash names the body that came with the key.
	Hash   string `json:"hash,omitempty"`
	Status Status `json:"status"`
	// At is since when, in Unix milliseconds.
	At int64 `json:"at"`
	// First is when the body first came, likewise, while nothing has come of it.
	First int64 `json:"first,omitempty"`
	// Code and Answer are what the caller was answered, and is again.
	Code   int    `json:"code,omitempty"`
	Answer []byte `json:"answer,omitempty"`
	// Report is nil for a list.
	Report    *Report `json:"report,omitempty"`
	RequestID string  `json:"requestId,omitempty"` // Alibaba's, once it was forwarded
	Reason    string  `json:"reason,omitempty"`    // of a dead letter
}

// Claim is the right to answer a key. It ends with the key's time in flight.
type Claim struct {
	Key string
	// First is when the same body first came with the key, in Unix milliseconds: what
	// became of it then may not be known. Zero for a new key of NewKey.
	First int64
	hash  string
	// current is the record as it must be for the claim to hold.
	current  store.Record
	answered bool
}

// Answered reports whether the claim's key was answered.
func (c *Claim) Answered() bool { return c.answered }

// settle takes note that answers were written.
func settle(answers []Answer) {
	for _, a := range answers {
		a.Claim.answered = true
	}
}

// ErrOtherBody says that a key came with another body before.
var ErrOtherBody = errors.New("the key was used with another body")

// InFlightError says that a key has come before and is not answered yet.
type InFlightError struct {
	RetryAfter time.Duration // until it is answered, or can be used again
}

// Error says that it is in flight.
func (*InFlightError) Error() string { return "the key is in flight" }

// NewKey returns the claim of a key that nobody has used.
func NewKey() *Claim {
	key := rand.Text()
	return &Claim{Key: key, current: keyRecord(key)}
}

// keyRecord is where a key is kept, without its value. Keys are spread over
// collections, so that looking for those that have expired reads few at a time.
func keyRecord(key string) store.Record {
	sum := sha256.Sum256([]byte(key))
	return store.Record{Collection: shard(sum[0]), Key: hex.EncodeToString(sum[:16])}
}

func shard(n byte) string { return fmt.Sprintf("keys/%02x", n) }

// decodeRecord returns false for what cannot be understood: a key whose record is
// broken is as one that has not come, and stops no other.
func decodeRecord(value []byte) (r Record, ok bool) {
	return r, value != nil && json.Unmarshal(value, &r) == nil
}

// ends returns when a key may be used again. After a wrong clock that is at once.
func (o *Outbox) keyEnds(r Record) (end time.Time, ends bool) {
	at, now := time.UnixMilli(r.At), o.now()
	switch r.Status {
	case Accepted:
		return time.Time{}, false
	case released:
		return now, true
	case InFlight:
		end = at.Add(o.config.InFlight)
	default:
		end = at.Add(remembered)
	}
	if at.After(now.Add(end.Sub(at))) {
		return now, true
	}
	return end, true
}

func (o *Outbox) known(value []byte) (r Record, known bool) {
	r, ok := decodeRecord(value)
	if !ok {
		return r, false
	}
	end, ends := o.keyEnds(r)
	return r, !ends || end.After(o.now())
}

// forgotten reports whether nothing is left to know of a key: one that was in flight
// may have been forwarded, so that it is known for as long as others when it first came.
func (o *Outbox) forgotten(value []byte) bool {
	r, ok := decodeRecord(value)
	if ok && (r.Status == InFlight || r.Status == released) {
		r.Status = Answered
	}
	end, ends := o.keyEnds(r)
	return !ok || ends && !end.After(o.now())
}

// first returns when a body first came with a key, of which a value is known.
func (o *Outbox) first(value []byte, hash string) int64 {
	now := o.now().UnixMilli()
	if r, ok := decodeRecord(value); ok && r.Hash == hash && r.First != 0 && !o.forgotten(value) {
		return min(r.First, now)
	}
	return now
}

// Begin claims a key for a body. Where it was answered before, there is no claim, and
// earlier says how. The error is ErrOtherBody, an *InFlightError, or the store's:
// then the key may be in flight all the same.
func (o *Outbox) Begin(ctx context.Context, key, hash string) (c *Claim, earlier *Record, err error) {
	for range attempts {
		if c, earlier, err = o.begin(ctx, key, hash); !errors.Is(err, store.ErrConflict) {
			return c, earlier, err
		}
	}
	return nil, nil, fmt.Errorf("claim a key: %w", errContended)
}

func (o *Outbox) begin(ctx context.Context, key, hash string) (*Claim, *Record, error) {
	r := keyRecord(key)
	value, err := o.config.Store.Get(ctx, r.Collection, r.Key)
	if err != nil {
		return nil, nil, fmt.Errorf("claim a key: %w", err)
	}
	r.Value = value
	if earlier, known := o.known(value); known {
		return nil, &earlier, o.refused(earlier, hash)
	}
	c := &Claim{Key: key, First: o.first(value, hash), hash: hash, current: r}
	c.current.Value = encode(Record{Hash: hash, Status: InFlight, At: o.now().UnixMilli(), First: c.First})
	if err := o.config.Store.Apply(ctx, store.Batch{If: []store.Record{r}, Put: []store.Record{c.current}}); err != nil {
		return nil, nil, fmt.Errorf("claim a key: %w", err)
	}
	return c, nil, nil
}

func (o *Outbox) refused(earlier Record, hash string) error {
	switch {
	case earlier.Hash != hash:
		return ErrOtherBody
	case earlier.Status == InFlight:
		end, _ := o.keyEnds(earlier)
		return &InFlightError{RetryAfter: end.Sub(o.now())}
	default:
		return nil
	}
}

// Answer is what a claim's key is answered by. Hash and At of the record are the
// outbox's to fill in.
type Answer struct {
	Claim  *Claim
	Record Record
}

func (o *Outbox) answered(answers []Answer) (b store.Batch) {
	for _, a := range answers {
		a.Record.Hash, a.Record.At = a.Claim.hash, o.now().UnixMilli()
		put := a.Claim.current
		put.Value = encode(a.Record)
		b.If, b.Put = append(b.If, a.Claim.current), append(b.Put, put)
	}
	return b
}

// Finish answers keys. ErrConflict of the store where a claim has ended, and another
// has the key.
func (o *Outbox) Finish(ctx context.Context, answers ...Answer) error {
	if err := o.config.Store.Apply(ctx, o.answered(answers)); err != nil {
		return fmt.Errorf("answer a key: %w", err)
	}
	settle(answers)
	return nil
}

// Release lets a key be used again at once. Where the claim has ended it does nothing.
func (o *Outbox) Release(ctx context.Context, c *Claim) error {
	free := c.current
	free.Value = encode(Record{Hash: c.hash, Status: released, At: o.now().UnixMilli(), First: c.First})
	err := o.config.Store.Apply(ctx, store.Batch{If: []store.Record{c.current}, Put: []store.Record{free}})
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("release a key: %w", err)
	}
	return nil
}

// Lookup returns what is known of a key, or ErrNotFound.
func (o *Outbox) Lookup(ctx context.Context, key string) (Record, error) {
	at := keyRecord(key)
	value, err := o.config.Store.Get(ctx, at.Collection, at.Key)
	if err != nil {
		return Record{}, fmt.Errorf("look a key up: %w", err)
	}
	r, known := o.known(value)
	if !known {
		return Record{}, fmt.Errorf("look a key up: %w", ErrNotFound)
	}
	return r, nil
}
