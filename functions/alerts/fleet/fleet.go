// Package fleet scans: it asks Alibaba for the cards of an account and yields
// what is known of each as an observation. It does not judge cards and writes nothing.
//
// The listing gives forty cards a call and is all there is to know of most of
// them; the few that a rule may fire on are looked up one by one. Both have
// quotas of their own, so both go on at the same time:
//
//	list (lister.go)   reads pages in their order, some at once, and again where they are broken
//	dispatch           makes observations of a page's cards (observe) and starts their lookups
//	collect (fold.go)  takes complete pages in their order
//	admit (trust.go)   holds the first ones until it is known whether the listing is the fleet's
//	fold               adds a page to the part that is next and to the checkpoint
//	emit (parts.go)    hands the part to the caller
//	single             asks at last for what the listing should have had, one by one
//
// What cannot be read is an observation with the cause in it, or a count. It
// stops nothing else.
package fleet

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// Cards is what a scan asks linkcard of cards.
type Cards interface {
	ListCardInfo(ctx context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error)
	GetCardFlowInfo(ctx context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error)
}

// Pools is what a scan asks linkcard of the plans whose data cards share.
type Pools interface {
	GetCredentialPoolStatistics(
		ctx context.Context, r linkcard.GetCredentialPoolStatisticsRequest,
	) (linkcard.GetCredentialPoolStatisticsResponse, error)
}

// Rules says what a scan is to find out.
type Rules interface {
	// NeedsLookup reports whether a listed card is worth a call of its own.
	NeedsLookup(listed rule.Observation, now time.Time) bool
	// GoesByTag reports whether tags matter: if so, tags that cannot be read make a
	// card unreadable.
	GoesByTag() bool
}

// Config is what a Scanner is made of.
type Config struct {
	Cards Cards
	Pools Pools // nil: pools are not asked for
	Rules Rules
	// Watch has these cards looked up instead of the account listed. Empty: the
	// account is listed.
	Watch []card.ICCID
	// Filters has Alibaba list a part of the account. The zero value: all of it.
	Filters Filters
	Zone    *time.Location   // of Alibaba's wall clocks. Nil: UTC
	Logger  *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
}

// Scanner scans one fleet. It is safe for concurrent use.
type Scanner struct {
	config Config
}

// New returns a Scanner.
func New(c Config) *Scanner {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Scanner{config: c}
}

// partial reports whether a sweep sees less than the whole account.
func (s *Scanner) partial() bool { return len(s.config.Watch) > 0 || s.config.Filters != Filters{} }

// Known is what earlier runs have left. It is not changed while a scan lasts.
type Known struct {
	// Open has the subjects with an open incident.
	Open map[incident.Subject]Open
	// Lookups are what earlier lookups have said, by card.
	Lookups map[card.ICCID]Lookup
	// Seen are those that the parts of this sweep have handed out, all together.
	Seen Marks
}

// Open is what a scan wants to know of the incidents of one subject.
type Open struct {
	// Since is when the newest of them was opened.
	Since time.Time
	// Lookup says that one of them can only be evaluated with a lookup.
	Lookup bool
	// Tags and Package are what they last said of the subject; empty: unknown.
	Tags    []string
	Package string
}

// Part is some seconds of a scan. It is to be evaluated and kept as a whole.
type Part struct {
	// Observations are in the order of the listing. A card is among them once.
	Observations []rule.Observation
	// Checkpoint is where a run goes on after this part.
	Checkpoint Checkpoint
	// Lookups are to be kept, those of Forget to be deleted.
	Lookups map[card.ICCID]Lookup
	Forget  []card.ICCID
	// Seen is to be kept until the sweep is finished, see [Known].
	Seen Marks
}

// Scan goes on with a sweep after from, and yields one part after the other. The
// next part is under way while the caller keeps the one it was given.
//
// An error comes at the end, after all that was found before it: the time has
// run out, or the listing cannot be read. A later run goes on from the last
// checkpoint. Where the last checkpoint is finished, so is the sweep.
func (s *Scanner) Scan(ctx context.Context, from Checkpoint, known Known) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		r := newRun(s, from, known, yield)
		r.calls.hurry(ctx, r.at.Late)
		defer r.wait()
		defer cancel()
		err := r.sweep(ctx)
		r.countLate(ctx, err)
		r.emit()
		if err != nil && !r.parts.left {
			yield(Part{Checkpoint: r.at}, err)
		}
	}
}
