package page

import (
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

// wordsIn are the texts in a language.
func wordsIn(l language.Language) *words {
	if l == language.Chinese {
		return &chinese
	}
	return &english
}

// words are all texts of the pages in one language. None is empty.
type words struct {
	htmlpage.Words

	Find     findWords
	Card     cardWords
	Package  packageWords
	Forecast forecastWords
	Usage    usageWords
	Carriers carrierWords
}

type findWords struct{ Title, Label, Hint, Button, Wrong string }

type cardWords struct {
	Title, Unknown, None string
	Unreadable           func(text string) string // what the vendor says and nobody understands
	Stale, Unlisted      string                   // warnings
	Asked                string
	Ago                  func(minutes int) string
	Status, Tags, Remark string
	Statuses             map[string]string // by [flow.Listing.StatusWord]
	Raw, RawHint         string
}

type packageWords struct {
	Title, Left, Of, Used, Share, Ends, Renews, Counted string
	LeftUnknown, UsedUp, Over, BarUnknown               string
	Bar                                                 func(share string) string
	Days                                                func(n int) string // until the end
	Pool                                                string
	List, Name, From, Until, Remark, None               string
}

type forecastWords struct {
	Title                   string
	Lasts, Perhaps, RunsOut string
	Chance, Expected, Range string
	To, Beyond, Mean        string
	Points                  func(days int) string
	Rough                   string
	Today, Renewal, Axis    string
	Reasons                 map[string]string // by [forecast.Forecast.Reason]
	None                    string            // for a reason without words
}

type usageWords struct {
	Title, Table, Day, Used, Total, None string
	Chart                                func(days int) string
	Unknown                              func(days int) string
	Months                               [12]string
}

type carrierWords struct {
	Title, Used, Share, Signal, Delay, None string
	Names                                   map[string]string
}
