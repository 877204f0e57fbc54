package action

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// The collections.
const (
	actions      = "actions"      // by the id of the request: [Record]
	acknowledged = "acknowledged" // by the id of the incident: acknowledgement
	silences     = "silences"     // by what is silenced, as a key of an incident: silence
	incidents    = "incidents"    // which a run alone writes
)

// acknowledgement is one incident's.
type acknowledgement struct {
	Key    incident.Key   `json:"key"`
	By     Actor          `json:"by"`
	Origin Origin         `json:"origin"`
	At     time.Time      `json:"at"`
	Level  incident.Level `json:"level"` // how bad it was: it counts until the incident is worse
	Action string         `json:"action"`
}

// silence is one rule's of a subject, or all rules'.
type silence struct {
	Key    incident.Key `json:"key"` // without a rule: all of the subject's
	By     Actor        `json:"by"`
	Origin Origin       `json:"origin"`
	At     time.Time    `json:"at"`
	Until  time.Time    `json:"until"`
	Action string       `json:"action"`
}

// maxAhead is by how much the clock of whoever made a silence may be ahead of ours.
const maxAhead = time.Hour

// isOn reports whether a silence counts at now. One from the future was made by a clock
// that was wrong, or ours is: what is not certain suppresses nothing.
func (s silence) isOn(now time.Time) bool { return !s.isOver(now) && s.At.Sub(now) < maxAhead }

// isOver reports whether a silence has ended, whenever it was made.
func (s silence) isOver(now time.Time) bool { return !now.Before(s.Until) }

// Standing is what stands of all actions. It is a value: load it anew to learn of
// later ones. The zero value is that nothing stands.
type Standing struct {
	acknowledged map[string]kept[acknowledgement]
	silences     map[incident.Key]kept[silence]
	broken       []store.Record // that nobody can read
	file         func(rule.Incident, time.Time) (rule.Silence, bool)
}

// kept is a value as the store has it.
type kept[T any] struct {
	value  T
	stored store.Record
}

// Load reads what stands.
func Load(ctx context.Context, s store.Store) (Standing, error) {
	standing := Standing{
		acknowledged: make(map[string]kept[acknowledgement]), silences: make(map[incident.Key]kept[silence]),
	}
	all, err := s.List(ctx, acknowledged)
	if err != nil {
		return Standing{}, fmt.Errorf("load what is acknowledged: %w", err)
	}
	for _, r := range all {
		var a acknowledgement
		if json.Unmarshal(r.Value, &a) != nil || a.Level.Severity == "" {
			standing.broken = append(standing.broken, r)
			continue
		}
		standing.acknowledged[r.Key] = kept[acknowledgement]{a, r}
	}
	if all, err = s.List(ctx, silences); err != nil {
		return Standing{}, fmt.Errorf("load what is silenced: %w", err)
	}
	for _, r := range all {
		var one silence
		if json.Unmarshal(r.Value, &one) != nil || one.Key.String() != r.Key {
			standing.broken = append(standing.broken, r)
			continue
		}
		standing.silences[one.Key] = kept[silence]{one, r}
	}
	return standing, nil
}

// With returns s with what says of the silences of the rules file which covers an incident.
// Without, it is not known until when such a one lasts.
func (s Standing) With(file func(rule.Incident, time.Time) (rule.Silence, bool)) Standing {
	s.file = file
	return s
}

// asStored returns a record that does not stand as the store has it: nobody may be able to
// read it.
func (s Standing) asStored(r store.Record) store.Record {
	for _, broken := range s.broken {
		if r.Value == nil && broken.Collection == r.Collection && broken.Key == r.Key {
			return broken
		}
	}
	return r
}

// State is how an incident is as far as people have dealt with it.
type State string

// The states.
const (
	Open         State = "open"
	Acknowledged State = "acknowledged"
	Silenced     State = "silenced"
)

// States are all of them, in the order in which they are listed.
func States() []State { return []State{Open, Acknowledged, Silenced} }

// Status is a state, and since when and by whom it is so.
type Status struct {
	State   State
	By      string    // who acknowledged or silenced it; empty: the rules file
	Origin  Origin    // empty: the rules file
	At      time.Time // zero: the rules file
	Until   time.Time // of a silence; zero: not known, or none
	Comment string    // of the rules file's silence
	// Of one that is silenced, who has acknowledged it, too, and when. Zero: nobody has.
	AcknowledgedBy string
	AcknowledgedAt time.Time
}

