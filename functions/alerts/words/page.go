package words

import "signalbox/shared/htmlpage"

// Page are the texts of the list of incidents as a page, beside those that messages have,
// too.
type Page struct {
	htmlpage.Words

	Title      string
	Filters    string            // what the links to parts of the list do
	All        string            // of the list
	Formats    string            // in front of the forms in which it can be had
	States     map[string]string // open, acknowledged, silenced
	Severities map[string]string
	None       string             // nothing is open at all
	NoneSuch   string             // nothing that was asked for
	Unnamed    func(n int) string // are in the files alone

	Columns PageColumns

	// Who has acknowledged or silenced something, since when, until when and why.
	By, At, Until, Because func(string) string
	ByFile                 string // the rules file has silenced it
	MuteTime               string // the incident is open, and not notified now
	Inhibited              func(rule string) string

	AsOf         func(when string) string
	NoSweep      string                   // has begun yet
	UnderWay     func(when string) string // a sweep is, since then
	LastFinished func(when string) string // a whole sweep was
	NeverWhole   string                   // no whole sweep was finished
	Late         string                   // what is shown is older than it should be
}

// PageColumns are the titles of columns that no message has.
type PageColumns struct{ Part, Threshold, Since, Standing, Actions string }
