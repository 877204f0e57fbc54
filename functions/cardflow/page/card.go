package page

import (
	"net/url"
	"time"

	"signalbox/functions/cardflow/flow"
	"signalbox/shared/card"
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

// Card returns the page of a card as it is known at now. query is that of the page's
// address. Whoever came by a link is shown no way to other cards.
func Card(l language.Language, f flow.Flow, query url.Values, byLink bool, now time.Time) ([]byte, error) {
	w := wordsIn(l)
	answer, err := raw(f)
	if err != nil {
		return nil, err
	}
	view := cardView{
		frame: newFrame(l, w.Card.Title+" "+string(f.ICCID)),
		ICCID: string(f.ICCID), Warnings: w.warnings(f),
		Package: w.packageView(f), Forecast: w.forecastView(f), Chart: w.chart(f), Months: w.months(f),
		Carriers: w.carriers(f.Usage.Vendors), Packages: w.packages(f.Usage.Packages), Facts: w.facts(f.Listing), Raw: answer,
		Asked: w.moment(f.RetrievedAt), Ago: w.Card.Ago(int(now.Sub(f.RetrievedAt).Minutes())),
	}
	view.Other = htmlpage.InOther(l, query)
	if !byLink {
		view.Home = "../"
	}
	return pages.Render("card.html", view)
}

type cardView struct {
	frame
	ICCID    string
	Warnings []string
	Package  packageView
	Forecast forecastView
	Chart    chart
	Months   []monthView
	Carriers []item
	Packages []item
	Facts    []fact
	Raw      string
	Asked    cell
	Ago      string
}

// fact is a line of a list of definitions.
type fact struct {
	Name  string
	Value cell
	More  []cell // of a list
	Note  string // after the value; "": none
}

func (w *words) warnings(f flow.Flow) []string {
	var warnings []string
	if f.Stale {
		warnings = append(warnings, w.Card.Stale)
	}
	if !f.Listing.Known {
		warnings = append(warnings, w.Card.Unlisted)
	}
	return warnings
}

type packageView struct {
	Name                 cell
	Left, Size           cell
	LeftKnown, SizeKnown bool
	Pool                 string
	UsedUp               bool
	Bar                  bar
	Facts                []fact
}

func (w *words) packageView(f flow.Flow) packageView {
	b := f.Balance
	end := fact{Name: w.Package.Ends, Value: w.moment(b.Expires)}
	if days, ok := f.DaysLeft(); ok {
		end.Note = w.Package.Days(days)
		if !b.Expires.After(f.RetrievedAt) {
			end.Note = w.Package.Over
		}
	}
	rest, restKnown := b.Rest.Bytes()
	return packageView{
		Name: w.optional(b.Package), Left: w.size(b.Rest), Size: w.size(f.Listing.Size),
		LeftKnown: restKnown, SizeKnown: f.Listing.Size.Known(), Pool: printable(f.Listing.Pool),
		UsedUp: restKnown && rest == 0, Bar: w.bar(b.Ratio),
		Facts: []fact{
			{Name: w.Package.Used, Value: w.size(b.Used)},
			{Name: w.Package.Share, Value: w.share(b.Ratio)},
			end,
			{Name: w.Package.Renews, Value: w.moment(b.Renews)},
			{Name: w.Package.Counted, Value: w.moment(f.Listing.Counted)},
		},
	}
}

// item is one of several, such as a carrier, with what is known of it.
type item struct {
	Name  cell
	Facts []fact
}

func (w *words) packages(list []card.Package) []item {
	items := make([]item, len(list))
	for i, p := range list {
		items[i] = item{w.optional(p.Name), []fact{
			{Name: w.Package.From, Value: w.moment(p.Effective)},
			{Name: w.Package.Until, Value: w.moment(p.Expires)},
			{Name: w.Package.Remark, Value: w.orNone(p.Remark)},
		}}
	}
	return items
}

// orNone shows a text that may be empty.
func (w *words) orNone(text string) cell {
	if text == "" {
		return cell{Text: w.Card.None, Unknown: true}
	}
	return cell{Text: printable(text)}
}

func (w *words) carriers(list []card.VendorUsage) []item {
	items := make([]item, len(list))
	for i, v := range list {
		items[i] = item{w.optional(v.Vendor), []fact{
			{Name: w.Carriers.Used, Value: w.size(v.Used)},
			{Name: w.Carriers.Share, Value: w.share(v.Ratio)},
			{Name: w.Carriers.Signal, Value: w.number(v.SignalStrength)},
			{Name: w.Carriers.Delay, Value: w.number(v.NetworkDelay)},
		}}
		if name, ok := w.Carriers.Names[v.Vendor]; ok {
			items[i].Name.Text = name
		}
	}
	return items
}

func (w *words) facts(l flow.Listing) []fact {
	status := w.optional(l.Status)
	if words, ok := w.Card.Statuses[l.StatusWord()]; ok {
		status.Text = words
	}
	facts := []fact{{Name: w.Card.Status, Value: status}, w.tags(l)}
	remark := w.unknown()
	if l.Known {
		remark = w.orNone(l.Remark)
	}
	return append(facts, fact{Name: w.Card.Remark, Value: remark})
}

func (w *words) tags(l flow.Listing) fact {
	tags := fact{Name: w.Card.Tags, Value: w.unknown()}
	if !l.Known || l.TagsUnknown {
		return tags
	}
	tags.Value = w.orNone("")
	for i, tag := range l.Tags {
		if i == 0 {
			tags.Value = w.orNone(tag)
			continue
		}
		tags.More = append(tags.More, w.orNone(tag))
	}
	return tags
}
