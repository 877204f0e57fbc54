package page

import (
	"net/url"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/htmlpage"
)

// Form asks whether somebody is to acknowledge or silence an incident, or to undo that.
type Form struct {
	Verb     action.Verb
	Incident rule.Incident // zero: it is over, or was opened anew
	Status   action.Status
	Now      time.Time
	Style    message.Style
	// Result is what became of what was asked for. "": nothing was yet, and the form asks.
	Result string
	// Name is that of who asks, as far as it is known, and Request the id of what is
	// asked for.
	Name, Request string
	Query         url.Values
	Back          string // where the list is
}

// Option is one of a menu.
type Option struct{ Value, Label string }

// formRow is what is said of the incident.
type formRow struct {
	Label string
	Cell  htmlpage.Cell
}

type formView struct {
	htmlpage.Frame

	Words                         words.Act
	Heading, Result, Hint, Button string
	Rows                          []formRow
	Spans                         []Option
	Name, Request, Back           string
}

// HTML writes the form as a page.
func (f Form) HTML() ([]byte, error) {
	all := words.In(f.Style.Language)
	heading, hint := f.said(all.Act)
	view := formView{
		Frame: pages.Frame(f.Style.Language, all.Page.Words, heading), Words: all.Act, Heading: heading, Result: f.Result,
		Name: f.Name, Request: f.Request, Back: f.Back,
	}
	view.Other = htmlpage.InOther(f.Style.Language, f.Query)
	switch {
	case f.Incident.IsZero() && f.Result == "":
		view.Result = all.Act.ThisIsOver
	case !f.Incident.IsZero():
		view.Rows = f.rows(all)
		if f.Result == "" && !f.asks() {
			view.Result = all.Act.NothingToUndo
		}
	}
	if f.asks() {
		view.Hint, view.Button = hint, heading
		if f.Verb == action.Silence {
			view.Spans = f.spans(all.Act)
		}
	}
	return pages.Render("form.html", view)
}

// asks reports whether there is something to ask: not what is over or done, nor the undoing
// of what nobody did.
func (f Form) asks() bool {
	return !f.Incident.IsZero() && f.Result == "" && (f.Verb != action.Undo || f.Status.Undoable())
}

// said are the title of the form and what it does.
func (f Form) said(w words.Act) (heading, hint string) {
	switch f.Verb {
	case action.Silence:
		return w.FormSilence, w.HintSilence
	case action.Undo:
		return w.FormUndo, w.HintUndo
	default:
		return w.FormAcknowledge, w.HintAcknowledge
	}
}

func (f Form) rows(all *words.Words) []formRow {
	said := f.Style.Describe(f.Incident, f.Now)
	rows := []formRow{
		{all.Act.Subject, text(said.Subject)},
		{all.Columns.What.Title, text(said.Title)},
		{all.Act.Since, text(f.Style.Clock(f.Incident.Opened))},
	}
	if said.Details != "" {
		rows = append(rows, formRow{said.Column, text(said.Details)})
	}
	return append(rows, formRow{all.Act.State, text(f.Style.StatusText(f.Status))})
}

// spans are how long the incident may be silenced. Where nobody knows when its data resets,
// that is not offered: it would be a week.
func (f Form) spans(w words.Act) []Option {
	options := []Option{{string(action.Hour), w.Hour}, {string(action.Day), w.Day}, {string(action.Week), w.Week}}
	facts := f.Incident.Details.Facts
	reset := action.Reset(facts, f.Now)
	switch {
	case reset.IsZero():
		return options
	case reset.Equal(facts.Renews):
		return append(options, Option{string(action.Renewal), w.ResetAt(f.Style.Clock(reset))})
	default:
		return append(options, Option{string(action.Renewal), w.EndAt(f.Style.Clock(reset))})
	}
}

// Ways lead from an incident of a list to the forms for it, for whoever came as query
// says. One that somebody has acknowledged or silenced leads to what undoes that.
func Ways(w *words.Words, i Item, query url.Values) []Action {
	suffix := ""
	if encoded := query.Encode(); encoded != "" {
		suffix = "?" + encoded
	}
	to := func(verb action.Verb) string { return "incidents/" + i.ID() + "/" + string(verb) + suffix }
	acknowledge := Action{w.Act.FormAcknowledge, to(action.Acknowledge)}
	silence, undo := Action{w.Act.FormSilence, to(action.Silence)}, Action{w.Act.FormUndo, to(action.Undo)}
	var offered []Action
	if i.Standing.State != action.Acknowledged && i.Standing.AcknowledgedAt.IsZero() {
		offered = append(offered, acknowledge)
	}
	if i.Standing.State != action.Silenced {
		offered = append(offered, silence)
	}
	if i.Standing.Undoable() {
		offered = append(offered, undo)
	}
	return offered
}
