package words

var englishTime = Time{
	Moment:  "less than a minute",
	Minutes: numbered("", " min"), Hours: numbered("", " h"), Days: counts("day", "days"),
	Past:   func(at, age string) string { return at + ", " + age + " ago" },
	Future: func(at, age string) string { return at + ", in " + age },
}

var englishColumns = Columns{
	What: Column{"What", "what"}, Card: Column{"Card", "card"}, Pool: Column{"Pool", "pool"}, Receiver: Column{"Receiver", "receiver"},
	Plan: Column{"Plan", "plan"}, Usage: Column{"Used / total", "used"}, PackageEnd: Column{"Package end", "package end"},
	Threshold: Column{"Threshold", "threshold"}, Action: Column{"To do", "to do"},
	Details: Column{"Details", "details"},
	Cause:   Column{"Cause", "cause"}, LastCounted: Column{"Last counted", "last counted"}, RunsOut: Column{"Runs out", "runs out"},
	LastUse: Column{"Last use", "last use"}, Why: Column{"Why", "why"}, Sweeps: Column{"Sweeps", "sweeps"},
	Lookups: Column{"Lookups", "lookups"}, Listing: Column{"Listing", "listing"}, Deliveries: Column{"Deliveries", "deliveries"},
}

var englishChanges = Changes{
	Worsened: numbered("", " worse"), Opened: numbered("", " new"), Flapping: numbered("", " flapping"),
	Reminded: numbered("", " still open"), Resolved: numbered("", " resolved"),
	New: "new", Worse: "worse", StillOpen: around("still open after ", ""), Over: around("resolved after ", ""),
	Flaps: Flaps{Open: flaps("open"), Pending: flaps("pending"), Resolved: flaps("resolved")},
	More:  numbered("", " more"), StillBad: around("Still open: ", ""), NowAndThen: around("Flapping: ", ""),
	Cards: "SIM cards", None: "SIM cards: no changes",
	InThread: "All are in the list in this thread.", AllInList: "All are in the list in the thread.", AllAbove: "All are counted above.",
	ID: around("id ", ""),
}

func flaps(now string) func(int) string {
	return func(n int) string { return "flapping, " + count(n, "change", "changes") + ", now " + now }
}

var englishStatus = Status{
	Open: numbered("", " open"), NoneOpen: around("", ": none open"), Kinds: func(n int) string { return "SIM cards, " + count(n, "kind of incidents", "kinds of incidents") },
	OpenFor: around("Open for ", ""), Oldest: around("The oldest has been open for ", ""),
	Elsewhere: func(n int) string {
		return count(n, "more, of another severity, is", "more, of another severity, are") + " in another status message"
	},
	Replaced: "Replaced by a newer message", NotKeptUpToDate: "This message is not kept up to date any more.",
}

var englishSummary = Summary{
	Title: around("SIM cards on ", ""), NoneFinishedTitle: around("SIM cards on ", ": no sweep was finished"),
	Unreadable: "SIM cards: the daily summary was written by another version and cannot be shown",
	Finished:   counts("sweep finished", "sweeps finished"), Late: numbered("*", " late*"),
	Failed:        func(runs int) string { return "*" + count(runs, "run", "runs") + " failed*" },
	NeverFinished: "*No sweep was ever finished*", NoneFinished: "*No sweep was finished*",
	SoFar: "what follows is of the cards checked so far", AsOf: around("what follows is as of the last one, ", ""),
	Counts: func(opened, resolved, open int) string {
		return "*" + Number(opened) + "* opened, *" + Number(resolved) + "* resolved, *" + Number(open) + "* open"
	},
	Acknowledged: numbered("*", "* acknowledged"), Silenced: numbered("*", "* silenced"),
	MoreAcknowledged: numbered("*", "* more acknowledged"), MoreSilenced: numbered("*", "* more silenced"),
	Critical: numbered("*", "* critical"), WorstNamed: numbered("the worst ", " of each kind are named"),
	Expiring:   numbered("*", "* with a package that ends within a week"),
	RunningOut: numbered("*", "* forecast to run out before renewal, if use goes on like this"),
	Used:       around("Data used: ", ""), ChartTitle: "Data used per day", ChartSeries: "Used",
}

var englishCoverage = Coverage{
	Checked: func(share string, cards int) string {
		return share + " of " + count(cards, "card", "cards") + " checked"
	},
	NoneChecked: "no cards checked", OldestData: around("oldest data ", ""),
	NotChecked: counts("card could not be checked", "cards could not be checked"), OfThem: numbered("", " of them"),
	Partial: "sweep not finished", Late: "sweep late",
}

var englishMessage = Message{
	Worst:     func(named, all int) string { return shown("worst", named, all) },
	First:     func(named, all int) string { return shown("first", named, all) },
	MoreLines: counts("more line is left out", "more lines are left out"),
	Console:   "Open the console", ListMissing: "The list could not be attached",
	WorstNamed: "The messages name the worst cards and count all of them.",
	Unwatched: func(reason, action string) string {
		return "Signalbox does not watch the SIM cards: " + reason + ". To do: " + action + "."
	},
}

// shown says how many of all are named.
func shown(which string, named, all int) string {
	switch named {
	case 0:
		return "None of " + Number(all) + " are shown."
	case 1:
		return "The " + which + " of " + Number(all) + " is shown."
	default:
		return "The " + which + " " + Number(named) + " of " + Number(all) + " are shown."
	}
}
