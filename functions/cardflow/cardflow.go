// Package cardflow answers over HTTP how much data a card has used and what is
// left of its packages.
package cardflow

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/cardflow/lookup"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/metric"
	"signalbox/shared/web"
)

// Source is what cardflow asks Alibaba.
type Source = lookup.Source

// Lister is what it asks beside it: what only the listing tells.
type Lister = lookup.Lister

var (
	_ Source = (*linkcard.Client)(nil)
	_ Lister = (*linkcard.Client)(nil)
)

// Config is what the function is made of. Source, Guard, Zone and Logger are required.
type Config struct {
	Source    Source
	Lister    Lister         // nil: what the listing tells is unknown
	Guard     web.Guard      // who may ask
	PageGuard web.Guard      // who may look at pages, beside those who come by a link. Nil: as Guard
	Links     cardlink.Links // to pages. Zero: there are none
	Origins   []string       // whose scripts may call from a browser. None: no other's than our own
	Zone      *time.Location // of the times in Alibaba's answers
	Logger    *slog.Logger
	// Meter counts lookups. Nil: they are not counted.
	Meter *metric.Meter
	// Timeout bounds one lookup, all attempts included. Zero: 20 s.
	Timeout time.Duration
	// TTL is how long answers are kept. Zero: not at all.
	TTL time.Duration
	// Stale is how old an answer may be that is given while Alibaba cannot be asked.
	Stale time.Duration
	// Redis keeps answers for all instances. Nil: each keeps its own.
	Redis redis.UniversalClient
	// Account names the main account, so that two can use one Redis.
	Account string
}

// server answers requests.
type server struct {
	Config
	lookups *lookup.Lookups
}

// New returns the function as an http.Handler.
func New(c Config) http.Handler {
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	if c.PageGuard == nil {
		c.PageGuard = c.Guard
	}
	s := &server{Config: c, lookups: lookup.New(lookup.Config{
		Source: c.Source, Lister: c.Lister, Zone: c.Zone, PageURL: c.pageURL, TTL: c.TTL, Stale: c.Stale,
		Timeout: c.Timeout, Redis: c.Redis, Account: c.Account, Logger: c.Logger, Meter: c.Meter,
	})}
	mux := web.NewMux(c.Logger)
	mux.AllowOrigins(c.Origins)
	mux.HandleFunc("GET /cards/{iccid}/flow", c.Guard(s.handleFlow))
	mux.HandleFunc("POST /cards/flow", c.Guard(s.handleBatch))
	s.addPages(mux)
	return mux
}

// pageURL is the signed address of a card's page, or "" where there are none.
func (c Config) pageURL(id card.ICCID) string { return c.Links.To(id, time.Now()) }
