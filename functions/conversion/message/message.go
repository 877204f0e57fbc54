// Package message words what people read about the rates of OTPs: what has changed, and
// the status message of what is open, in English or Chinese, with the texts of package
// words. It is pure: incidents go in, messages come out.
//
// However much is wrong, a message is bounded: it names the worst, and says how much it
// does not name. It has no telephone number: prefixes come from package watch alone.
package message

import (
	"encoding/json"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/words"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/otplink"
	"signalbox/shared/slack"
)

// Style is how things are shown. The zero value is English, and shows UTC.
type Style struct {
	Language language.Language
	Zone     *time.Location // of the times shown; nil is UTC
	Links    otplink.Links  // to the page of the rates; zero: none
}

// Writer words notifications. It is a value, safe for concurrent use.
type Writer struct {
	Style Style
	At    time.Time // when it is said
	// Render lays a message out for Slack's bot. Nil: as its words alone.
	Render func(notify.Message) slack.Message
}

var _ notify.Writer[watch.Details] = Writer{}

func (w Writer) words() words.Message { return words.In(w.Style.Language).Message }

func (w Writer) render(m notify.Message) slack.Message {
	if w.Render == nil {
		return slack.Message{Text: m.Text()}
	}
	return w.Render(m)
}

// Replaced is what a status message says that is not kept up to date any more.
func (w Writer) Replaced() slack.Message {
	return w.render(notify.Message{Title: movedSign + w.words().Replaced, Lines: []notify.Line{line(w.words().NotKeptUpToDate)}})
}

// ListMissing says in a thread that the list could not be attached.
func (w Writer) ListMissing() slack.Message {
	return w.render(notify.Message{Title: "⚠️ " + w.words().ListMissing, Lines: []notify.Line{line(w.words().WorstNamed)}})
}

// Note words nothing: nobody notes anything about rates.
func (w Writer) Note(json.RawMessage) slack.Message { return slack.Message{} }

// Announcement words nothing: nothing is announced about rates.
func (w Writer) Announcement(json.RawMessage) notify.Message { return notify.Message{} }

// links lead to the page of the rates.
func (w Writer) links() []notify.Link {
	page := w.Style.Links.Page(w.At)
	if page == "" {
		return nil
	}
	return []notify.Link{{ID: "otp", Label: w.words().Page, URL: page}}
}

// clock has the offset of the zone: its letters may be those of several.
func (w Writer) clock(t time.Time) string {
	zone := w.Style.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04 -07:00")
}

func line(text string) notify.Line { return notify.Line{Spans: []notify.Span{{Text: text}}} }

func bullet(text string) notify.Line {
	return notify.Line{Bullet: true, Spans: []notify.Span{{Text: text}}}
}

func heading(text string) notify.Line {
	return notify.Line{Spans: []notify.Span{{Text: text, Bold: true}}}
}
