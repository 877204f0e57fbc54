package words

import (
	"strconv"

	"signalbox/shared/htmlpage"
)

var englishPage = Page{
	Frame: htmlpage.Words{
		Tag: "en", Switch: "中文", SwitchTag: "zh-Hans", Home: "All incidents", SkipToContent: "Skip to the content",
	},
	Title: "Incidents", Filters: "Show", All: "All", Formats: "All of them as",
	States:     map[string]string{"open": "Open", "acknowledged": "Acknowledged", "silenced": "Silenced"},
	Severities: map[string]string{"critical": "Critical", "warning": "Warning"},
	None:       "Nothing is open.", NoneSuch: "Nothing is open that fits this selection.",
	Unnamed: func(n string) string { return n + " more are not shown here. All are in the files below." },
	Columns: PageColumns{
		Subjects: map[string]string{"card": "Card", "pool": "Pool", "fleet": "Part"}, Details: "Details", Threshold: "Threshold", Used: "Used", Ends: "Package ends", Since: "Open for",
		Standing: "State", Actions: "Actions",
	},
	Of:      func(used, total string) string { return used + " of " + total },
	Share:   func(share string) string { return "(" + share + ")" },
	Ends:    func(age string) string { return "in " + age },
	Ended:   func(age string) string { return age + " ago" },
	Days:    func(n int) string { return counted(n, "day", "days") },
	Percent: func(n string) string { return n + "%" },
	By:      "by", At: "since", Until: "until", Because: "because:",
	MuteTime:  "not notified during the mute time",
	Inhibited: func(rule string) string { return "not notified, because of the rule " + rule },
	Coverage: PageCoverage{
		AsOf: "As of", NoSweep: "No sweep has begun yet: nothing is known of the fleet.", Nothing: "No card was checked.",
		Checked:  func(share, cards string) string { return share + " of " + cards + " cards checked" },
		Failed:   func(cards string) string { return cards + " could not be checked" },
		Most:     func(cards, why string) string { return cards + " of them because: " + why },
		Oldest:   func(age string) string { return "oldest data " + age + " old" },
		UnderWay: "A sweep is under way since", Finished: "The last whole sweep was finished at", Never: "No whole sweep is finished yet.",
		Late: "Sweeps are late: what is shown is older than it should be, and more may be wrong by now.",
	},
	Ages: PageAges{
		Moment:  "less than a minute",
		Minutes: func(n int) string { return strconv.Itoa(n) + " min" },
		Hours:   func(n int) string { return strconv.Itoa(n) + " h" },
		Days:    func(n int) string { return counted(n, "day", "days") },
		Ago:     func(age string) string { return age + " ago" },
	},
	Refusal: htmlpage.RefusalWords{
		BySlug: map[string]htmlpage.Said{
			"wrong-link":        {Title: "This link is wrong", Detail: "It was altered, or is of another page. Ask for a new one."},
			"old-link":          {Title: "This link is too old", Detail: "A link lasts for seven days. A newer message has a new one."},
			"unauthorized":      {Title: "Sign in", Detail: "Any name will do; the password is one of this function’s tokens. Or come by a link of a message."},
			"no-incidents-page": {Title: "Nobody may see the incidents", Detail: "Set SIGNALBOX_API_TOKENS, or SIGNALBOX_ALERTS_URL and SIGNALBOX_LINK_SECRET."},
			"no-such-path":      {Title: "No such page", Detail: "There is nothing at this address."},
			"invalid-parameter": {Title: "Wrong address", Detail: "A part of the page’s address is not right."},
			"store-unavailable": {Title: "The incidents cannot be read", Detail: "The state cannot be used, or is damaged. GET /readyz and the log say what to do. This does not mean that all is well."},
		},
		ByStatus: map[int]htmlpage.Said{
			400: {Title: "Wrong request", Detail: "It could not be understood."},
			405: {Title: "Wrong method", Detail: "This page can only be read."},
			500: {Title: "Something went wrong", Detail: "It has been logged."},
			503: {Title: "Not available", Detail: "Try again."},
		},
		Other:   htmlpage.Said{Title: "It did not work", Detail: "It has been logged."},
		Again:   func(n int) string { return "Try again in " + counted(n, "second", "seconds") + "." },
		Field:   "What is wrong:",
		Request: "Request",
	},
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
