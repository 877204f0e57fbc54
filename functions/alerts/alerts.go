// Package alerts sweeps the fleet on a schedule, evaluates every card by its
// rules, and notifies people of what has changed since the last time.
//
// A sweep goes through four stages, each with a package of its own: scan (fleet)
// yields observations, evaluate (rule) says what is wrong with them, advance
// (incident) decides what changed, notify (notify) delivers the changes to each
// receiver. What the stages leave to the next run is written in one batch
// between advance and notify.
package alerts

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/config"
	"signalbox/shared/incident"
	"signalbox/shared/incidentlink"
	"signalbox/shared/language"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/serve/function"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// Rules say what is wrong.
type Rules interface {
	// Evaluate returns an evaluation for each rule that o tells enough for.
	Evaluate(o rule.Observation, now time.Time) []rule.Evaluation
	// EvaluateFleet returns those of the rules about the fleet itself.
	EvaluateFleet(o rule.FleetObservation, now time.Time) []rule.Evaluation
	// NeedsLookup reports whether a listed card is worth a call of its own.
	NeedsLookup(listed rule.Observation, now time.Time) bool
	// GoesByTag reports whether tags matter.
	GoesByTag() bool
	// Grouping says when many cards are one incident.
	Grouping() rule.Groups
	// EvaluateGroup evaluates a group that a sweep has found, or that is open.
	EvaluateGroup(o rule.GroupObservation, past rule.Incident, now time.Time) rule.Evaluation
	// Suppression is what suppresses a card's incident, other than what inhibits it.
	Suppression(i rule.Incident, now time.Time) incident.Suppression
	// SilenceOf returns the silence of the rules file that covers an open incident.
	SilenceOf(i rule.Incident, now time.Time) (rule.Silence, bool)
	// Explain says what every rule makes of a card or a pool, for people who ask why.
	Explain(o rule.Observation, now time.Time) []rule.Explained
	// AllSilences are the silences of the rules file.
	AllSilences() []rule.Silence
}

var _ Rules = rule.Policy{}

// Config is what the function is made of. What has no zero meaning is required.
type Config struct {
	Cards     fleet.Cards
	Rules     Rules
	Receivers []notify.Receiver
	// Routes say which receivers are notified of what. None: each of everything.
	Routes rule.Routes
	// Languages are those of the receivers' notifications, by name. One that is not
	// among them has the Style's.
	Languages map[string]language.Language
	// Kinds are what the receivers of the rules file are, by name. None: it has none.
	Kinds  map[string]receiver.Kind
	Store  store.Store
	Zone   *time.Location // of the times in Alibaba's answers
	Style  message.Style
	Logger *slog.Logger
	// Guard says who may see the list of incidents, beside those who come by a link. Nil:
	// nobody may.
	Guard web.Guard
	// MaxExport is the longest answer that an export of the state may be, in bytes. Zero: it
	// is sent as it is written, however long.
	MaxExport int
	// Links are to the list of incidents. Zero: there are none.
	Links incidentlink.Links
	// Watch is the cards to look at. None: the whole account.
	Watch []card.ICCID
	// Pools answers for the data that cards share; such cards are themselves
	// evaluated without their own usage. Nil: nobody is asked.
	Pools fleet.Pools
	// Ready says what keeps Cards and Pools from being asked. Nil: nothing does.
	Ready func(ctx context.Context) []function.Unusable
	// Filters leave cards out of the listing. Zero: none.
	Filters fleet.Filters
	// Repeat is how often an incident that stays open is reminded of. Zero: never.
	Repeat time.Duration
	// Every is how often a sweep is expected to be done. Zero: 10 min.
	Every time.Duration
	// SummaryAt is when in the day the summary is due, from midnight on in Zone, where no
	// platform's timer asks for it.
	SummaryAt time.Duration
	// LeaseTime is how long a run that has died keeps others from working. Zero:
	// 2 min.
	LeaseTime time.Duration
	// RunTimeout is the deadline of a run as a plain HTTP server. Zero: 10 min.
	RunTimeout time.Duration
	// InvokeTokens are what a run that is asked for over HTTP takes. None: nobody
	// may ask for one.
	InvokeTokens config.Tokens
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
	// Observe is called after each part of a sweep. If nil, progress is not
	// reported.
	Observe func(Report)
	// Buttons are how people act from Slack.
	Buttons Buttons
	// Heartbeat is told of each finished sweep that is believed. Nil: nobody is.
	Heartbeat *Heartbeat
	// Meter counts what happens. Nil: nothing is counted.
	Meter *metric.Meter
}

// Function sweeps the fleet. It is safe for concurrent use: of several runs one
// works, and the others leave.
type Function struct {
	config   Config
	scanner  *fleet.Scanner
	notifier *notify.Notifier[rule.Details]
	trouble  trouble
	routes   http.Handler
}

// New returns the function, or an error that says which receivers are wrong.
func New(c Config) (*Function, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Observe == nil {
		c.Observe = func(Report) {}
	}
	c.LeaseTime = cmp.Or(c.LeaseTime, 2*time.Minute)
	c.Every = cmp.Or(c.Every, 10*time.Minute)
	c.RunTimeout = cmp.Or(c.RunTimeout, 10*time.Minute)
	c.Meter = cmp.Or(c.Meter, metric.New())
	f := &Function{config: c}
	f.expect()
	f.routes = f.newRoutes()
	f.scanner = fleet.New(fleet.Config{
		Cards: c.Cards, Pools: c.Pools, Rules: c.Rules, Watch: c.Watch, Filters: c.Filters, Zone: c.Zone, Logger: c.Logger, Now: c.Now,
	})
	var err error
	if f.notifier, err = newNotifier(c); err != nil {
		return nil, err
	}
	return f, nil
}

// ServeHTTP shows the incidents, and takes what people do about them. All else that the
// function does is scheduled.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.routes.ServeHTTP(w, r) }

// Close gives up the state.
func (f *Function) Close() error { return f.config.Store.Close() }
