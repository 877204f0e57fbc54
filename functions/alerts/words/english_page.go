package words

import "signalbox/shared/htmlpage"

var englishPage = Page{
	Words: htmlpage.Words{
		Home: "All incidents",
		Refusals: map[string]htmlpage.Said{
			"old-link":          {Title: "This link is too old", Detail: "A link lasts for seven days. A newer message has a new one."},
			"unauthorized":      {Title: "Sign in", Detail: "Any name will do; the password is one of this function’s tokens. Or come by a link of a message."},
			"no-incidents-page": {Title: "Nobody may see the incidents", Detail: "Set SIGNALBOX_API_TOKENS, or SIGNALBOX_ALERTS_URL and SIGNALBOX_LINK_SECRET."},
			"store-unavailable": {Title: "The incidents cannot be read", Detail: "The state cannot be used, or is damaged. GET /readyz and the log say what to do. This does not mean that all is well."},
			"cross-site":        {Title: "Sent from another site", Detail: "Nothing was changed: the form was not sent from its own page. Open that, and send it from there."},
			"invalid-field":     {Title: "Wrong form", Detail: "Nothing was changed: a field of the form is not right."},
			"body-too-large":    {Title: "Too large", Detail: "Nothing was changed: the form is too large."},
		},
		Fields: map[string]htmlpage.Said{
			"for":     {Title: "Wrong length of a silence", Detail: "Nothing was changed: a silence lasts for 1h, 24h, 7d, or renewal: until the data resets."},
			"request": {Title: "Wrong name of a request", Detail: "Nothing was changed: it has up to 64 of the letters A to Z and a to z, digits, - and _."},
			"body":    {Title: "Not a form", Detail: "Nothing was changed: send application/x-www-form-urlencoded, such as for=24h&name=Ann."},
		},
	},
	Title: "Incidents", Filters: "Show", All: "All", Formats: "All of them as",
	States:     map[string]string{"open": "Open", "acknowledged": "Acknowledged", "silenced": "Silenced"},
	Severities: map[string]string{"critical": "Critical", "warning": "Warning"},
	None:       "Nothing is open.", NoneSuch: "Nothing is open that fits this selection.",
	Unnamed: numbered("", " more are not shown here. All are in the files below."),
	Columns: PageColumns{Part: "Part", Threshold: "Threshold", Since: "Open for", Standing: "State", Actions: "Actions"},
	By:      around("by ", ""), At: around("since ", ""), Until: around("until ", ""), Because: around("because: ", ""),
	ByFile:   "by the rules file",
	MuteTime: "not notified during the mute time", Inhibited: around("not notified, because of the rule ", ""),
	AsOf: around("as of ", ""), NoSweep: "No sweep has begun yet: nothing is known of the fleet.",
	UnderWay: around("a sweep is under way since ", ""), LastFinished: around("the last whole sweep was finished at ", ""),
	NeverWhole: "No whole sweep is finished yet: more may be wrong than is shown.",
	Late:       "Sweeps are late: what is shown is older than it should be, and more may be wrong by now.",
}
