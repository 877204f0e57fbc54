package words

import "signalbox/shared/htmlpage"

// Page is what the page of the rates says.
type Page struct {
	htmlpage.Words

	Title        string
	TitleOf      func(country string) string
	Spans        string // what the links to other times do
	AllCountries string
	NoRate       string // where nothing was requested, or nothing is known

	Minutes, Hours, Days func(n int) string

	// What was counted from one time to another, at which rate, and what is usual.
	From           func(from, until string) string
	Counted        func(requested, verified string) string
	CountedRate    func(counted, rate string) string
	Usually        func(shown, usual string) string
	Usual          func(usual string) string
	Pending        func(requested string) string // in windows that have not closed
	WindowsDamaged string
	PastDamaged    string
	NoPast         string
	YoungPast      func(age string) string

	Open             string // incidents
	NothingOpen      string
	IncidentsDamaged string
	MoreIncidents    func(n int) string
	Severities       map[string]string
	Since            func(when string) string

	OverTime                          string
	LegendLine, LegendBand, LegendOff string
	RateChart, RequestsChart          func(length string) string
	Spot                              func(requested, rate string) string
	AsTable                           string

	ByCountry, ByPrefix           string
	Time, Country, Prefix         string
	Requested, Verified, Rate     string
	UsualRate, UsualRequested     string
	Requests                      string // how many there are over time
	Rest                          string
	NoParts                       string
	More                          func(n, requested, verified string) string
	MarkOpen, MarkLow, MarkPumped string
	MarkFew, MarkMany, MarkNew    string
}
