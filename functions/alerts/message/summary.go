package message

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
)

// soon is how far ahead the summary looks for packages that end.
const soon = 7 * 24 * time.Hour

// maxWorst is how many critical incidents of each rule the summary names.
const maxWorst = 3

// Daily is a day in the life of a fleet. It encodes to JSON and back.
type Daily struct {
	Day time.Time `json:"day"` // any time of the day that the summary is for

	Opened   int `json:"opened"` // incidents notified during it
	Resolved int `json:"resolved"`

	Sweeps int `json:"sweeps"` // finished during it
	Late   int `json:"late"`   // of these
	Failed int `json:"failed"` // runs that failed during it

	// LastFinished is when the last sweep was finished; the zero time is never.
	LastFinished time.Time  `json:"lastFinished,omitzero"`
	Usage        []DayUsage `json:"usage,omitempty"` // in the order of the days; none: no chart
}

// DayUsage is the data that the fleet used in a day.
type DayUsage struct {
	Day   time.Time `json:"day"` // any time of it
	Bytes int64     `json:"bytes"`
}

// Announcement words a daily summary, the only thing that is announced. What
// cannot be decoded, such as a newer version's, is said to be so.
func (w Writer) Announcement(body json.RawMessage) notify.Message {
	var d Daily
	if err := json.Unmarshal(body, &d); err != nil {
		unknown := w.draft()
		unknown.title = "📋 " + w.Style.words().Summary.Unreadable
		return unknown.message()
	}
	var open []rule.Incident
	if w.Open != nil {
		open = slices.Collect(w.Open)
	}
	return w.Summary(d, open)
}

// Summary words the daily summary: what happened, what is open, and what can
// still be prevented. What somebody knows of is counted, and not named.
func (w Writer) Summary(day Daily, open []rule.Incident) notify.Message {
	d, say := w.draft(), w.Style.words().Summary
	d.title = "📋 " + say.Title(w.Style.day(day.Day))
	if day.Sweeps <= 0 {
		d.title = "⚠️ " + say.NoneFinishedTitle(w.Style.day(day.Day))
	}
	expiring, runningOut, critical := w.parted(expiring(open, d.at)), w.parted(runningOut(open)), w.parted(critical(open))
	worst := worstOfEach(critical.plain)
	d.lines = append(day.lines(w.Style, d.at, w.parted(pointers(open))), w.Style.criticalLines(critical, len(worst))...)
	d.lines = append(d.lines,
		said(w.Style.listed(say.Expiring(len(expiring.plain)), w.Style.moreKnown(expiring))),
		said(w.Style.listed(say.RunningOut(len(runningOut.plain)), w.Style.moreKnown(runningOut))))
	d.lines = append(d.lines, w.fleetLines(open)...)
	if used := w.Style.usageLine(day.Usage); used != "" {
		d.lines = append(d.lines, said(used))
	}
	for i := range d.lines {
		d.lines[i].Bullet = true
	}
	d.chart = w.Style.usageChart(day.Usage)
	d.first, d.rest = w.Style.words().Message.First, w.Style.words().Changes.AllAbove
	preventable := slices.SortedStableFunc(slices.Values(slices.Concat(expiring.plain, runningOut.plain)), firstToEnd)
	for _, i := range slices.Concat(worst, preventable) {
		d.rows = append(d.rows, row{i, icon(i.Severity), w.Style.title(notify.GroupOf(*i))})
	}
	return d.message()
}

// lines say how the sweeps did, and what came of them. Where none was finished,
// what is said next is old.
func (d Daily) lines(s Style, now time.Time, open parted) []notify.Line {
	w := s.words().Summary
	var swept, late, failed string
	if d.Late > 0 {
		late = w.Late(d.Late)
	}
	if d.Failed > 0 {
		failed = w.Failed(d.Failed)
	}
	switch {
	case d.Sweeps > 0:
		swept = s.listed(w.Finished(d.Sweeps), late, failed)
	case d.LastFinished.IsZero():
		swept = s.because(s.listed(w.NeverFinished, failed), w.SoFar)
	default:
		swept = s.because(s.listed(w.NoneFinished, failed), w.AsOf(s.when(s.clock(d.LastFinished), d.LastFinished, now)))
	}
	return []notify.Line{said(swept), said(s.listed(w.Counts(d.Opened, d.Resolved, len(open.plain)), s.known(open)))}
}

// fleetLines say what is wrong with the sweeps themselves: all else that the
// summary says is only as good as they are, whoever knows of it.
func (w Writer) fleetLines(open []rule.Incident) []notify.Line {
	var lines []notify.Line
	for _, i := range sorted(those(open, func(i *rule.Incident) bool { return i.Key.Subject.Kind == incident.Fleet })) {
		r := row{i, icon(i.Severity), w.Style.title(notify.GroupOf(*i))}
		for _, text := range layout.RowTexts(w.Style.table([]row{r}, w.Coverage.At).Keeping(0)) {
			if status := w.Standing.Of(*i, w.Coverage.At); status.State != action.Open {
				text = w.Style.apart(text, w.Style.StatusText(status))
			}
			lines = append(lines, notify.Line{Spans: []notify.Span{{Text: text}}})
		}
	}
	return lines
}

// criticalLines count what is too late to be prevented.
func (s Style) criticalLines(critical parted, named int) []notify.Line {
	w, plain := s.words().Summary, len(critical.plain)
	if plain+critical.acknowledged+critical.silenced == 0 {
		return nil
	}
	var worst string
	if named < plain {
		worst = w.WorstNamed(maxWorst)
	}
	return []notify.Line{said(s.listed(w.Critical(plain), s.moreKnown(critical), worst))}
}

// critical are the cards and pools that are used up, have ended, or were stopped for
// a cause that has to be mended.
func critical(open []rule.Incident) []*rule.Incident {
	return those(open, func(i *rule.Incident) bool {
		return i.Severity == incident.Critical && i.Key.Subject.Kind != incident.Fleet
	})
}

// worstOfEach are the worst few of each rule, so that many of one do not keep
// another out.
func worstOfEach(incidents []*rule.Incident) []*rule.Incident {
	named := make(map[string]int)
	return slices.DeleteFunc(sorted(incidents), func(i *rule.Incident) bool {
		named[i.Key.Rule]++
		return named[i.Key.Rule] > maxWorst
	})
}

func expiring(open []rule.Incident, now time.Time) []*rule.Incident {
	return those(open, func(i *rule.Incident) bool {
		end := i.Details.Facts.Expires
		return i.Key.Rule == rule.ExpiryName && i.Severity != incident.Critical && end.After(now) && end.Sub(now) <= soon
	})
}

func runningOut(open []rule.Incident) []*rule.Incident {
	return those(open, func(i *rule.Incident) bool { return i.Key.Rule == rule.ForecastName })
}

// those are the incidents that match. One that is inhibited and that nobody was notified of
// is not among them: what inhibits it is.
func those(open []rule.Incident, match func(*rule.Incident) bool) []*rule.Incident {
	return slices.DeleteFunc(pointers(open), func(i *rule.Incident) bool {
		return i.Suppressed.By == incident.ByInhibition && !i.IsOpen() || !match(i)
	})
}

// firstToEnd orders what can still be prevented by how soon it comes.
func firstToEnd(a, b *rule.Incident) int {
	return cmp.Or(compareKnown(comes(a), comes(b)), worstFirst(a, b))
}

func comes(i *rule.Incident) time.Time {
	if i.Key.Rule == rule.ForecastName {
		return runsOutAt(*i)
	}
	return i.Details.Facts.Expires
}
