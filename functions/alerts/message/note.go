package message

import (
	"encoding/json"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/words"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// act are the texts of what people do about incidents.
func (w Writer) act() *words.Act { return &w.Style.words().Act }

func (w Writer) comma() string { return w.Style.words().Punctuation.Comma }

// known is a sign for what somebody knows of.
const knownIcon = "☑️"

// Note says in a thread who did what, and when. The body is an [action.Record].
func (w Writer) Note(body json.RawMessage) slack.Message {
	var r action.Record
	if err := json.Unmarshal(body, &r); err != nil {
		return slack.Message{Text: knownIcon}
	}
	return slack.Message{Text: knownIcon + " " + slack.Escape(w.said(r))}
}

// said is what a record says, in one line.
func (w Writer) said(r action.Record) string {
	said, who, when := w.act(), w.Style.Who(r.By.Name), w.Style.clock(r.At)
	var text string
	switch r.Verb {
	case action.Acknowledge:
		text = said.SaidAcknowledged(who, r.Count, when)
	case action.Silence:
		text = said.SaidSilenced(who, r.Count, w.Style.clock(r.Until), when)
	default:
		text = said.SaidUndone(who, r.Count, when)
	}
	switch r.Origin {
	case action.Command:
		text += said.Command
	case action.Link, action.Token:
		text += said.ByLink
	case action.Button:
	}
	return text + w.subjects(r)
}

// maxSubjects is how many subjects a note names.
const maxSubjects = 5

func (w Writer) subjects(r action.Record) string {
	var names []string
	seen := make(map[incident.Subject]bool)
	for _, target := range r.On {
		if seen[target.Key.Subject] || target.Key.Subject.ID == target.Key.Rule {
			continue
		}
		seen[target.Key.Subject] = true
		if len(names) < maxSubjects {
			names = append(names, clean(w.Style.subject(target.Key.Subject), maxCell))
		}
	}
	if len(names) == 0 {
		return ""
	}
	text := w.act().OfCards(joined(w.comma(), names...))
	if more := r.Count - len(names); more > 0 && len(seen) > len(names) {
		text += w.act().And(more)
	}
	return text
}

// Actor is as much of a name as is kept of who does something, on one line.
func Actor(name string) string { return clean(name, maxActor) }
