package page

import (
	"cmp"
	"math"
	"net/url"
	"slices"

	"signalbox/functions/conversion/dial"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/language"
	"signalbox/shared/otplink"
	"signalbox/shared/plaintext"
)

// MostParts is how many countries or prefixes a page has. GET /otp-windows has all.
const MostParts = 200

// parts are the table of countries or prefixes.
type parts struct {
	Title, Column string
	Rows          []partRow
	More          string // says how many are left out; "": none
	None          string // "": there are some
}

type partRow struct {
	Name, URL                  string
	Unknown                    bool // the name says so
	Marks                      []mark
	Requested, Verified, Rate  string
	UsualRate, UsualRequested  string
	SaysUsualRate, SaysUsually string // the same in words, where there is no column for it
}

// mark says of a part what is not as usual.
type mark struct{ Level, Text string }

func (w writer) parts() parts {
	p := parts{Title: w.words.ByCountry, Column: w.words.Country}
	if w.page.One {
		p.Title, p.Column = w.words.ByPrefix, w.words.Prefix
	}
	named := named(w.page.Incidents)
	all := slices.DeleteFunc(slices.Clone(w.page.Parts), func(c watch.Compared) bool { return c.Requested == 0 && c.Requests.Usual < 1 })
	slices.SortStableFunc(all, func(a, b watch.Compared) int {
		return cmp.Or(
			cmp.Compare(urgency(a, named), urgency(b, named)), cmp.Compare(concern(b), concern(a)),
			cmp.Compare(b.Requested, a.Requested), cmp.Compare(b.Requests.Usual, a.Requests.Usual),
		)
	})
	for _, c := range all[:min(len(all), MostParts)] {
		p.Rows = append(p.Rows, w.row(c, named))
	}
	if left := all[len(p.Rows):]; len(left) > 0 {
		var sum window.Counts
		for _, c := range left {
			sum = sum.Add(c.Counts)
		}
		p.More = w.words.More(language.Number(int64(len(left))), language.Number(sum.Requested), language.Number(sum.Verified))
	}
	if len(all) == 0 {
		p.None = w.words.NoParts
	}
	return p
}

// named are the countries and prefixes that incidents name.
func named(incidents []watch.Incident) map[window.Key]bool {
	all := make(map[window.Key]bool)
	for _, i := range incidents {
		for _, p := range partsOf(i) {
			if p.All {
				continue
			}
			all[window.Key{Country: p.Country, Prefix: p.Prefix}] = true
			all[window.Key{Country: p.Country}] = true
		}
	}
	return all
}

// urgency orders parts: what is open, what is worse than usual, and all others.
func urgency(c watch.Compared, named map[window.Key]bool) int {
	switch {
	case named[window.Key{Country: c.Country, Prefix: c.Prefix}] && !c.Rest:
		return 0
	case c.Low || c.Pumped:
		return 1
	case few(c):
		return 2
	default:
		return 3
	}
}

// concern is how many OTPs are not as usual.
func concern(c watch.Compared) float64 {
	switch {
	case c.Low || c.Pumped:
		return c.Missing
	case few(c):
		return c.Requests.Usual - float64(c.Requested)
	default:
		return 0
	}
}

// few reports whether fewer OTPs than usual were requested, and many the other end.
func few(c watch.Compared) bool { return c.RequestsKnown && float64(c.Requested) < c.Requests.Low }

func many(c watch.Compared) bool { return c.RequestsKnown && float64(c.Requested) > c.Requests.High }

func (w writer) row(c watch.Compared, named map[window.Key]bool) partRow {
	row := partRow{
		Requested: language.Number(c.Requested), Verified: language.Number(c.Verified), Rate: w.rate(c),
		UsualRate: w.words.NoRate, UsualRequested: w.words.NoRate,
	}
	switch {
	case !w.page.One:
		row.Name, row.Unknown = w.country(c.Country), c.Country == ""
		row.URL = w.address(url.Values{otplink.Country: {cmp.Or(c.Country, watch.Unknown)}, otplink.Hours: w.page.Query[otplink.Hours]})
	case c.Rest || c.Prefix == "":
		row.Name, row.Unknown = w.words.Rest, true
	default:
		row.Name = dial.Spaced(plaintext.Printable(c.Prefix))
	}
	if w.compares() && !c.New {
		row.UsualRate = w.percent(c.Rate.Usual)
		row.SaysUsualRate = w.words.Usual(row.UsualRate)
	}
	if w.compares() && c.RequestsKnown {
		row.UsualRequested = whole(c.Requests.Usual)
		row.SaysUsually = w.words.Usual(row.UsualRequested)
	}
	row.Marks = w.marks(c, named)
	return row
}

func (w writer) marks(c watch.Compared, named map[window.Key]bool) (marks []mark) {
	add := func(is bool, level, text string) {
		if is {
			marks = append(marks, mark{level, text})
		}
	}
	add(urgency(c, named) == 0, "critical", w.words.MarkOpen)
	add(c.Low, "critical", w.words.MarkLow)
	add(c.Pumped, "critical", w.words.MarkPumped)
	add(few(c), "warning", w.words.MarkFew)
	add(many(c) && !c.Pumped, "plain", w.words.MarkMany)
	add(w.compares() && c.New && !c.Rest, "plain", w.words.MarkNew)
	return marks
}

// country names a country by its code.
func (w writer) country(code string) string {
	if code == "" {
		return w.message.Unknown
	}
	return plaintext.Printable(code)
}

func whole(x float64) string { return language.Number(int64(math.Round(x))) }
