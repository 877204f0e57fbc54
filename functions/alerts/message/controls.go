package message

import (
	"slices"

	slackgo "github.com/slack-go/slack"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// maxLabel is how long a choice is, in characters: Slack takes 75.
const maxLabel = 60

// controls are what can be pressed below a status message, as far as there is room: the
// fewest are the buttons alone, which are about all that the message shows.
func (w Writer) controls(groups []notify.Group, open []rule.Incident, room int) []slackgo.Block {
	if !w.Buttons || len(open) == 0 {
		return nil
	}
	shown := groupsOf(groups)
	id := action.BlockID(shown, w.Coverage.At)
	if id == "" {
		return nil
	}
	named := w.choices(open)
	for n := len(named); n >= 0; n-- {
		block := w.controlBlock(id, len(open), named[:n], open)
		if layout.SlackSize(block) <= room {
			return []slackgo.Block{block}
		}
	}
	return nil
}

func groupsOf(groups []notify.Group) []action.Group {
	shown := make([]action.Group, len(groups))
	for i, g := range groups {
		shown[i] = action.Group(g)
	}
	return shown
}

// choices are the incidents that one may choose: those that the message names, and then
// those that somebody has dealt with.
func (w Writer) choices(open []rule.Incident) []*slackgo.OptionBlockObject {
	if len(open) == 1 {
		return nil
	}
	plain, known := w.fold(open)
	rows := append(w.openRows(plain), w.openRows(known)...)
	several := len(countGroups(open)) > 1
	named := make([]*slackgo.OptionBlockObject, min(len(rows), MaxNamed))
	for i := range named {
		label := w.Style.subject(rows[i].Key.Subject)
		if several {
			label += " · " + w.Style.title(notify.GroupOf(*rows[i].Incident))
		}
		named[i] = option(rows[i].ID(), clean(label, maxLabel))
	}
	return named
}

func (w Writer) controlBlock(id string, all int, named []*slackgo.OptionBlockObject, open []rule.Incident) *slackgo.ActionBlock {
	said := w.act()
	elements := []slackgo.BlockElement{button(action.AcknowledgeID, said.Acknowledge).WithStyle(slackgo.StylePrimary)}
	spans := make([]*slackgo.OptionBlockObject, 0, len(action.Spans()))
	for _, span := range action.Spans() {
		spans = append(spans, option(string(span), w.spanText(span)))
	}
	elements = append(elements, menu(action.SilenceID, said.Silence, spans))
	if slices.ContainsFunc(open, func(i rule.Incident) bool { return w.Standing.Of(i, w.Coverage.At).Undoable() }) {
		elements = append(elements, button(action.UndoID, said.Undo))
	}
	if len(named) > 0 {
		everything := option(action.All, said.All(all))
		which := menu(action.WhichID, said.Which, append([]*slackgo.OptionBlockObject{everything}, named...))
		elements = append(elements, which.WithInitialOption(everything))
	}
	return slackgo.NewActionBlock(id, elements...)
}

func (w Writer) spanText(s action.Span) string {
	said := w.act()
	switch s {
	case action.Hour:
		return said.Hour
	case action.Day:
		return said.Day
	case action.Renewal:
		return said.Reset
	default:
		return said.Week
	}
}

func plainText(text string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, text, false, false)
}

func button(id, label string) *slackgo.ButtonBlockElement {
	return slackgo.NewButtonBlockElement(id, id, plainText(label))
}

func option(value, label string) *slackgo.OptionBlockObject {
	return slackgo.NewOptionBlockObject(value, plainText(label), nil)
}

func menu(id, placeholder string, options []*slackgo.OptionBlockObject) *slackgo.SelectBlockElement {
	return slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, plainText(placeholder), id, options...)
}

// status lays out a status message with what can be pressed below it. The pages of
// cards have the room that is left.
func (w Writer) status(d draft, groups []notify.Group, open []rule.Incident) slack.Message {
	return layout.SlackWith(d.message(), func(room int) []slackgo.Block { return w.controls(groups, open, room) })
}

// fold parts open incidents into those that somebody should look at, and those that
// somebody knows of.
func (w Writer) fold(open []rule.Incident) (plain, known []rule.Incident) {
	for _, i := range open {
		if w.Standing.Of(i, w.Coverage.At).State == action.Open {
			plain = append(plain, i)
		} else {
			known = append(known, i)
		}
	}
	return plain, known
}

// foldLine says in one line what somebody knows of: "2 acknowledged by Ann, 1 silenced by
// Bob until 2026-11-30 08:00".
func (w Writer) foldLine(known []rule.Incident) []notify.Line {
	if len(known) == 0 {
		return nil
	}
	var tally standingTally
	for _, i := range known {
		tally.add(w.Standing.Of(i, w.Coverage.At))
	}
	return []notify.Line{{Spans: []notify.Span{{Text: tally.say(w)}}}}
}

// maxActor is how much of a name is shown, in characters.
const maxActor = 40
