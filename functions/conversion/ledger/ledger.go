// Package ledger keeps the windows of package window, and which OTP events have
// come, in the store: in the bbolt file that the process holds open, or in Redis
// for any number of instances.
//
// An event's OTP and its window's counters change in one transaction, so that an
// event that comes again is a no-op. When Add returns, what it has accepted is
// synced to the disk, or acknowledged by Redis.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// Config is how a ledger counts.
type Config struct {
	Rules window.Rules
	// Keep is how long a window is kept after it was reported, or is dead; and in
	// Redis after its last change whatever it is. At least 48 h, a window's length and
	// its grace. Zero: 7 days.
	Keep time.Duration
	// Now is the store's clock where the store is a file. Nil: time.Now. Redis has
	// its own.
	Now func() time.Time
}

const (
	defaultKeep = 7 * 24 * time.Hour
	// hoursKept is how long the hourly counters are kept.
	hoursKept = 28 * 24 * time.Hour
)

// ErrUnsuitable says that the store is a file that is opened for each operation, as
// on Function Compute and Lambda: events need a file that one process holds open, or
// Redis.
var ErrUnsuitable = errors.New("OTP events need Redis, or a state file that one process holds open: a file that is opened for each batch, as on Function Compute and Lambda, cannot take them; set SIGNALBOX_REDIS_URL")

// ErrNotClosed says that a window was marked that has not closed, or is not known.
var ErrNotClosed = errors.New("the window is not one that has closed")

// IsDamage reports whether an error says that a record cannot be read, and which: no
// other record suffers from it.
func IsDamage(err error) bool {
	_, inFile := errors.AsType[*store.DamagedError](err)
	_, inRedis := errors.AsType[*keyError](err)
	return inFile || inRedis
}

// Ledger counts OTP events. It is safe for concurrent use, and needs no closing: it
// ends with its store.
type Ledger struct{ engine engine }

type engine interface {
	add(ctx context.Context, events []window.Event) ([]window.Outcome, error)
	closeDue(ctx context.Context) (int, error)
	windows(ctx context.Context, from, to time.Time) ([]window.Window, error)
	oldest(ctx context.Context, s window.Status, limit int) ([]window.Window, error)
	waiting(ctx context.Context) (int, error)
	mark(ctx context.Context, w window.Window) error
	hours(ctx context.Context, from, to time.Time) ([]window.Hour, error)
	warning(ctx context.Context) (string, error)
}

// Open returns the ledger in s, or ErrUnsuitable. It does not connect.
func Open(s store.Store, c Config) (*Ledger, error) {
	if c.Keep == 0 {
		c.Keep = defaultKeep
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	err := c.Rules.Validate()
	if least := 2*window.MaxAge + c.Rules.Length + c.Rules.Grace; c.Keep < least {
		err = errors.Join(err, fmt.Errorf("windows are kept for %v, want at least %v", c.Keep, least))
	}
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	if r, ok := store.RemoteOf(s); ok {
		return &Ledger{newRemote(r, s, c)}, nil
	}
	f, err := store.FileOf(s)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", ErrUnsuitable)
	}
	return &Ledger{newEmbedded(f, c)}, nil
}

// Add takes events that come now, all or, where it returns an error, none. After an
// error of the connection they may have been taken all the same: add them again.
// Each event has its outcome, in their order. Events that are Ahead or Old are
// refused by the store's clock, and those of a window that is Damaged keep no other
// from being counted.
func (l *Ledger) Add(ctx context.Context, events []window.Event) ([]window.Outcome, error) {
	for i, e := range events {
		if err := check(e); err != nil {
			return nil, fmt.Errorf("add OTP events: event %d: %w", i, err)
		}
	}
	if len(events) == 0 {
		return nil, ctx.Err()
	}
	outcomes, err := l.engine.add(ctx, events)
	if err != nil {
		return nil, fmt.Errorf("add %d OTP events: %w", len(events), err)
	}
	return outcomes, nil
}

