package page

import (
	"cmp"
	"slices"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/plaintext"
)

// mostIncidents is how many a page has, and mostNamed how many parts of one.
const mostIncidents, mostNamed = 20, 20

type incidentView struct {
	Severity, Level, Title string
	Since                  string
	Parts                  []string // countries and prefixes
	Lines                  []string
}

// incidents are those that are about what the page is of, the worst first. What could not
// be read is not taken for nothing.
func (w writer) incidents() (views []incidentView, none string) {
	open := slices.DeleteFunc(slices.Clone(w.page.Incidents), func(i watch.Incident) bool { return !w.concerns(i) })
	slices.SortStableFunc(open, func(a, b watch.Incident) int {
		return cmp.Or(b.Severity.Compare(a.Severity), a.Opened.Compare(b.Opened), a.Key.Compare(b.Key))
	})
	for _, i := range open[:min(len(open), mostIncidents)] {
		views = append(views, w.incident(i))
	}
	switch {
	case w.page.Damaged.Incidents:
		views = append(views, incidentView{Severity: string(incident.Critical), Title: w.words.IncidentsDamaged})
	case len(open) > mostIncidents:
		views = append(views, incidentView{Title: w.words.MoreIncidents(len(open) - mostIncidents)})
	case len(open) == 0:
		none = w.words.NothingOpen
	}
	return views, none
}

// concerns reports whether an incident is about what the page is of.
func (w writer) concerns(i watch.Incident) bool {
	parts := partsOf(i)
	return !w.page.One || len(parts) == 0 ||
		slices.ContainsFunc(parts, func(p watch.Part) bool { return p.All || p.Country == w.page.Country })
}

// partsOf are the countries and prefixes that an incident names.
func partsOf(i watch.Incident) []watch.Part {
	switch d := i.Details.Value.(type) {
	case watch.RateDetails:
		return d.Parts
	case watch.PumpingDetails:
		if len(d.Parts) == 0 {
			return []watch.Part{d.Part}
		}
		return d.Parts
	default:
		return nil
	}
}

func (w writer) incident(i watch.Incident) incidentView {
	v := incidentView{Severity: string(i.Severity), Level: w.words.Severities[string(i.Severity)], Since: w.words.Since(w.clock(i.Opened))}
	switch d := i.Details.Value.(type) {
	case watch.RateDetails:
		w.rateIncident(&v, d)
	case watch.PumpingDetails:
		w.pumpingIncident(&v, d)
	case watch.SilenceDetails:
		said := w.message.Silence
		v.Title = said.Title(w.message.Age.Of(w.page.Now.Sub(d.Since)))
		v.Lines = []string{said.Usual(language.Number(d.UsualRequested), w.clock(d.Since)), w.message.ToDo(said.ToDo)}
	case watch.ReportsDetails:
		w.reportsIncident(&v, d)
	default:
		v.Title = plaintext.Printable(i.Key.Rule)
	}
	return v
}

// rateIncident names what explains that the rate is low, or everything where it is under
// the floor alone.
func (w writer) rateIncident(v *incidentView, d watch.RateDetails) {
	said, all := w.message.Rate, d.Part
	all.All = true
	worst := all
	if len(d.Parts) > 0 {
		worst = d.Parts[0]
	}
	v.Title = said.Title(w.name(worst), w.percent(worst.Rate()), w.percent(worst.UsualRate))
	if d.Floor > 0 {
		v.Title = said.Under(w.name(all), w.percent(all.Rate()), w.percent(d.Floor))
	}
	for _, p := range slices.Concat(d.Parts[:min(len(d.Parts), mostNamed)], []watch.Part{all}) {
		if !p.All || len(v.Parts) == 0 || d.Floor > 0 {
			v.Parts = append(v.Parts, said.Part(w.name(p), language.Number(p.Requested), w.percent(p.Rate()), w.percent(p.UsualRate)))
		}
	}
	switch {
	case d.More > 0:
		v.Lines = append(v.Lines, said.Others(d.More))
	case len(d.Parts) > 0 && !d.Parts[0].All:
		v.Lines = append(v.Lines, said.Normal)
	}
	v.Lines = append(v.Lines, said.Minutes(d.Minutes), w.message.ToDo(said.ToDo))
}

func (w writer) pumpingIncident(v *incidentView, d watch.PumpingDetails) {
	said, parts := w.message.Pumping, partsOf(watch.Incident{Details: watch.Details{Value: d}})
	worst := parts[0]
	v.Title = said.TitleNew(w.name(worst), language.Number(worst.Requested))
	if worst.UsualRequested != nil {
		v.Title = said.Title(w.name(worst), language.Number(worst.Requested), language.Number(*worst.UsualRequested))
	}
	for _, p := range parts[:min(len(parts), mostNamed)] {
		v.Parts = append(v.Parts, said.Part(w.name(p), language.Number(p.Requested), w.percent(p.Rate()), w.percent(p.UsualRate)))
	}
	if d.New {
		v.Lines = append(v.Lines, said.NoPast)
	}
	v.Lines = append(v.Lines, said.Minutes(d.Minutes), w.message.ToDo(said.ToDo))
}

func (w writer) reportsIncident(v *incidentView, d watch.ReportsDetails) {
	said := w.message.Reports
	add := func(is bool, text string) {
		if is {
			v.Lines = append(v.Lines, text)
		}
	}
	v.Title = said.Name
	add(d.Waiting > 0 && !d.Oldest.IsZero(), said.WaitingFor(d.Waiting, w.message.Age.Of(w.page.Now.Sub(d.Oldest))))
	add(d.Waiting > 0 && d.Why != "", said.Because(plaintext.Printable(d.Why)))
	add(d.DeadLetters > 0, said.DeadLetters(d.DeadLetters))
	add(d.DeadLetters > 0 && d.Reason != "", said.Reason(plaintext.Printable(d.Reason)))
	add(true, w.message.ToDo(said.ToDo))
}

func (w writer) name(p watch.Part) string {
	switch {
	case p.All:
		return w.message.All
	case p.Prefix == "":
		return w.country(p.Country)
	default:
		return w.country(p.Country) + " " + plaintext.Printable(p.Prefix)
	}
}
