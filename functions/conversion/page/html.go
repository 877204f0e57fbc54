package page

import (
	"maps"
	"net/url"
	"strconv"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/words"
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
	"signalbox/shared/otplink"
)

// Page is what is shown.
type Page struct {
	Summary

	Language language.Language
	Zone     *time.Location // nil: UTC
	// Incidents are those that are open, of all countries.
	Incidents []watch.Incident
	// Age is how long the past is; 0: there is none.
	Age time.Duration
	// Damaged says that windows, the past or the incidents could not be read.
	Damaged Damaged
	// Query is that of the page's address, and Hours are those that may be chosen.
	Query  url.Values
	Choice []int
}

// Damaged says what could not be read.
type Damaged struct{ Windows, Past, Incidents bool }

// HTML writes the page.
func (p Page) HTML() ([]byte, error) {
	all := words.In(p.Language)
	w := writer{all.Page, all.Message, p}
	title := w.words.Title
	if p.One {
		title = w.words.TitleOf(w.country(p.Country))
	}
	v := view{Frame: pages.Frame(p.Language, w.words.Words, title), Words: w.words, Heading: title}
	v.Other = htmlpage.InOther(p.Language, p.Query)
	v.Lines, v.Warnings = w.lines(), w.warnings()
	v.Spans = w.spans()
	if p.One {
		v.All = w.address(url.Values{otplink.Hours: p.Query[otplink.Hours]})
	}
	v.Incidents, v.None = w.incidents()
	v.Rate, v.Requests, v.Points = w.rateChart(), w.requestsChart(), w.points()
	v.Parts = w.parts()
	return pages.Render("rates.html", v)
}

type view struct {
	htmlpage.Frame

	Words           words.Page
	Heading         string
	Lines, Warnings []string
	Spans           []link
	All             string // leads to all countries; "": the page is of them
	Incidents       []incidentView
	None            string // says that nothing is open; "": something is, or nobody knows
	Rate, Requests  chart
	Points          []pointRow
	Parts           parts
}

type link struct {
	Text, URL string
	Current   bool
}

// writer words a page in one language.
type writer struct {
	words   words.Page
	message words.Message
	page    Page
}

// lines say of when the page is and what was counted.
func (w writer) lines() []string {
	sum := w.page.Sum
	lines := []string{w.words.From(w.clock(w.page.From()), w.clock(w.page.Until))}
	counted := w.words.Counted(language.Number(sum.Requested), language.Number(sum.Verified))
	if sum.Requested > 0 {
		counted = w.words.CountedRate(counted, w.rate(sum))
		if w.compares() && !sum.New {
			counted = w.words.Usually(counted, w.percent(sum.Rate.Usual))
		}
	}
	lines = append(lines, counted)
	if p := w.page.Pending; p.Requested > 0 {
		lines = append(lines, w.words.Pending(language.Number(p.Requested)))
	}
	return lines
}

// compares reports whether there is a past.
func (w writer) compares() bool { return w.page.Age > 0 }

// young is the age under which the past is said to be.
const young = 7 * 24 * time.Hour

func (w writer) warnings() (all []string) {
	add := func(is bool, text string) {
		if is {
			all = append(all, text)
		}
	}
	add(w.page.Damaged.Windows, w.words.WindowsDamaged)
	add(w.page.Damaged.Past, w.words.PastDamaged)
	if !w.page.Damaged.Past {
		add(w.page.Age <= 0, w.words.NoPast)
		add(w.page.Age > 0 && w.page.Age < young, w.words.YoungPast(w.length(w.page.Age)))
	}
	return all
}

// length is a time of whole minutes, hours or days.
func (w writer) length(d time.Duration) string {
	switch {
	case d < time.Hour:
		return w.words.Minutes(int(d / time.Minute))
	case d < 48*time.Hour:
		return w.words.Hours(int(d / time.Hour))
	default:
		return w.words.Days(int(d / (24 * time.Hour)))
	}
}

// spans lead to the same page of other times.
func (w writer) spans() []link {
	var links []link
	for _, hours := range w.page.Choice {
		own := url.Values{otplink.Hours: {strconv.Itoa(hours)}, otplink.Country: w.page.Query[otplink.Country]}
		links = append(links, link{w.length(time.Duration(hours) * time.Hour), w.address(own), hours == w.page.Hours})
	}
	return links
}

// address is that of the page with other parameters of its own, for whoever came by a link
// and in the language chosen.
func (w writer) address(own url.Values) string {
	query := maps.Clone(w.page.Query)
	if query == nil {
		query = make(url.Values)
	}
	for _, name := range otplink.Parameters() {
		query.Del(name)
	}
	for name, values := range own {
		if len(values) > 0 {
			query[name] = values
		}
	}
	return "?" + query.Encode()
}

func (w writer) zoned(t time.Time) time.Time {
	if w.page.Zone == nil {
		return t.UTC()
	}
	return t.In(w.page.Zone)
}

func (w writer) clock(t time.Time) string { return w.zoned(t).Format("2006-01-02 15:04 -07:00") }

// percent writes a rate with one decimal.
func (w writer) percent(rate float64) string {
	return w.message.Percent(strconv.FormatFloat(100*rate, 'f', 1, 64))
}

func (w writer) rate(c watch.Compared) string {
	if c.Requested == 0 {
		return w.words.NoRate
	}
	return w.percent(float64(c.Verified) / float64(c.Requested))
}