// maxPrefix is longer than any number.
const maxPrefix = 20

// check refuses what callers have to refuse before, with a better word to who sent it.
func check(e window.Event) error {
	letters := strings.Trim(e.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	switch {
	case e.ID == "":
		return errors.New("no id")
	case e.Kind != window.OTPRequested && e.Kind != window.OTPVerified:
		return fmt.Errorf("the kind %d", e.Kind)
	case !letters || len(e.Country) != 0 && len(e.Country) != 2:
		return errors.New("the country is not two capital letters")
	case len(e.Prefix) > maxPrefix:
		return errors.New("the prefix is longer than a number")
	}
	return nil
}

// CloseDue closes the windows whose time has come, oldest first, adds them to the
// hourly counters, and drops some of what has expired. Any number of instances may
// call it at any time. It returns how many it has closed, also with an error.
func (l *Ledger) CloseDue(ctx context.Context) (closed int, err error) {
	closed, err = l.engine.closeDue(ctx)
	if err != nil {
		err = fmt.Errorf("close windows: %w", err)
	}
	return closed, err
}

// Windows returns the windows that begin in [from, to), in the order of their starts.
// A window that is damaged is in the error, and keeps no other from the list.
func (l *Ledger) Windows(ctx context.Context, from, to time.Time) ([]window.Window, error) {
	found, err := l.engine.windows(ctx, from, to)
	if err != nil {
		return found, fmt.Errorf("list windows: %w", err)
	}
	return found, nil
}

// Oldest returns at most limit windows that are Waiting or Dead, in the order of
// their ends. A window that is damaged is in the error, and keeps no other from the
// list.
func (l *Ledger) Oldest(ctx context.Context, s window.Status, limit int) ([]window.Window, error) {
	if s != window.Waiting && s != window.Dead || limit < 1 {
		return nil, fmt.Errorf("list %d windows that are %s: want one at least, waiting or dead", limit, s)
	}
	found, err := l.engine.oldest(ctx, s, limit)
	if err != nil {
		return found, fmt.Errorf("list windows that are %s: %w", s, err)
	}
	return found, nil
}

// Waiting returns how many windows are Waiting, those that are damaged among them.
func (l *Ledger) Waiting(ctx context.Context) (int, error) {
	n, err := l.engine.waiting(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the windows that wait: %w", err)
	}
	return n, nil
}

// Mark writes w's Status (Waiting, Reported or Dead), ReportTime and RequestID, and
// nothing else of it. A window that was reported stays so, whatever is written.
// ErrNotClosed where it has not closed.
func (l *Ledger) Mark(ctx context.Context, w window.Window) error {
	switch w.Status {
	case window.Waiting, window.Reported, window.Dead:
	case window.Open, window.Closing:
		return fmt.Errorf("mark a window as %s: %w", w.Status, ErrNotClosed)
	default:
		return fmt.Errorf("mark a window as %q: no such status", w.Status)
	}
	if err := l.engine.mark(ctx, w); err != nil {
		return fmt.Errorf("mark the window of %s as %s: %w", w.End.UTC().Format(time.RFC3339), w.Status, err)
	}
	return nil
}

// Hours returns the counters of the hours that begin in [from, to), of the last 28
// days, in their order. A window is in them, by its start, once it has closed. An hour
// that is damaged is in the error, and keeps no other from the list.
func (l *Ledger) Hours(ctx context.Context, from, to time.Time) ([]window.Hour, error) {
	found, err := l.engine.hours(ctx, from, to)
	if err != nil {
		return found, fmt.Errorf("list hourly counters: %w", err)
	}
	return found, nil
}

// Warning says what endangers what is kept, "" for nothing: a Redis that may evict
// it. [store.Store.Check] reports whether it can be used at all.
func (l *Ledger) Warning(ctx context.Context) (string, error) {
	text, err := l.engine.warning(ctx)
	if err != nil {
		return "", fmt.Errorf("look at the store of OTP events: %w", err)
	}
	return text, nil
}
