// Package alerts walks the fleet on a schedule, judges every card by its rules,
// and tells Slack what has changed since the last time.
package alerts

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"signalbox/functions/alerts/channel"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/metric"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// Cards is what a sweep asks Alibaba.
type Cards interface {
	ListCardInfo(ctx context.Context, r linkcard.ListCardInfoRequest) (linkcard.ListCardInfoResponse, error)
	GetCardFlowInfo(ctx context.Context, r linkcard.GetCardFlowInfoRequest) (linkcard.GetCardFlowInfoResponse, error)
}

// Rules judge what is known of a card.
type Rules interface {
	// Judge returns a verdict for each rule that r tells enough for.
	Judge(r rule.Reading, now time.Time) []incident.Verdict
	// JudgeListed returns the verdicts of the rules that need no closer look.
	JudgeListed(listed rule.Reading, now time.Time) []incident.Verdict
	// MayFire reports whether a listed card is worth a closer look.
	MayFire(r rule.Reading, now time.Time) bool
}

// Store keeps what must outlive a sweep.
type Store interface {
	Get(ctx context.Context, key string) (store.Entry, error)
	Put(ctx context.Context, key string, e store.Entry) (store.Entry, error)
}

var (
	_ Cards = (*linkcard.Client)(nil)
	_ Pools = (*linkcard.Client)(nil)
	_ Rules = rule.Policy{}
	_ Store = (*store.File)(nil)
	_ Store = (*store.Redis)(nil)
)

// Config is what the function is made of. What has no zero meaning is required.
type Config struct {
	Cards   Cards
	Rules   Rules
	Channel channel.Channel
	Store   Store
	Zone    *time.Location // of the times in Alibaba's answers
	Style   message.Style  // of the daily summary
	Logger  *slog.Logger
	// Watch is the cards to look at. None: the whole account.
	Watch []card.ICCID
	// Pools tells of the data that cards share; such cards are themselves judged
	// by Expiry, Stopped and Stale alone. Those of Watch are not known to share
	// any. Nil: nobody is asked.
	Pools Pools
	// Filters leave cards out of the listing. Zero: none.
	Filters Filters
	// Repeat is how often an incident that stays open is told again. Zero:
	// never.
	Repeat time.Duration
	// Every is how often a sweep is expected to be done. Zero: 10 min.
	Every time.Duration
	// LeaseTime is how long a tick that has died keeps others from working.
	// It is far above what one part of a sweep takes. Zero: 2 min.
	LeaseTime time.Duration
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
	// Progress is told after each part of a sweep how far it got. Nil: nobody is.
	Progress func(Report)
	// Meter counts the calls that Cards makes. Nil: nobody asks.
	Meter *metric.Meter
}

// Function sweeps the fleet. It is safe for concurrent use: of several ticks one
// works, and the others leave.
type Function struct {
	Logger *slog.Logger
	Meter  *metric.Meter

	config Config
	routes http.Handler
}

// New returns the function.
func New(c Config) *Function {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Progress == nil {
		c.Progress = func(Report) {}
	}
	c.LeaseTime = cmp.Or(c.LeaseTime, 2*time.Minute)
	c.Every = cmp.Or(c.Every, 10*time.Minute)
	return &Function{Logger: c.Logger, Meter: c.Meter, config: c, routes: web.NewMux(c.Logger)}
}

// ServeHTTP answers GET /healthz: the function works by ticks.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.routes.ServeHTTP(w, r) }
