package words

// Punctuation goes between clauses, with the space that it takes.
type Punctuation struct {
	Comma, Semicolon, Colon string
	Sentences               func(one, other string) string
}

// Columns are those of tables.
type Columns struct {
	What, Card, Pool, Receiver, Threshold, Action, Plan, Usage, PackageEnd, Details Column
	// These have what only one rule says.
	Cause, LastCounted, RunsOut, LastUse, Why, Sweeps, Lookups, Listing, Deliveries Column
}

// Column is one of a table.
type Column struct {
	Title string
	Label string // goes before a value where there are no columns
}

// Changes are what has changed.
type Changes struct {
	Worsened, Opened, Flapping, Reminded, Resolved func(n int) string // how many have

	New, Worse      string
	StillOpen, Over func(age string) string // the time since it was opened
	Flaps           Flaps

	More                 func(n int) string          // in a title, beside those that it names
	StillBad, NowAndThen func(counted string) string // titles of what is not new
	Cards                string                      // title of resolved ones of several kinds
	None                 string                      // title of no changes
	InThread             string                      // where those are that are not named
	AllInList            string                      // the same, of a status message
	AllAbove             string                      // the same, of a message without a list
	ID                   func(id string) string
}

// Flaps is how often an incident has flapped, by what it is now.
type Flaps struct {
	Open, Pending, Resolved func(changes int) string
}

// Status is what a status message says.
type Status struct {
	Open            func(n int) string
	NoneOpen        func(title string) string
	Kinds           func(n int) string // title of several kinds
	OpenFor         func(age string) string
	Oldest          func(age string) string // of several
	Elsewhere       func(n int) string      // in another status message
	Replaced        string                  // title
	NotKeptUpToDate string
}

// Summary is what the daily summary says.
type Summary struct {
	Title, NoneFinishedTitle func(day string) string
	Unreadable               string

	Finished                    func(sweeps int) string
	Late                        func(sweeps int) string // of these
	Failed                      func(runs int) string
	NeverFinished, NoneFinished string
	SoFar                       string                   // what follows is of the cards checked so far
	AsOf                        func(when string) string // what follows is that old

	Counts                 func(opened, resolved, open int) string
	Acknowledged, Silenced func(n int) string // of all; they follow Counts
	Critical               func(n int) string
	WorstNamed             func(each int) string // of each kind; it follows Critical
	Expiring, RunningOut   func(n int) string
	// They follow each of these: as many more that somebody knows of.
	MoreAcknowledged, MoreSilenced func(n int) string

	Used                    func(byDay string) string
	ChartTitle, ChartSeries string
}

// Coverage is how much of the fleet a message speaks of.
type Coverage struct {
	Checked     func(share string, cards int) string
	NoneChecked string
	OldestData  func(age string) string // it follows them
	NotChecked  func(cards int) string
	OfThem      func(n int) string // for one cause
	Partial     string
	Late        string
}

// Message are the parts that several messages have.
type Message struct {
	Worst, First func(named, all int) string // are shown
	MoreLines    func(n int) string          // are left out
	Console      string                      // label of a link
	ListMissing  string                      // title
	WorstNamed   string                      // what messages do without the list
	// Unwatched says why cards are not watched, and what to do.
	Unwatched func(reason, action string) string
}
