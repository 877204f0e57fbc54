package lookup

import (
	"time"

	"github.com/maypok86/otter/v2"

	"signalbox/shared/card"
)

// What a cache takes at most, in bytes and in cards that failed.
const (
	maxAnswers  = 16 << 20
	maxRecords  = 16 << 20
	maxFailures = 4096
)

// MaxBytes is about how much memory the answers of a process take at most.
const MaxBytes = maxAnswers + maxRecords

// cache is what this process keeps. Records are packed and many; of those that were
// asked for lately the answers are kept ready.
type cache struct {
	records  *otter.Cache[card.ICCID, *packed]
	answers  *otter.Cache[query, *answer]
	failures *otter.Cache[card.ICCID, failure]
}

// failure is why a lookup failed. It counts until then.
type failure struct {
	err   error
	until time.Time
}

func newCache() *cache {
	return &cache{
		records: otter.Must(&otter.Options[card.ICCID, *packed]{
			MaximumWeight: maxRecords, Weigher: func(_ card.ICCID, p *packed) uint32 { return p.weight() },
		}),
		answers: otter.Must(&otter.Options[query, *answer]{
			MaximumWeight: maxAnswers, Weigher: func(_ query, a *answer) uint32 { return a.weight() },
		}),
		failures: otter.Must(&otter.Options[card.ICCID, failure]{MaximumSize: maxFailures}),
	}
}

// overhead is about what an entry takes beside what is in it, in bytes.
const overhead = 512

func (p *packed) weight() uint32 { return uint32(len(p.data) + overhead) } //nolint:gosec // bounded by maxRecord

// weight is about what the answer takes, in bytes: its flow and two forms, each with
// every text of Alibaba's.
func (a *answer) weight() uint32 {
	form, _ := a.forms.fresh()                   // nothing where it fails, which the caller sees
	return uint32(4*overhead + 3*len(form.Body)) //nolint:gosec // an answer of Alibaba's is at most 1 MiB
}

// answer returns the one that is ready, or nil.
func (c *cache) answer(q query) *answer {
	a, _ := c.answers.GetIfPresent(q)
	return a
}

// packed returns the card's record as it is kept, or nil.
func (c *cache) packed(id card.ICCID) *packed {
	p, _ := c.records.GetIfPresent(id)
	return p
}

func (c *cache) record(id card.ICCID) *record { return c.packed(id).unpack(id) }

// keep keeps a record, and returns nil where it is too large.
func (c *cache) keep(r *record) *packed {
	p := r.pack()
	if p != nil {
		c.records.Set(card.ICCID(r.ICCID), p)
	}
	return p
}

// forget drops what is known of a card: answers without a record do not count.
func (c *cache) forget(id card.ICCID) { c.records.Invalidate(id) }

// failure returns why a lookup of the card failed a moment ago, or nil.
func (c *cache) failure(id card.ICCID, now time.Time) error {
	f, ok := c.failures.GetIfPresent(id)
	if !ok || !now.Before(f.until) || f.until.Sub(now) > missingFor {
		return nil
	}
	return f.err
}

func (c *cache) fail(id card.ICCID, err error, now time.Time) {
	wait := failingFor
	if isMissing(err) {
		wait = missingFor
	}
	c.failures.Set(id, failure{err, now.Add(wait)})
}
