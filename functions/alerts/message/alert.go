package message

import (
	"iter"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
)

// alerts are changes as Alertmanager has them, the worst first.
func (w Writer) alerts(changes []rule.Change) iter.Seq[notify.Alert] {
	return func(yield func(notify.Alert) bool) {
		rows := w.changeRows(changes)
		over := make(map[*rule.Incident]bool, len(changes))
		for i := range changes {
			over[&changes[i].Incident] = changes[i].IsOver()
		}
		for _, r := range rows {
			if !yield(w.alert(r, over[r.Incident])) {
				return
			}
		}
	}
}

func (w Writer) alert(r row, over bool) notify.Alert {
	i := r.Incident
	a := notify.Alert{
		Fingerprint: i.ID(), StartsAt: i.Opened.Truncate(time.Second),
		Labels: known(map[string]string{
			"alertname": i.Key.Rule, "severity": string(i.Severity), "kind": string(i.Key.Subject.Kind),
			"subject": w.Style.subject(i.Key.Subject), "tags": strings.Join(i.Details.Facts.Tags, " "),
			"package": i.Details.Facts.Package,
		}),
		Annotations: known(map[string]string{
			"summary":     w.Style.title(notify.GroupOf(*i)),
			"description": strings.Join(layout.RowTexts(w.Style.table([]row{r}, w.Coverage.At)), " "),
		}),
	}
	if over {
		a.Annotations["summary"], a.EndsAt = w.Style.resolvedTitle(*i), endOf(*i, w.Coverage.At)
	}
	return a
}

// endOf is when an incident was resolved, or now where it does not say.
func endOf(i rule.Incident, now time.Time) time.Time {
	if i.Resolved.IsZero() {
		return now
	}
	return i.Resolved
}

// known leaves out what is empty, and puts the rest on one line.
func known(texts map[string]string) map[string]string {
	const limit = 500 // characters
	for name, text := range texts {
		if texts[name] = clean(text, limit); text == "" {
			delete(texts, name)
		}
	}
	return texts
}
