package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

const (
	// maxRecent is how many of the last cards a checkpoint has, so that cards that
	// are listed again by the next run are not counted again.
	maxRecent = 4 * linkcard.MaxPageSize
)

// collect takes pages in their order, as they are complete. After one for which the
// time ran out none is folded, so that the next run goes on there; what their lookups
// have said is kept all the same.
func (r *run) collect(ctx context.Context, pages <-chan *page, stop func()) error {
	late := false
	for {
		p, ok := await(r, pages)
		if !ok || r.parts.left {
			break
		}
		if await(r, p.done); r.parts.left {
			break
		}
		if late = late || p.late(); !late {
			r.admit(p)
			continue
		}
		stop()
		r.over.Store(true)
		r.keepLookups(p)
	}
	r.release()
	if late && errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("the scan was interrupted: %w", ctx.Err())
	}
	if late {
		return fmt.Errorf("the time ran out: %w", cmp.Or(ctx.Err(), context.DeadlineExceeded))
	}
	return nil
}

// emit hands out what was found since the last part.
func (r *run) emit() {
	list, flow, pool := r.calls.take()
	c := &r.at.Counts
	c.ListCalls, c.FlowCalls, c.PoolCalls = c.ListCalls+list, c.FlowCalls+flow, c.PoolCalls+pool
	r.parts.due = r.parts.due || list+flow+pool > 0
	r.parts.emit(r.at)
}

// fold adds a complete page to the part and to the checkpoint.
func (r *run) fold(p *page) {
	strange := !p.single && r.at.isStrange()
	for _, i := range p.items {
		if strange {
			i.result = r.withheld(i.result)
		}
		r.foldItem(i.result, p.single)
	}
	r.keepLookups(p)
	if !p.single {
		foldListing(&r.at, p)
		if p.ends {
			r.endListing()
		}
	}
	r.folded++
	r.parts.due = true
	if r.parts.pages++; r.parts.pages >= maxPart {
		r.emit()
	}
}

func (r *run) foldItem(i result, single bool) {
	count(&r.at.Counts, i)
	if i.found {
		r.at.Found++
	}
	if i.forget {
		r.parts.next.Forget = append(r.parts.next.Forget, card.ICCID(i.observation.Subject.ID))
	}
	for _, o := range append(i.more, i.observation) {
		_, open := r.known.Open[o.Subject]
		_, kept := r.known.Lookups[card.ICCID(o.Subject.ID)]
		if single || open || kept || o.Subject.Kind == incident.Pool {
			r.parts.next.Seen = append(r.parts.next.Seen, markOf(o.Subject))
		}
		if single {
			r.listed[markOf(o.Subject)] = 1 // the lister is done
		}
	}
	r.parts.next.Observations = append(r.parts.next.Observations, i.more...)
	if !i.unknown {
		r.parts.next.Observations = append(r.parts.next.Observations, r.remembered(i.observation))
	}
}

// remembered completes what cannot be read of a card by what its incidents say of it, so
// that it has the rules and the silences that it had.
func (r *run) remembered(o rule.Observation) rule.Observation {
	before := r.known.Open[o.Subject]
	if o.TagsUnknown && len(before.Tags) > 0 {
		o.Tags, o.TagsUnknown = before.Tags, false
	}
	o.Package = cmp.Or(o.Package, before.Package)
	return o
}

// keepLookups keeps what the lookups of a page have said.
func (r *run) keepLookups(p *page) {
	for _, i := range p.items {
		if i.lookup == nil {
			continue
		}
		if r.parts.next.Lookups == nil {
			r.parts.next.Lookups = make(map[card.ICCID]Lookup)
		}
		r.parts.next.Lookups[card.ICCID(i.observation.Subject.ID)] = *i.lookup
	}
}

// count adds what is known of a subject.
func count(c *Counts, i result) {
	switch {
	case i.counts && i.observation.Unreadable != "":
		if i.observation.Common {
			add(&c.Common, i.observation.Unreadable, 1)
		}
		fail(c, 1, i.observation.Unreadable)
	case i.counts:
		c.Checked++
	}
	if used, known := i.used.Bytes(); known {
		c.Used += used
	}
	c.Oldest = earlier(c.Oldest, i.observation.Refreshed)
	if i.due {
		c.Lookups++
	}
	if i.cause == "" {
		return
	}
	c.LookupsFailed++
	if i.denied {
		c.Denied++
	}
	add(&c.Causes, i.cause, 1)
}

func foldListing(c *Checkpoint, p *page) {
	c.Page, c.Total, c.Stuck = p.next, p.total, 0
	c.Here, c.Again, c.Read = c.Here+len(p.here), c.Again+p.again, c.Read+len(p.here)-p.again
	c.Repeats = p.repeats(c.Repeats)
	c.Recent = slices.Concat(c.Recent, p.here)
	c.Recent = c.Recent[max(0, len(c.Recent)-maxRecent):]
	for _, mark := range p.here {
		c.Sample = sketch(c.Sample, mark)
	}
	for _, gap := range p.gaps {
		lose(c, gap)
	}
}
