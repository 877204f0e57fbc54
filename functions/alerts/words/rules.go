package words

// Rules are the titles of all rules. How an incident ends is worded so that it holds
// where a threshold has changed, too.
type Rules struct {
	Expiry, Usage, Stopped, Stale, Forecast, Inactive, Unreadable Rule // of cards
	Receiver                                                      Rule
	Sweep, Lookups, Listing                                       FleetRule

	Other, OtherResolved func(name string) string // of a rule without words of its own
	Unnamed              string                   // instead of a name

	Off                    func(name string) string // the rule does not apply any more
	CardAbsent, PoolAbsent string
}

// Rule is what people read about one rule.
type Rule struct {
	Warning, Critical RuleGroup
	Resolved          string // how its incidents end
}

// RuleGroup is the incidents of a rule and a severity.
type RuleGroup struct {
	Title string
	Of    func(subjects string) string // says it of some: "3 cards used up"
}

// FleetRule is what people read about a rule of which there is one incident at most.
type FleetRule struct {
	Warning, Critical, Resolved string
}

// Subjects are what incidents are about, counted.
type Subjects struct {
	Cards, Pools, Groups, Receivers func(n int) string
	Several                         func(n int) string // of several kinds
}

// Causes are what only one rule says of its subject.
type Causes struct {
	Stops    Stops
	Forecast Forecast
	Sweep    Sweep
	Lookups  Lookups
	Listing  Listing
	Receiver Receiver
}

// Stops are why a card was stopped.
type Stops struct {
	User, Quota, Credit, Rebind, RealName, Abnormal, Other, Suspended string
}

// Forecast is when a card runs out.
type Forecast struct {
	Between func(expected, earliest, latest string) string
	From    func(expected, earliest string) string // it may be renewed before the latest
	// Each is a probability in words, with its number.
	AlmostCertain, Likely, Even, Unlikely func(share string) string
	Before                                func(chance string) string // that it runs out before it renews
	Rough                                 func(days int) string      // of use that are known: too few
}

// Thresholds are those that were crossed.
type Thresholds struct {
	Over, Reached func(share string) string // of the data
	Under         func(days int) string     // that are left of a package
	NoneLeft      string
	Chance        func(share string) string // that it runs out
	Idle          func(days int) string     // without use
}

// Actions are what to do next. They are short.
type Actions struct {
	Renew, TopUp, TopUpSoon, TopUpBefore         string
	AskOwner, Pay, Verify, CheckDevice, CheckUse string
	Console, Log, Allow, CheckReceiver           string
}

// Sweep is how sweeps do.
type Sweep struct {
	NoneFinished string
	LastFinished func(when string) string
	FailedRuns   func(n int) string // in a row
}

// Lookups is how lookups do.
type Lookups struct {
	Failed         func(failed, lookups int) string
	Allow          string // what to do where it is a permission
	ListingDecides string // until then
}

// Listing is how complete the listing of the fleet is.
type Listing struct {
	Empty   string
	Read    func(read, total int) string
	Odd     func(cards int, why string) string
	Before  func(cards int) string
	Missing func(share string) string // of those before; it follows them
}

// Receiver is how a receiver of notifications does.
type Receiver struct {
	Waiting func(n int) string
	Oldest  func(age string) string // of them; it follows them
}
