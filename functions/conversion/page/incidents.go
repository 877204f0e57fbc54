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
	Lines                  []string
	Parts                  []string // what it names
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
		return slices.DeleteFunc(slices.Clone(d.Parts), func(p watch.Part) bool { return p.All })
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
	v := incidentView{
		Severity: string(i.Severity), Level: w.words.Severities[string(i.Severity)],
		Title: w.words.Rules[i.Key.Rule], Since: w.words.Since(w.clock(i.Opened)),
	}
	v.Title = cmp.Or(v.Title, plaintext.Printable(i.Key.Rule))
	switch d := i.Details.Value.(type) {
	case watch.RateDetails:
		v.Lines = w.rateLines(d)
	case watch.PumpingDetails:
		v.Title = w.words.PumpedIn(w.country(d.Country))
		v.Lines = []string{w.words.Lately(w.words.Minutes(d.Minutes), w.part(d.Part))}
		if d.New {
			v.Lines = append(v.Lines, w.words.PumpedNew)
		}
	case watch.SilenceDetails:
		v.Lines = []string{w.words.Silent(w.clock(d.Since), language.Number(d.UsualRequested))}
	}
	for _, p := range partsOf(i) {
		if len(v.Parts) < mostNamed && (p.Prefix != "" || i.Key.Rule == watch.RateName) {
			v.Parts = append(v.Parts, w.name(p)+w.words.Colon+w.part(p))
		}
	}
	return v
}

func (w writer) rateLines(d watch.RateDetails) []string {
	lines := []string{w.words.Lately(w.words.Minutes(d.Minutes), w.part(d.Part))}
	if d.Floor > 0 {
		lines = append(lines, w.words.UnderFloor(percent(d.Floor)))
	}
	switch {
	case d.More > 0:
		lines = append(lines, w.words.MoreLow(d.More))
	case len(partsOf(watch.Incident{Details: watch.Details{Value: d}})) > 0:
		lines = append(lines, w.words.ElseUsual)
	}
	return lines
}

// part says what was counted of a part, and what is usual.
func (w writer) part(p watch.Part) string {
	text := w.words.PartRate(language.Number(p.Requested), percent(p.Rate()), percent(p.UsualRate))
	if p.TooMany > 0 && p.UsualRequested != nil {
		text = w.words.PartPumped(language.Number(p.Requested), language.Number(*p.UsualRequested), percent(p.Rate()))
	}
	return text
}

func (w writer) name(p watch.Part) string {
	if p.Prefix == "" {
		return w.country(p.Country)
	}
	return w.country(p.Country) + " " + plaintext.Printable(p.Prefix)
}
