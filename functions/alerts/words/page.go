package words

import "signalbox/shared/htmlpage"

// Page are the texts of the list of incidents as a page.
type Page struct {
	Frame   htmlpage.Words
	Refusal htmlpage.RefusalWords

	Title, Filters, All, Formats string
	// States are titles of what is open, acknowledged and silenced, by state.
	States     map[string]string
	Severities map[string]string
	None       string              // nothing is open at all
	NoneSuch   string              // nothing that was asked for
	Unnamed    func(string) string // so many are not named

	Columns PageColumns
	Of      func(used, total string) string // an amount of another
	Share   func(share string) string       // beside it
	Ends    func(age string) string         // in how long
	Ended   func(age string) string         // how long ago
	Days    func(int) string                // before the end
	Percent func(string) string             // of a threshold

	By, At, Until, Because string // in front of who, when, until when and why
	MuteTime               string // the incident is open, and not notified now
	Inhibited              func(rule string) string

	Coverage PageCoverage
	Ages     PageAges
}

// PageColumns are the titles of columns.
type PageColumns struct {
	Subjects                                                 map[string]string // by kind
	Details, Threshold, Used, Ends, Since, Standing, Actions string
}

// PageCoverage says how much of the fleet was checked, and how old that is.
type PageCoverage struct {
	AsOf     string                           // in front of a time
	NoSweep  string                           // nothing was checked yet
	Nothing  string                           // of the fleet was checked
	Checked  func(share, cards string) string // that part of so many cards
	Failed   func(cards string) string
	Most     func(cards, why string) string // of those that failed, and why
	Oldest   func(age string) string
	UnderWay string // in front of since when
	Finished string // in front of when the last whole sweep was
	Never    string // no whole sweep was
	Late     string // a sweep is late: the data is older than it should be
}

// PageAges say how long something lasts.
type PageAges struct {
	Moment               string // less than a minute
	Minutes, Hours, Days func(int) string
	Ago                  func(age string) string
}
