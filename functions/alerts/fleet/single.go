package fleet

import (
	"context"
	"slices"
	"strings"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// singlePage is how many subjects that are asked for one by one count as a page.
const singlePage = 20

// single asks one by one for the watched cards, and for the cards and pools with
// an incident that the listing did not have.
func (r *run) single(ctx context.Context) error {
	pages := make(chan *page)
	subjects := r.unseen()
	r.all.Go(func() {
		defer close(pages)
		for chunk := range slices.Chunk(subjects, singlePage) {
			p := &page{single: true}
			for _, s := range chunk {
				p.items = append(p.items, r.singleItem(s))
			}
			select {
			case pages <- p:
			case <-r.quit:
				return
			}
		}
	})
	return r.collect(ctx, r.dispatch(ctx, pages), func() {})
}

// unseen returns what this sweep has not observed yet, in a fixed order.
func (r *run) unseen() []incident.Subject {
	subjects := make(map[incident.Subject]bool)
	for s := range r.known.Open {
		subjects[s] = s.Kind == incident.Card || s.Kind == incident.Pool && r.config.Pools != nil
	}
	for id := range r.watched {
		subjects[incident.Subject{Kind: incident.Card, ID: string(id)}] = true
	}
	var unseen []incident.Subject
	for s, wanted := range subjects {
		if wanted && !r.wasSeen(s) {
			unseen = append(unseen, s)
		}
	}
	slices.SortFunc(unseen, func(a, b incident.Subject) int {
		return strings.Compare(string(a.Kind)+a.ID, string(b.Kind)+b.ID)
	})
	return unseen
}

func (r *run) singleItem(s incident.Subject) item {
	if s.Kind == incident.Pool {
		if !r.claim(s.ID) {
			return item{result: result{observation: rule.Observation{Subject: s}, unknown: true}}
		}
		return r.poolItem(s.ID, false)
	}
	i := item{result: result{observation: unlisted(s)}}
	id, err := card.ParseICCID(s.ID)
	if err != nil { // no call takes such a number
		i.result = r.missing(i.result)
		return i
	}
	i.counts = r.watched[id]
	i.ask = func(ctx context.Context, res result) result { return r.find(ctx, res, id) }
	return i
}

// find asks for one card: whether the account lists it, and for its own data.
func (r *run) find(ctx context.Context, res result, id card.ICCID) result {
	info, listErr := r.relist(ctx, id)
	if outOfTime(ctx, listErr) {
		res.late = true
		return res
	}
	if info != nil {
		return r.relisted(ctx, res, *info)
	}
	res = r.lookUp(ctx, res, id, "")
	switch {
	case res.late:
	case res.forget: // no such card
		res.observation = unlisted(res.observation.Subject)
		return r.notFound(res, id, listErr)
	case res.cause != "":
		res = failed(res, "neither the listing nor a lookup has an answer for the card")
	default:
		res.found = !res.counts
	}
	return res
}

// relist returns what the listing says of one card; nil: it does not have it.
func (r *run) relist(ctx context.Context, id card.ICCID) (*listedCard, error) {
	data, err := r.calls.findListed(ctx, id)
	for _, info := range data.List {
		if err == nil && cleanID(string(info.Iccid)) == string(id) {
			return &listedCard{CardInfo: info}, nil
		}
	}
	return nil, err
}

// relisted goes on with a card that the listing has after all.
func (r *run) relisted(ctx context.Context, res result, c listedCard) result {
	i := r.listedItem(c)
	i.counts, i.found = res.counts, !res.counts
	if !res.counts {
		i.used = card.DataSize{}
	}
	if i.ask != nil {
		i.result = i.ask(ctx, i.result)
	}
	if pool := i.observation.Pool; !i.late && r.claim(pool) {
		shared := r.askPool(ctx, pool, true)
		i.late = shared.late
		i.more = append(i.more, shared.observation)
	}
	return i.result
}

// NoSuchCard is why a watched card is unreadable that neither the listing nor a lookup knows.
const NoSuchCard = "the account has no card with this ICCID"

// notFound is a card that neither the listing nor a lookup knows. A watched one
// is named by the configuration and cannot be missing from it.
func (r *run) notFound(res result, id card.ICCID, listErr error) result {
	switch {
	case r.watched[id]:
		return failed(res, NoSuchCard)
	case listErr != nil:
		res.unknown = true
		return res
	default:
		return r.missing(res)
	}
}

// missing is a subject that the account does not have any more, unless the
// listing is not believed.
func (r *run) missing(res result) result {
	if res.unknown = r.at.Distrust != ""; !res.unknown {
		res.observation.Missing, res.observation.Sweep = true, r.at.Sweep
	}
	return res
}

// failed is a card of which nothing is known. Only where the configuration names it is
// that to be evaluated: an incident of another stays as it was.
func failed(res result, why string) result {
	res.observation.Unreadable, res.unknown = why, !res.counts
	return res
}
