package fleet

import (
	"context"
	"maps"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// dispatch makes observations of the cards of each page, and has those looked up
// that need it. It hands the pages on in their order, complete or not.
func (r *run) dispatch(ctx context.Context, pages <-chan *page) <-chan *page {
	out := make(chan *page, buffered)
	odd := oddities{cards: r.at.Read, whys: maps.Clone(r.at.Counts.Unchecked)}
	r.all.Go(func() {
		defer close(out)
		for p := range pages {
			r.prepare(ctx, p)
			odd.mark(p)
			r.start(ctx, p)
			select {
			case out <- p:
			case <-r.quit:
				return
			}
		}
	})
	return out
}

// prepare makes the items of a page of the listing.
func (r *run) prepare(ctx context.Context, p *page) {
	for _, c := range p.cards {
		i := item{result: result{observation: unlisted(subjectOf(c)), counts: true}}
		if err := r.guard(ctx, func() { i = r.listedItem(c) }); err != nil {
			i.unreadable(err.Error())
		}
		p.items = append(p.items, i)
		if pool := i.observation.Pool; r.claim(pool) {
			p.items = append(p.items, r.poolItem(pool, true))
		}
	}
	p.cards = nil
}

// start asks for what the items of a page lack.
func (r *run) start(ctx context.Context, p *page) {
	p.done = make(chan struct{})
	p.pending.Store(1)
	for n := range p.items {
		i := &p.items[n]
		if i.ask == nil {
			continue
		}
		p.pending.Add(1)
		r.tasks.Go(func() error {
			defer p.finish()
			if i.late = r.over.Load() || ctx.Err() != nil; !i.late {
				if err := r.guard(ctx, func() { i.result = i.ask(ctx, i.result) }); err != nil {
					i.unreadable(err.Error())
				}
			}
			if i.late {
				r.over.Store(true)
			}
			return nil
		})
	}
	p.finish()
}

// listedItem is what the listing says of a card, and what is to be asked for.
func (r *run) listedItem(c listedCard) item {
	o := r.observe(c)
	i := item{result: result{observation: o, counts: true, used: o.Used}}
	id, err := card.ParseICCID(o.Subject.ID)
	if err != nil {
		return i
	}
	last, known := r.known.Lookups[id]
	fingerprint := printOf(c.CardInfo, o)
	if known && last.isCurrent(fingerprint, o, r.now) {
		i.observation = last.confirm(o)
		return i
	}
	if !r.needsLookup(o) {
		i.forget = known
		return i
	}
	i.observation.Package, i.observation.LookedUpAt = last.Package, last.At
	if known && !r.needsLookup(i.observation) {
		return i // what is known is enough for the rules
	}
	i.ask = func(ctx context.Context, res result) result { return r.lookUp(ctx, res, id, fingerprint) }
	return i
}

// needsLookup reports whether a listed card is worth a call of its own, for a rule
// or for one of its incidents.
func (r *run) needsLookup(o rule.Observation) bool {
	return r.config.Rules.NeedsLookup(o, r.now) || r.known.Open[o.Subject].Lookup
}

// lookUp asks for a card's own data. Where that cannot be had, the listing alone
// speaks. A card that is not listed has no fingerprint.
func (r *run) lookUp(ctx context.Context, res result, id card.ICCID, fingerprint string) result {
	res.due = true
	answer, err := r.calls.lookUp(ctx, id)
	switch {
	case outOfTime(ctx, err):
		res.late = true
	case err != nil && kindOf(err) == aliyun.NotFound:
		if res.forget = fingerprint == "" || res.observation.Destroyed(); !res.forget {
			res.unreadable("the account lists the card, but says that it does not exist")
		}
	case err != nil:
		res.observation.Lookup, res.observation.LookedUpAt = rule.LookupFailed, r.now
		res.cause, res.denied = aliyun.Cause(err), denied(err)
	default:
		r.add(&res, answer, fingerprint)
	}
	return res
}

// add adds the answer of a lookup. One in which something is missing or odd is
// not kept: the next one may be whole.
func (r *run) add(res *result, answer linkcard.GetCardFlowInfoResponse, fingerprint string) {
	cutFlow(&answer.Data)
	l := r.lookupOf(answer, fingerprint, res.observation)
	res.observation = l.confirm(res.observation)
	if why := oddPackage(answer.Data, r.config.Zone); why != "" {
		res.unreadable(why)
		return
	}
	if res.observation.Lookup == rule.LookedUp && len(answer.Data.Garbled) == 0 && fingerprint != "" {
		res.lookup = &l
	}
}

// claim reports whether a pool is to be asked for: it is once a sweep.
func (r *run) claim(credential string) bool {
	if credential == "" || r.config.Pools == nil || r.seen[markOf(poolSubject(credential))] {
		return false
	}
	_, asked := r.pools.LoadOrStore(credential, true)
	return !asked
}

func poolSubject(credential string) incident.Subject {
	return incident.Subject{Kind: incident.Pool, ID: credential}
}
