package words

import (
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

var englishPage = Page{
	Words: htmlpage.Words{
		Home: "OTP rates",
		Refusals: map[string]htmlpage.Said{
			"old-link":          {Title: "This link is too old", Detail: "A link lasts for seven days. A newer message has a new one."},
			"unauthorized":      {Title: "Sign in", Detail: "Any name will do; the password is one of this function’s tokens. Or come by a link of a message."},
			"no-store":          {Title: "No OTPs are counted here", Detail: "That needs a store: set SIGNALBOX_REDIS_URL or SIGNALBOX_STATE_FILE."},
			"store-unavailable": {Title: "The rates cannot be read", Detail: "The store cannot be used now. GET /readyz and the log say what to do. This does not mean that all is well."},
		},
	},
	Title: "OTP rates", TitleOf: language.Around("OTP rates: ", ""), Spans: "Show the last", AllCountries: "All countries", NoRate: "–",
	Minutes: language.Counts("minute", "minutes"), Hours: language.Counts("hour", "hours"), Days: language.Counts("day", "days"),

	From:           func(from, until string) string { return "from " + from + " until " + until },
	Counted:        func(requested, verified string) string { return requested + " requested, " + verified + " verified" },
	CountedRate:    func(counted, rate string) string { return counted + ": " + rate },
	Usually:        func(shown, usual string) string { return shown + " (usually " + usual + ")" },
	Usual:          language.Around("usually ", ""),
	Pending:        language.Around("", " more requested since, in windows that are still counting"),
	WindowsDamaged: "Some windows cannot be read, and are missing here. The log says which.",
	PastDamaged:    "The past of the rates cannot be read: nothing is compared with it. The log says why.",
	NoPast:         "There is no past yet: nothing is compared with what is usual. The first hours of counting make one.",
	YoungPast:      language.Around("The past is ", " old: what is usual is that of the last day, and becomes that of the same hours of past weeks after seven days."),

	Open: "Open incidents", NothingOpen: "Nothing is open.",
	IncidentsDamaged: "The incidents cannot be read. This does not mean that all is well.",
	MoreIncidents:    language.Numbered("", " more are open."),
	Severities:       map[string]string{"critical": "Critical", "warning": "Warning"},
	Since:            language.Around("since ", ""),

	OverTime: "Over time", LegendLine: "counted", LegendBand: "usual, plus and minus three standard deviations", LegendOff: "outside of that",
	RateChart:     language.Around("The part of the requested OTPs that was verified, for each ", ", and the band of what is usual. The table below has the numbers."),
	RequestsChart: language.Around("How many OTPs were requested, for each ", ", and the band of what is usual. The table below has the numbers."),
	Spot:          func(requested, rate string) string { return requested + " requested, rate " + rate },
	AsTable:       "As a table",

	ByCountry: "By country", ByPrefix: "By prefix", Time: "Time", Country: "Country", Prefix: "Prefix",
	Requested: "Requested", Verified: "Verified", Rate: "Rate", UsualRate: "Usual rate", UsualRequested: "Usually requested", Requests: "Requested OTPs",
	Rest: "all others", NoParts: "No OTP was requested.",
	More: func(n, requested, verified string) string {
		return n + " more are not shown here, with " + requested + " requested and " + verified + " verified. GET /otp-windows has all."
	},
	MarkOpen: "open incident", MarkLow: "low rate", MarkPumped: "pumped", MarkFew: "few", MarkMany: "many", MarkNew: "new",
}
