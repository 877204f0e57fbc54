package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

const (
	// partTime is how much work one part covers, and maxPart how many pages at the
	// most.
	partTime = 10 * time.Second
	maxPart  = 250
	// maxRecent is how many of the last cards a checkpoint has, so that cards that
	// are listed again by the next run are not counted again.
	maxRecent = 4 * linkcard.MaxPageSize
)

// collect takes pages in their order. After one that is late the others are late
// too; what their lookups have said is kept all the same.
func (r *run) collect(ctx context.Context, pages <-chan *page, stop func()) error {
	late := false
	for {
		p, ok := await(r, pages)
		if !ok || r.left {
			break
		}
		if await(r, p.done); r.left {
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
	if late {
		return fmt.Errorf("the time ran out: %w", cmp.Or(ctx.Err(), context.DeadlineExceeded))
	}
	return nil
}

// await receives from a channel, and hands out the part that is due meanwhile.
func await[T any](r *run, from <-chan T) (T, bool) {
	for {
		select {
		case got, ok := <-from:
			return got, ok
		case <-r.timer.C:
			r.release()
			r.emit()
		}
	}
}

// emit hands out what has been found since the last part.
func (r *run) emit() {
	r.timer.Reset(partTime)
	c := &r.at.Counts
	list, flow, pool := int(r.calls.list.Swap(0)), int(r.calls.flow.Swap(0)), int(r.calls.pool.Swap(0))
	c.ListCalls, c.FlowCalls, c.PoolCalls = c.ListCalls+list, c.FlowCalls+flow, c.PoolCalls+pool
	if r.left || r.pages+list+flow+pool == 0 {
		return
	}
	part := r.part
	part.Checkpoint = r.at
	part.Checkpoint.Counts = c.clone()
	r.part, r.pages = Part{}, 0
	r.left = !r.yield(part, nil)
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
	if r.pages++; r.pages >= maxPart {
		r.emit()
	}
}

func (r *run) foldItem(i result, single bool) {
	count(&r.at.Counts, i)
	if i.found {
		r.at.Found++
	}
	if i.forget {
		r.part.Forget = append(r.part.Forget, card.ICCID(i.observation.Subject.ID))
	}
	for _, o := range append(i.more, i.observation) {
		_, open := r.known.Open[o.Subject]
		_, kept := r.known.Lookups[card.ICCID(o.Subject.ID)]
		if single || open || kept || o.Subject.Kind == incident.Pool {
			r.part.Seen = append(r.part.Seen, markOf(o.Subject))
		}
		if single {
			r.listed[markOf(o.Subject)] = 1 // the lister is done
		}
	}
	r.part.Observations = append(r.part.Observations, i.more...)
	if !i.unknown {
		r.part.Observations = append(r.part.Observations, i.observation)
	}
}

// keepLookups keeps what the lookups of a page have said.
func (r *run) keepLookups(p *page) {
	for _, i := range p.items {
		if i.lookup == nil {
			continue
		}
		if r.part.Lookups == nil {
			r.part.Lookups = make(map[card.ICCID]Lookup)
		}
		r.part.Lookups[card.ICCID(i.observation.Subject.ID)] = *i.lookup
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
	c.Recent = slices.Concat(c.Recent, p.here)
	c.Recent = c.Recent[max(0, len(c.Recent)-maxRecent):]
	for _, mark := range p.here {
		c.Sample = sketch(c.Sample, mark)
	}
	for _, gap := range p.gaps {
		lose(c, gap)
	}
}
