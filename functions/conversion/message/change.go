package message

import (
	"iter"
	"slices"
	"strings"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// The signs that begin titles.
const (
	criticalSign = "🔴 "
	warningSign  = "🟠 "
	overSign     = "✅ "
	movedSign    = "☑️ "
)

func sign(s incident.Severity, over bool) string {
	switch {
	case over:
		return overSign
	case s == incident.Critical:
		return criticalSign
	default:
		return warningSign
	}
}

// Digest words changes in one message. It ends with its id.
func (w Writer) Digest(id string, changes []watch.Change) notify.Message {
	m := w.changes(changes)
	m.Footer += " · " + w.words().ID(id)
	m.Alerts = w.alerts(changes)
	return m
}

// History words what changed in the thread of a status message.
func (w Writer) History(changes []watch.Change) slack.Message { return w.render(w.changes(changes)) }

func (w Writer) changes(changes []watch.Change) notify.Message {
	m := notify.Message{Title: w.words().None, Links: w.links(), Footer: w.words().AsOf(w.clock(w.At))}
	sorted := sortedChanges(changes)
	if len(sorted) == 0 {
		return m
	}
	worst := sorted[0]
	if !worst.IsOver() {
		m.Severity = worst.Incident.Severity
	}
	m.Title = sign(worst.Incident.Severity, worst.IsOver()) + w.titleOf(worst) + w.more(len(sorted)-1)
	said := make([]paragraph, len(sorted))
	for i, c := range sorted {
		said[i] = w.paragraph(c.Incident, c.IsOver())
		said[i].heading = sign(c.Incident.Severity, c.IsOver()) + w.titleOf(c)
		if became := w.became(c); became != "" {
			said[i].heading += " · " + became
		}
	}
	m.Lines, _ = w.lines(said)
	return m
}

func sortedChanges(changes []watch.Change) []watch.Change {
	return slices.SortedStableFunc(slices.Values(changes), func(a, b watch.Change) int {
		if a.IsOver() != b.IsOver() {
			if a.IsOver() {
				return 1
			}
			return -1
		}
		return worstFirst(a.Incident, b.Incident)
	})
}

// titleOf names what a change is about.
func (w Writer) titleOf(c watch.Change) string {
	d, said := w.describe(c.Incident), w.words()
	switch {
	case c.Kind == incident.Flapping && c.IsOver():
		return said.NowAndThen(d.name)
	case c.Kind == incident.Flapping:
		return said.NowAndThen(d.title)
	case c.IsOver():
		return said.Resolved(d.name)
	case c.Kind == incident.Reminded:
		return said.StillBad(d.title)
	default:
		return d.title
	}
}

// became says what is new of an incident.
func (w Writer) became(c watch.Change) string {
	said, open := w.words(), w.age(c.At.Sub(c.Incident.Opened))
	switch c.Kind {
	case incident.Opened:
		return said.New
	case incident.Worsened:
		return said.Worse
	case incident.Reminded:
		return said.StillOpen(open)
	case incident.Flapping:
		return said.Flaps(c.Damped)
	case incident.Resolved:
		return said.Over(open)
	default:
		return ""
	}
}

func (w Writer) more(n int) string {
	if n == 0 {
		return ""
	}
	return w.words().Comma + w.words().More(n)
}

// paragraph is what is said of one incident.
type paragraph struct {
	heading string
	lines   []notify.Line
	toDo    string
}

func (w Writer) paragraph(i watch.Incident, over bool) paragraph {
	d := w.describe(i)
	if over {
		d = w.afterwards(i)
	}
	p := paragraph{toDo: d.toDo}
	if len(d.parts) == 1 {
		p.lines = []notify.Line{line(w.together(slices.Concat(d.parts, d.rest)))}
		return p
	}
	for _, part := range d.parts {
		p.lines = append(p.lines, bullet(part))
	}
	if len(d.rest) > 0 {
		p.lines = append(p.lines, line(w.together(d.rest)))
	}
	return p
}

// afterwards says of what is over how the rate is now, unless something is pumped, which makes
// the rate low. Of all else nothing is known.
func (w Writer) afterwards(i watch.Incident) description {
	details, ok := i.Details.Value.(watch.RateDetails)
	if !ok || i.Status == incident.Absent || details.Unsure {
		return description{}
	}
	details.Parts, details.Floor = nil, 0
	return description{parts: w.rate(details).parts}
}

// together makes one text of sentences.
func (w Writer) together(sentences []string) string {
	text := sentences[0]
	for _, sentence := range sentences[1:] {
		text = w.words().Sentence(text, sentence)
	}
	return text
}

// maxLines is how many bytes the lines of a message have: WeCom takes 4,096 with all else.
const maxLines = 2400

// lines are those that there is room for, and whether all are: what to do is said once for
// each rule, and always. One paragraph needs no heading beside the title.
func (w Writer) lines(said []paragraph) (lines []notify.Line, whole bool) {
	var all, toDo []notify.Line
	room := maxLines
	for _, p := range said {
		if len(said) > 1 {
			all = append(all, heading(p.heading))
		}
		all = append(all, p.lines...)
		if text := w.words().ToDo(p.toDo); p.toDo != "" && !slices.ContainsFunc(toDo, func(l notify.Line) bool { return l.Text() == text }) {
			toDo = append(toDo, line(text))
			room -= len(text)
		}
	}
	for i, l := range all {
		if room -= len(l.Text()); room < 0 {
			return append(append(all[:i:i], line(w.words().MoreLines(len(all)-i))), toDo...), false
		}
	}
	return append(all, toDo...), true
}

// alerts are changes as Alertmanager has them, the worst first.
func (w Writer) alerts(changes []watch.Change) iter.Seq[notify.Alert] {
	return func(yield func(notify.Alert) bool) {
		for _, c := range sortedChanges(changes) {
			if !yield(w.alert(c)) {
				return
			}
		}
	}
}

func (w Writer) alert(c watch.Change) notify.Alert {
	i := c.Incident
	d := w.describe(i)
	a := notify.Alert{
		Fingerprint: i.ID(), StartsAt: i.Opened.Truncate(time.Second),
		Labels: map[string]string{
			"alertname": "otp-" + i.Key.Rule, "kind": string(i.Key.Subject.Kind), "subject": i.Key.Subject.ID,
		},
		Annotations: map[string]string{"summary": d.title},
	}
	if i.Severity != "" {
		a.Labels["severity"] = string(i.Severity)
	}
	if c.IsOver() {
		d.parts, d.rest = nil, nil
		for _, l := range w.paragraph(i, true).lines {
			d.parts = append(d.parts, l.Text())
		}
	}
	if text := strings.Join(slices.Concat(d.parts, d.rest), " "); text != "" {
		a.Annotations["description"] = text
	}
	if c.IsOver() {
		a.EndsAt, a.Annotations["summary"] = i.Resolved, w.words().Resolved(d.name)
		if i.Resolved.IsZero() {
			a.EndsAt = w.At
		}
	}
	return a
}
