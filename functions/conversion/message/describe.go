package message

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"signalbox/functions/conversion/dial"
	"signalbox/functions/conversion/watch"
	"signalbox/shared/language"
)

// description is what there is to say of an incident.
type description struct {
	name  string   // of what is wrong
	title string   // the worst, and its number
	parts []string // one each line
	rest  []string // sentences
	toDo  string
}

// describe words an incident as it is, or as it was where its details say nothing more.
func (w Writer) describe(i watch.Incident) description {
	switch d := i.Details.Value.(type) {
	case watch.RateDetails:
		return w.rate(d)
	case watch.PumpingDetails:
		return w.pumping(i, d)
	case watch.SilenceDetails:
		return w.silence(d)
	case watch.ReportsDetails:
		return w.reports(d)
	default:
		return w.nameless(i)
	}
}

// nameless is an incident without details: it is over.
func (w Writer) nameless(i watch.Incident) description {
	said := w.words()
	name := map[string]string{
		watch.RateName: said.Rate.Name, watch.SilenceName: said.Silence.Name, watch.ReportsName: said.Reports.Name,
		watch.PumpingName: said.Colon(said.Pumping.Name, w.country(i.Key.Subject.ID)),
	}[i.Key.Rule]
	name = cmp.Or(name, i.Key.Rule)
	return description{name: name, title: name}
}

// where names a part: "SG +65 8123".
func (w Writer) where(p watch.Part) string {
	switch {
	case p.All:
		return w.words().All
	case p.Prefix == "":
		return w.country(p.Country)
	case p.Country == "":
		return dial.Spaced(p.Prefix)
	default:
		return p.Country + " " + dial.Spaced(p.Prefix)
	}
}

func (w Writer) country(code string) string {
	if code == "" || code == watch.Unknown {
		return w.words().Unknown
	}
	return code
}

// percent is a whole one, but for what is below one: none verified is not few.
func (w Writer) percent(share float64) string {
	share *= 100
	text := strconv.FormatFloat(share, 'f', 0, 64)
	switch {
	case share > 0 && share < 1:
		text = strconv.FormatFloat(max(share, 0.1), 'f', 1, 64)
	case share < 100 && text == "100":
		text = "99"
	}
	return w.words().Percent(text)
}

// floor is as it was set, and under a rate that does not look the same.
func (w Writer) floor(floor float64) string {
	return w.words().Percent(strconv.FormatFloat(math.Round(floor*1e6)/1e4, 'f', -1, 64))
}

func (w Writer) under(rate, floor float64) string {
	if text := w.percent(rate); math.Round(rate*100) < floor*100 || rate*100 > 99 {
		return text
	}
	return w.words().Percent(strconv.FormatFloat(math.Floor(rate*1000)/10, 'f', 1, 64))
}

func (w Writer) rate(d watch.RateDetails) description {
	said := w.words()
	parts, floor := d.Parts, d.Floor > 0
	if len(parts) == 0 {
		parts = []watch.Part{d.Part}
	}
	described := description{name: said.Rate.Name, toDo: said.Rate.ToDo}
	worst := parts[0]
	described.title = said.Rate.Title(w.where(worst), w.percent(worst.Rate()), w.percent(worst.UsualRate))
	if floor {
		described.title = said.Rate.Under(w.where(d.Part), w.under(d.Rate(), d.Floor), w.floor(d.Floor))
		if len(d.Parts) > 0 && !d.Parts[0].All {
			parts = append([]watch.Part{d.Part}, parts...)
		}
	}
	for _, p := range parts {
		described.parts = append(described.parts,
			said.Rate.Part(w.where(p), language.Number(p.Requested), w.percent(p.Rate()), w.percent(p.UsualRate)))
	}
	rest := said.Rate.Normal
	if d.More > 0 {
		rest = said.Rate.Others(d.More)
	}
	if !worst.All && (d.More > 0 || !d.Unsure) {
		described.rest = append(described.rest, rest)
	}
	if d.Minutes > 0 { // windows may be shorter
		described.rest = append(described.rest, said.Rate.Minutes(d.Minutes))
	}
	return described
}

func (w Writer) pumping(i watch.Incident, d watch.PumpingDetails) description {
	said := w.words()
	parts := d.Parts
	if len(parts) == 0 {
		parts = []watch.Part{d.Part}
	}
	described := description{name: said.Colon(said.Pumping.Name, w.country(i.Key.Subject.ID)), toDo: said.Pumping.ToDo}
	worst := parts[0]
	requested := language.Number(worst.Requested)
	if worst.UsualRequested == nil || d.New {
		described.title = said.Pumping.TitleNew(w.where(worst), requested)
	} else {
		described.title = said.Pumping.Title(w.where(worst), requested, language.Number(*worst.UsualRequested))
	}
	for _, p := range parts {
		text := said.Pumping.Part(w.where(p), language.Number(p.Requested), w.percent(p.Rate()), w.percent(p.UsualRate))
		if p.UsualRequested != nil && !d.New {
			text = said.Sentence(text, said.Pumping.Usual(language.Number(*p.UsualRequested)))
		}
		described.parts = append(described.parts, text)
	}
	if d.New {
		described.rest = append(described.rest, said.Pumping.NoPast)
	}
	if d.Minutes > 0 {
		described.rest = append(described.rest, said.Pumping.Minutes(d.Minutes))
	}
	return described
}

func (w Writer) silence(d watch.SilenceDetails) description {
	said := w.words().Silence
	return description{
		name: said.Name, title: said.Title(w.age(w.At.Sub(d.Since))), toDo: said.ToDo,
		parts: []string{said.Usual(language.Number(d.UsualRequested), w.clock(d.Since))},
	}
}

func (w Writer) reports(d watch.ReportsDetails) description {
	said := w.words().Reports
	described := description{name: said.Name, title: said.Name, toDo: said.ToDo}
	if d.Waiting > 0 {
		described.title = said.Waiting(d.Waiting)
		if !d.Oldest.IsZero() {
			described.title = said.WaitingFor(d.Waiting, w.age(w.At.Sub(d.Oldest)))
		}
		described.parts = append(described.parts, described.title)
	}
	if d.DeadLetters > 0 {
		text := said.DeadLetters(d.DeadLetters)
		if d.Waiting == 0 {
			described.title = text
		}
		described.parts = append(described.parts, text)
	}
	// What the title says alone is not said twice.
	if len(described.parts) == 1 {
		described.parts = nil
	}
	if d.Why != "" {
		described.rest = append(described.rest, said.Because(d.Why))
	}
	if d.Reason != "" {
		described.rest = append(described.rest, said.Reason(d.Reason))
	}
	return described
}

func (w Writer) age(d time.Duration) string { return w.words().Age.Of(d) }

// worstFirst orders incidents: critical ones first, then by rule.
func worstFirst(a, b watch.Incident) int {
	order := []string{watch.PumpingName, watch.RateName, watch.SilenceName, watch.ReportsName}
	return cmp.Or(b.Severity.Compare(a.Severity),
		cmp.Compare(slices.Index(order, a.Key.Rule), slices.Index(order, b.Key.Rule)), a.Key.Compare(b.Key))
}
