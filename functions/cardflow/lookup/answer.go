package lookup

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"signalbox/functions/cardflow/flow"
)

// Origin is where an answer came from.
type Origin int

// The origins.
const (
	Miss  Origin = iota // Alibaba was asked
	Hit                 // it was kept
	Stale               // it was kept for too long, and Alibaba could not be asked
)

// Answer is what is known of a card, and where that came from.
type Answer struct {
	Flow   flow.Flow
	Origin Origin
	Stored bool          // it is kept from now on
	Age    time.Duration // since it was retrieved
	Err    error         // of Stale: why Alibaba could not be asked

	forms *forms
}

// Form is an answer as JSON.
type Form struct {
	Body []byte // must not be changed
	ETag string
}

// JSON returns the JSON form of a.Flow, which it makes once for all callers.
func (a Answer) JSON() (Form, error) {
	if a.Origin == Stale {
		return a.forms.stale()
	}
	return a.forms.fresh()
}

// forms are made of a flow when they are first asked for.
type forms struct{ fresh, stale func() (Form, error) }

func newForms(f flow.Flow) *forms {
	old := f
	old.Stale = true
	return &forms{
		fresh: sync.OnceValues(func() (Form, error) { return formOf(f) }),
		stale: sync.OnceValues(func() (Form, error) { return formOf(old) }),
	}
}

func formOf(f flow.Flow) (Form, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return Form{}, fmt.Errorf("encode flow of %s: %w", f.ICCID, err)
	}
	tag, err := f.ETag()
	return Form{Body: append(body, '\n'), ETag: tag}, err
}

// answer is what was made of a record for the months of one query.
type answer struct {
	flow                    flow.Flow
	forms                   *forms
	stored                  bool
	freshUntil, usableUntil time.Time
	made                    *packed // of what; nil: it was not kept then
}

func (a *answer) from(o Origin, now time.Time) Answer {
	return Answer{Flow: a.flow, Origin: o, Stored: a.stored, Age: max(0, now.Sub(a.flow.RetrievedAt)), forms: a.forms}
}

// answerOf makes the answer to q of what is known, or nil.
func (l *Lookups) answerOf(r *record, q query) *answer {
	freshUntil, usableUntil, ok := r.lifetime(q, l.config, time.Now())
	if !ok {
		return nil
	}
	f := r.flow(r.series(q.months), l.config.Zone)
	if l.config.PageURL != nil {
		f.PageURL = l.config.PageURL(q.id)
	}
	return &answer{flow: f, forms: newForms(f), freshUntil: freshUntil, usableUntil: usableUntil}
}

// split goes through months that were joined.
func split(months string) func(yield func(string) bool) { return strings.SplitSeq(months, ",") }
