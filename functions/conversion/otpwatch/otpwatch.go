// Package otpwatch watches the windows of OTP events: it keeps the past that package watch
// compares them with, and the incidents that follow, and has people be notified of these.
//
// A [Run] is made under the lease of conversion's run. Each window that has closed is
// learnt once, in the order of their starts; the past, the incidents that it changes and
// what receivers are to be notified of are written in one batch, so that a run that dies
// between two windows repeats nothing and loses nothing.
package otpwatch

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/store"
)

// Windows is what the watch asks the ledger.
type Windows interface {
	Windows(ctx context.Context, from, to time.Time) ([]window.Window, error)
}

var _ Windows = (*ledger.Ledger)(nil)

// Config is what a Watch is made of. Store and Windows are required, and with receivers a
// Writer.
type Config struct {
	Store   store.Store
	Windows Windows
	// Length is that of a window. Zero: 5 min.
	Length time.Duration
	// Settings are what the sender wishes.
	Settings watch.Settings
	// To are who is notified of what. Zero: nobody is, and incidents are kept and logged all
	// the same.
	To receiver.Set
	// Writer words what a receiver gets to read at a time.
	Writer func(receiver string, now time.Time) notify.Writer[watch.Details]
	// Evaluate compares the last of windows with the past, and has the past learn it. Nil:
	// [watch.Profile.Step].
	Evaluate func(p *watch.Profile, windows []window.Window, s watch.Settings) []watch.Evaluation
	// Logger gets a record of each incident that changes. Nil: none is kept.
	Logger *slog.Logger
	// Meter counts the changes. Nil: they are not counted.
	Meter *metric.Meter
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// Watch watches. It is safe for concurrent use, but for runs: each needs the lease.
type Watch struct {
	config   Config
	notifier *notify.Notifier[watch.Details]
}

var errNoWriter = errors.New("receivers need somebody who words what they get")

// New returns the watch, or an error that says which receivers are wrong.
func New(c Config) (*Watch, error) {
	c.Length = cmp.Or(c.Length, 5*time.Minute)
	c.Logger = cmp.Or(c.Logger, logging.Discard())
	c.Meter = cmp.Or(c.Meter, metric.New())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Evaluate == nil {
		c.Evaluate = (*watch.Profile).Step
	}
	if c.Writer == nil && len(c.To.Receivers) > 0 {
		return nil, errNoWriter
	}
	to := receiver.ConfigFor(c.To, facts)
	to.Store, to.DeadLetters, to.Now, to.Logger = c.Store, deadLetters, c.Now, c.Logger
	notifier, err := notify.New(to)
	if err != nil {
		return nil, err
	}
	return &Watch{config: c, notifier: notifier}, nil
}

// Open returns the incidents that are open, in the order of their keys. One that cannot be
// decoded is left out: the next run says so.
func (w *Watch) Open(ctx context.Context) ([]watch.Incident, error) {
	kept, _, err := w.loadIncidents(ctx)
	if err != nil {
		return nil, err
	}
	return kept.open(), nil
}

// DeadLetters returns the notifications that were given up, the oldest first.
func (w *Watch) DeadLetters(ctx context.Context) ([]notify.DeadLetter, error) {
	return w.notifier.DeadLetters(ctx)
}
