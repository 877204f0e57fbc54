package words

// Message is what notifications say.
type Message struct {
	Age      Age
	All      string                   // where: in all countries
	Unknown  string                   // where: no country is known
	Percent  func(rate string) string // of a number
	Comma    string
	Sentence func(one, other string) string // one after the other
	Colon    func(one, other string) string

	Rate    Rate
	Pumping Pumping
	Silence Silence
	Reports Reports

	// What has become of an incident.
	New, Worse      string
	StillOpen, Over func(age string) string
	Flaps           func(changes int) string
	// They begin titles of what is not new.
	StillBad, NowAndThen, Resolved func(title string) string

	More      func(incidents int) string // in a title, beside the one that it names
	MoreLines func(n int) string         // are left out
	ToDo      func(what string) string
	Open      func(n int) string
	OpenFor   func(age string) string
	Elsewhere func(n int) string        // are in another status message
	NoneOpen  func(names string) string // of these rules
	Moved     func(names string) string // what is open of them is in another status message
	None      string                    // no changes

	Replaced, NotKeptUpToDate string
	ListMissing, WorstNamed   string
	Page                      string // label of the link to the page of the rates
	AsOf                      func(when string) string
	ID                        func(id string) string
}

// Rate words the rule about the rate.
type Rate struct {
	Name  string                                 // of what is wrong
	Title func(where, rate, usual string) string // the worst, and its number
	Under func(where, rate, floor string) string // the floor
	Part  func(where, requested, rate, usual string) string
	// Normal and Others are the rest, Minutes the time that was looked at.
	Normal  string
	Others  func(n int) string
	Minutes func(n int) string
	ToDo    string
}

// Pumping words the rule about pumped requests.
type Pumping struct {
	Name     string
	Title    func(where, requested, usual string) string
	TitleNew func(where, requested string) string
	Part     func(where, requested, verified, rate string) string // verified is the rate now
	// Usual and NoPast follow, Minutes is the time that was looked at.
	Usual   func(requested string) string
	NoPast  string
	Minutes func(n int) string
	ToDo    string
}

// Silence words the rule about events that stay away.
type Silence struct {
	Name  string
	Title func(age string) string
	Usual func(requested, since string) string
	ToDo  string
}

// Reports words the rule about the reports of rates.
type Reports struct {
	Name            string
	Waiting         func(n int) string
	WaitingFor      func(n int, age string) string
	DeadLetters     func(n int) string
	Because, Reason func(why string) string // of what waits, of the newest dead letter
	ToDo            string
}
