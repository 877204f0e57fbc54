package action

import (
	"encoding/json"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// plan is what a request changes.
type plan struct {
	request  Request
	standing Standing
	now      time.Time

	record  Record
	facts   rule.Facts      // of the subject, as far as an open incident has them
	touched []rule.Incident // of which something changes
	before  []store.Record  // what the changes depend on
	after   []store.Record
	// replaced are the collections and keys of those: there may be 20,000.
	replaced map[[2]string]bool
	err      error
}

// newPlan decides what becomes of a request, given all open incidents. It is pure.
func newPlan(r Request, standing Standing, open []rule.Incident, now time.Time) (plan, error) {
	p := plan{request: r, standing: standing, now: now, replaced: make(map[[2]string]bool), record: Record{
		ID: r.ID, Verb: r.Verb, Span: r.Span, By: r.By, Origin: r.Origin, At: now, Subject: r.On.Subject, Outcome: Over,
	}}
	for _, i := range open {
		if r.On.covers(i) {
			p.record.Outcome = p.without()
			if f := i.Details.Facts; !f.Renews.IsZero() || !f.Expires.IsZero() {
				p.facts = f
			}
			p.add(i)
		}
	}
	if r.On.Subject != (incident.Subject{}) {
		p.addSubject()
	}
	p.conclude()
	return p, p.err
}

// without is the outcome where nothing of what is open changes.
func (p *plan) without() Outcome {
	if p.request.Verb == Undo {
		return Nothing
	}
	return Already
}

// add has the request change what stands of an open incident.
func (p *plan) add(i rule.Incident) {
	changes := len(p.after)
	switch p.request.Verb {
	case Acknowledge:
		p.acknowledge(i)
	case Silence:
		if p.request.On.Subject == (incident.Subject{}) {
			p.silence(i.Key, p.request.Span.Until(i.Details.Facts, p.now))
		}
	case Undo:
		p.undo(i)
	}
	if len(p.after) > changes {
		p.touched = append(p.touched, i)
	}
}

// addSubject silences a subject, or ends its silence, whatever is open.
func (p *plan) addSubject() {
	key, changes := incident.Key{Subject: p.request.On.Subject}, len(p.after)
	switch p.request.Verb {
	case Silence:
		p.silence(key, p.request.Span.Until(p.facts, p.now))
	case Undo:
		if one, ok := p.standing.silences[key]; ok && !one.value.isOver(p.now) {
			p.replace(one.stored, nil)
		}
	case Acknowledge:
		return
	}
	switch {
	case len(p.after) > changes:
		p.record.Outcome = Done
	case p.record.Outcome == Over:
		p.record.Outcome = p.without()
	}
}

func (p *plan) acknowledge(i rule.Incident) {
	if a, ok := p.standing.acknowledgementOf(i); ok {
		p.record.Before = a.By
		return
	}
	id := i.ID()
	old := p.standing.acknowledged[id].stored
	old.Collection, old.Key = acknowledged, id
	p.replace(old, acknowledgement{
		Key: i.Key, By: p.request.By, Origin: p.request.Origin, At: p.now, Level: i.Level(), Action: p.request.ID,
	})
}

// silence never makes a silence shorter: of two people at once the longer one counts.
func (p *plan) silence(key incident.Key, until time.Time) {
	old := p.standing.silences[key]
	if old.value.isOn(p.now) && !until.After(old.value.Until) {
		p.record.Before, p.record.Until = old.value.By, later(p.record.Until, old.value.Until)
		return
	}
	old.stored.Collection, old.stored.Key = silences, key.String()
	p.replace(old.stored, silence{
		Key: key, By: p.request.By, Origin: p.request.Origin, At: p.now, Until: until, Action: p.request.ID,
	})
	p.record.Until = later(p.record.Until, until)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (p *plan) undo(i rule.Incident) {
	if _, ok := p.standing.acknowledgementOf(i); ok {
		p.replace(p.standing.acknowledged[i.ID()].stored, nil)
	}
	for _, one := range p.standing.silencesOf(i.Key) {
		if one.value.isOver(p.now) {
			continue
		}
		if one.value.Key.Rule != "" || p.request.On.Subject == (incident.Subject{}) {
			p.replace(one.stored, nil)
		}
	}
}

// replace has a record replaced, once, which must be as it was read.
func (p *plan) replace(old store.Record, next any) {
	at := [2]string{old.Collection, old.Key}
	if p.replaced[at] {
		return
	}
	p.replaced[at] = true
	old = p.standing.asStored(old)
	r := store.Record{Collection: old.Collection, Key: old.Key}
	if next != nil {
		raw, err := json.Marshal(next)
		if err != nil {
			p.err = err
			return
		}
		r.Value = raw
	}
	p.before, p.after = append(p.before, old), append(p.after, r)
}

// conclude completes the record.
func (p *plan) conclude() {
	if len(p.after) > 0 {
		p.record.Outcome, p.record.Before = Done, Actor{}
	}
	p.record = p.record.Of(p.touched)
}
