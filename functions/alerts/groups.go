package alerts

import (
	"context"
	"log/slog"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// grouping reports whether cards with one cause are one incident. Where the sweep does not
// list the whole account nobody knows how many cards a group has.
func (r *run) grouping() bool {
	return r.config.Rules.Grouping().On() && len(r.config.Watch) == 0 && r.config.Filters == fleet.Filters{}
}

// grouped counts a card in its groups, and has what a group may explain wait for the end of
// the sweep: evaluations of cards that receivers do not know of are suppressed until then.
func (r *run) grouped(o rule.Observation, evaluations []rule.Evaluation, now time.Time) []rule.Evaluation {
	if o.Subject.Kind != incident.Card || !r.grouping() {
		return evaluations
	}
	for at := range evaluations {
		switch e := &evaluations[at]; {
		case !rule.FormsGroups(e.Key.Rule):
		case e.Status == incident.Clear && o.InUse():
			r.state.groups.well(e.Details, e.Key.Rule)
		case e.Status == incident.Breached:
			r.inhibit(e, now)
		}
	}
	return evaluations
}

// inhibit suppresses a breached evaluation that a group explains, or may explain. A silence
// and other rules come first, a mute time after it.
func (r *run) inhibit(e *rule.Evaluation, now time.Time) {
	past := r.ledger.records[e.Key]
	if past.Notified.Open || e.Suppressed.By == incident.BySilence || e.Suppressed.By == incident.ByInhibition {
		return
	}
	i := rule.Incident{Key: e.Key, Severity: e.Severity, Details: e.Details, Opened: now, Suppressed: past.Suppressed}
	if past.Phase == incident.PhaseOpen {
		i.Opened = past.Opened
	}
	if g, ok := r.ledger.explains(i); ok {
		e.Suppressed = rule.InhibitedBy(g)
	} else if r.undecided(i, now) {
		e.Suppressed = incident.Suppression{By: incident.ByInhibition, Name: rule.Undecided}
	}
}

// undecided reports whether the end of the sweep under way may find a group for a card.
// The sweep may never end, and the clock may step: a card waits for at most twice the time
// between sweeps, in either direction of the clock.
func (r *run) undecided(i rule.Incident, now time.Time) bool {
	return r.counted() && now.Sub(i.Opened).Abs() < 2*r.config.Every
}

// counted reports whether the sweep under way was counted from its beginning.
func (r *run) counted() bool { return r.state.groups.current.Sweep == r.state.sweep.Checkpoint.Sweep }

// decideGroups says at the end of a sweep which groups are incidents, and what becomes of
// the cards: the group explains them, or receivers are notified of each.
func (r *run) decideGroups(ctx context.Context, now time.Time) error {
	if !r.grouping() {
		return nil
	}
	whole := r.counted() && r.state.sweep.Checkpoint.IsWhole()
	totals := make(rule.GroupCounts)
	for _, of := range rule.GroupRules() {
		if err := r.decideBreach(of, whole, totals, now); err != nil {
			return err
		}
	}
	if n := r.state.groups.current.LeftOut; n > 0 {
		r.config.Logger.LogAttrs(ctx, slog.LevelWarn, "there are too many groups of cards",
			slog.Int("left_out", n), slog.Int("counted", len(r.state.groups.current.Well)))
	}
	if whole {
		r.state.groups.last = groupTotals{r.state.groups.current.Sweep, totals.AtLeast(r.config.Rules.Grouping().Least)}
	}
	r.state.groups.current = groupSweep{}
	return r.settleCards(func(rule.Incident) bool { return false }, now)
}

// decideBreach advances the groups of one rule. Where the sweep is not whole none is
// formed, and those that are open are judged by the last one that was.
func (r *run) decideBreach(of string, whole bool, totals rule.GroupCounts, now time.Time) error {
	last := r.state.groups.last.Cards
	well := r.state.groups.current.Well
	b := rule.NewBreach(of, well, last, r.members(of, now))
	open := r.ledger.openGroups(of)
	if whole {
		totals.AddTotals(b)
		isOpen := func(g rule.GroupID) bool { return r.ledger.groups[rule.GroupKey(g, of)] }
		open = append(open, r.config.Rules.Grouping().Form(b, isOpen)...)
	}
	for _, id := range open {
		o := b.Observe(id, r.ledger.began(rule.GroupKey(id, of)))
		if !whole { // What is well was not counted. A total of 0 would say that it has no cards.
			o.Total = max(last.Of(id, of), o.Cards, 1)
		}
		if err := r.advanceGroup(o, now); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) advanceGroup(o rule.GroupObservation, now time.Time) error {
	past := r.ledger.records[rule.GroupKey(o.Group, o.Of)]
	return r.advance([]rule.Evaluation{r.config.Rules.EvaluateGroup(o, past, now)}, now)
}

// members are the cards with an open incident of a rule. Fresh are those since the sweep
// before the last one began, and those that wait for a group.
func (r *run) members(of string, now time.Time) []rule.Member {
	since := r.state.health.Finished.Add(-r.state.health.Took)
	var members []rule.Member
	for key, i := range r.ledger.records {
		if key.Rule != of || key.Subject.Kind != incident.Card || i.Phase != incident.PhaseOpen {
			continue
		}
		m := rule.Member{
			Card: key.Subject.ID, Groups: rule.GroupsOf(i.Details), Severity: i.Severity, Opened: i.Opened, Standing: rule.Old,
		}
		switch by := i.Suppressed.By; {
		case rule.ByGroup(i.Suppressed):
			m.Standing = rule.Fresh
		case by == incident.BySilence, by == incident.ByInhibition:
			m.Standing = rule.Apart
		case !i.Opened.After(since), i.Opened.After(now): // or the clock has stepped back since
		case i.Notified.Open:
			m.Standing = rule.Known
		default:
			m.Standing = rule.Fresh
		}
		members = append(members, m)
	}
	return members
}

// settleGroups makes sure at the end of each run that no card waits in vain: for the end of
// a sweep that takes too long, or is not counted; for a group that the rest of the sweep
// cannot find; or for one that is not open any more.
func (r *run) settleGroups(now time.Time) error {
	if err := r.advance(r.ledger.strayGroups(), now); err != nil {
		return err
	}
	if r.grouping() {
		return r.settleCards(func(i rule.Incident) bool {
			return r.undecided(i, now) && r.state.groups.may(i.Details, i.Key.Rule, r.config.Rules.Grouping())
		}, now)
	}
	r.state.groups.current = groupSweep{} // what this run has seen was not counted
	for _, of := range rule.GroupRules() {
		for _, id := range r.ledger.openGroups(of) {
			if err := r.advanceGroup(rule.GroupObservation{Group: id, Of: of}, now); err != nil {
				return err
			}
		}
	}
	return r.settleCards(func(rule.Incident) bool { return false }, now)
}

// settleCards goes through the cards that wait for a group, or that one explains, and
// decides again what suppresses each. An open group comes first. Without one, a card
// that waits goes on waiting as long as wait says so; for all others only silences and
// mute times count. Where none of these suppresses it, receivers are notified of the card
// itself.
func (r *run) settleCards(wait func(rule.Incident) bool, now time.Time) error {
	for _, key := range r.ledger.inhibited() {
		i := r.ledger.records[key]
		s := i.Suppressed
		if g, ok := r.ledger.explains(i); ok {
			s = rule.InhibitedBy(g)
		} else if s.Name != rule.Undecided || !wait(i) {
			s = r.suppression(i, now)
		}
		changes, err := r.ledger.suppress(key, s, now)
		r.change(changes)
		if err != nil {
			return err
		}
	}
	return nil
}

// suppression is what keeps an incident that no group explains from being notified.
func (r *run) suppression(i rule.Incident, now time.Time) incident.Suppression {
	alone := []rule.Evaluation{{Key: i.Key, Suppressed: r.config.Rules.Suppression(i, now)}}
	r.silenced.Suppress(alone, now)
	return alone[0].Suppressed
}
