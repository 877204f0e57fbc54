package page

import (
	"cmp"
	"slices"

	"signalbox/functions/conversion/message"
	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
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

// incidents are those that are about what the page is of, the worst first, in the words of
// notifications. What could not be read is not taken for nothing.
func (w writer) incidents() (views []incidentView, none string) {
	open := slices.DeleteFunc(slices.Clone(w.page.Incidents), func(i watch.Incident) bool { return !w.concerns(i) })
	slices.SortStableFunc(open, func(a, b watch.Incident) int {
		return cmp.Or(b.Severity.Compare(a.Severity), a.Opened.Compare(b.Opened), a.Key.Compare(b.Key))
	})
	for _, i := range open[:min(len(open), mostIncidents)] {
		views = append(views, w.incident(i))
	}
	if left := len(open) - len(views); left > 0 {
		views = append(views, incidentView{Title: w.words.MoreIncidents(left)})
	}
	switch {
	case w.page.Damaged.Incidents:
		views = append(views, incidentView{Severity: string(incident.Critical), Title: w.words.IncidentsDamaged})
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
		return append([]watch.Part{d.Part}, d.Parts...)
	default:
		return nil
	}
}

func (w writer) incident(i watch.Incident) incidentView {
	said := message.Writer{Style: message.Style{Language: w.page.Language, Zone: w.page.Zone}, At: w.page.Now}.Describe(i)
	v := incidentView{
		Severity: string(i.Severity), Level: w.words.Severities[string(i.Severity)],
		Title: plaintext.Printable(said.Title), Since: w.words.Since(w.clock(i.Opened)),
		Parts: printable(said.Parts[:min(len(said.Parts), mostNamed)]), Lines: printable(said.Rest),
	}
	if said.ToDo != "" {
		v.Lines = append(v.Lines, said.ToDo)
	}
	return v
}

func printable(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = plaintext.Printable(text)
	}
	return shown
}