// ByFile reports whether it is the rules file that silences the incident.
func (s Status) ByFile() bool { return s.State == Silenced && s.At.IsZero() }

// Undoable reports whether people have done something that they can undo.
func (s Status) Undoable() bool { return !s.At.IsZero() || !s.AcknowledgedAt.IsZero() }

// Of returns how an open incident is at now. A silence is stronger than an acknowledgement:
// one that is both is silenced. Of silences the one that lasts longest counts, and that of the
// rules file only where it lasts longer than what somebody made.
func (s Standing) Of(i rule.Incident, now time.Time) Status {
	status := s.silencedOf(i, now)
	a, ok := s.acknowledgementOf(i)
	switch {
	case !ok:
	case status.State == Silenced:
		status.AcknowledgedBy, status.AcknowledgedAt = a.By.Name, a.At
	default:
		status = Status{State: Acknowledged, By: a.By.Name, Origin: a.Origin, At: a.At}
	}
	return status
}

// silencedOf is the status of an incident but for its acknowledgement.
func (s Standing) silencedOf(i rule.Incident, now time.Time) Status {
	file, filed := s.fileSilenceOf(i, now)
	one, made := s.silenceOf(i.Key, now)
	switch {
	case made && !file.Until.After(one.Until):
		return Status{State: Silenced, By: one.By.Name, Origin: one.Origin, At: one.At, Until: one.Until}
	case filed:
		return Status{State: Silenced, Until: file.Until, Comment: file.Comment}
	}
	return Status{State: Open}
}

// fileSilenceOf returns the silence of the rules file that suppresses an incident. Its Until is
// zero where it is not known.
func (s Standing) fileSilenceOf(i rule.Incident, now time.Time) (rule.Silence, bool) {
	if i.Suppressed.By != incident.BySilence {
		return rule.Silence{}, false
	}
	if s.file != nil {
		if one, ok := s.file(i, now); ok {
			return one, true
		}
	}
	return rule.Silence{Comment: i.Suppressed.Name}, i.Suppressed.Origin == ""
}

// Level is how bad an incident was when it was acknowledged. Zero: it is not.
func (s Standing) Level(i rule.Incident) incident.Level {
	return s.acknowledged[i.ID()].value.Level
}

// Mark is the same as long as the status of an incident is. "": it is just open.
func (s Standing) Mark(i rule.Incident, now time.Time) string {
	status := s.Of(i, now)
	if status.State == Open {
		return ""
	}
	return fmt.Sprint(status.State, status.By, status.At.UnixNano(), status.Until.UnixNano(), status.AcknowledgedBy, status.AcknowledgedAt.UnixNano())
}

// Silenced are the silences that count at now, as the rules take them.
func (s Standing) Silenced(now time.Time) rule.Silenced {
	silenced := make(rule.Silenced, len(s.silences))
	for key, one := range s.silences {
		if one.value.isOn(now) {
			silenced[key] = rule.Silence{Until: one.value.Until, Comment: one.value.By.Name, Origin: string(one.value.Origin)}
		}
	}
	return silenced
}

// acknowledgementOf returns the one that counts: the incident is no worse.
func (s Standing) acknowledgementOf(i rule.Incident) (acknowledgement, bool) {
	if len(s.acknowledged) == 0 {
		return acknowledgement{}, false
	}
	a, ok := s.acknowledged[i.ID()]
	return a.value, ok && a.value.Level.Covers(i.Level())
}

// silenceOf returns the longest that covers an incident.
func (s Standing) silenceOf(key incident.Key, now time.Time) (silence, bool) {
	var longest silence
	for _, one := range s.silencesOf(key) {
		if one.value.isOn(now) && one.value.Until.After(longest.Until) {
			longest = one.value
		}
	}
	return longest, !longest.Until.IsZero()
}

// silencesOf are all that are about an incident.
func (s Standing) silencesOf(key incident.Key) []kept[silence] {
	var found []kept[silence]
	for _, by := range []incident.Key{key, {Subject: key.Subject}} {
		if one, ok := s.silences[by]; ok {
			found = append(found, one)
		}
	}
	return found
}

// Released is the record of an incident's acknowledgement, to be deleted in the batch in which
// the incident ends.
func Released(id string) store.Record { return store.Record{Collection: acknowledged, Key: id} }
