package fleet_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/incident"
)

// panicky panics over one card.
type panicky struct{ usage }

func (p panicky) NeedsLookup(o rule.Observation, now time.Time) bool {
	if o.Subject == cardOf(7) {
		panic("over a card of the listing")
	}
	return p.usage.NeedsLookup(o, now)
}

// TestPanicsCostOneCard has a panic over a page, a card of the listing, a lookup, a
// pool and a card that is asked for by itself: each costs what it is over, and the
// first is logged.
func TestPanicsCostOneCard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newPooled(400)
		a.cards[0].PeriodAddFlow, a.cards[0].PeriodRestFlow = "90MB", "10MB"
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
			if first := (r.PageNo - 1) * r.PageSize; r.ICCID == "" && first <= 125 && 125 < first+r.PageSize {
				panic("over a page")
			}
			if string(r.ICCID) == iccid(900) {
				panic("over a card asked for by itself")
			}
			return nil
		}
		a.onFlow = func(int, string) error { panic("over a lookup") }
		a.onPool = func(string) error { panic("over a pool") }
		var log bytes.Buffer
		c := newCaller(a, func(config *fleet.Config) {
			config.Rules, config.Logger = panicky{}, slog.New(slog.NewJSONHandler(&log, nil))
		})
		c.known.Open[cardOf(900)] = openSince
		c.sweep(t)
		check(t, c, 400-10-2, 10+2)
		for _, s := range []incident.Subject{cardOf(0), cardOf(7), cardOf(900), poolOf("P")} {
			if o := c.observations[s]; o.Unreadable != "Signalbox itself failed over it, see the log" {
				t.Errorf("observation of %s = %+v, want it unreadable", s.Kind, o)
			}
		}
		if why, of := c.at.Counts.Why(); of != 10 || why != "a page of the listing was not answered: Signalbox itself failed over it, see the log" {
			t.Errorf("%d cards failed because %q, want the ten of the page", of, why)
		}
		if n := strings.Count(log.String(), "panic_test.go"); n < 1 || strings.Count(log.String(), "panicked") != 1 {
			t.Errorf("want one panic in the log, with its stack:\n%s", log.String())
		}
	})
}

// panickyHandler panics over a record of the log that the lister writes.
type panickyHandler struct{ slog.Handler }

func (h panickyHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "a part of the listing was not read" {
		panic("over a record of the log")
	}
	return h.Handler.Handle(ctx, r)
}

// TestPanicOfTheLister has what reads the listing panic itself, again and again over one
// page: each run says so and keeps what was read before, and the third goes on without
// that page and the two after it.
func TestPanicOfTheLister(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(400, 0)
		a.onList = broken(125) // which is to be logged
		var log bytes.Buffer
		c := newCaller(a, func(config *fleet.Config) {
			config.Logger = slog.New(panickyHandler{slog.NewJSONHandler(&log, nil)})
		})
		for run := 1; run <= 3; run++ {
			log.Reset()
			if err := c.run(t.Context(), t); err == nil || !strings.Contains(err.Error(), "Signalbox itself failed over it") {
				t.Errorf("run %d = %v, want the panic", run, err)
			}
			if n := strings.Count(log.String(), "panicked"); n != 1 || len(c.observations) != 120 {
				t.Errorf("run %d: %d panics in the log and %d cards observed, want one and 120:\n%s", run, n, len(c.observations), log.String())
			}
		}
		if err := c.run(t.Context(), t); err != nil {
			t.Errorf("run 4 = %v, want the sweep finished", err)
		}
		check(t, c, 280, 120)
		if why, of := c.at.Counts.Why(); of != 120 || why != "a page of the listing was not answered: Signalbox itself failed over it, see the log" {
			t.Errorf("%d cards failed because %q, want 120 for the panic", of, why)
		}
	})
}
