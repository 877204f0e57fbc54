package page

import (
	"strconv"

	"signalbox/shared/forecast"
	"signalbox/shared/htmlpage"
)

var english = words{
	Words: htmlpage.Words{
		Home: "Find a card",
		Refusals: map[string]htmlpage.Said{
			"wrong-link":           {Title: "This link is wrong", Detail: "It was altered, or is of another card. Ask for a new one."},
			"no-such-card":         {Title: "No such card", Detail: "This account has no such card, or the card no longer exists."},
			"quota-exhausted":      {Title: "Too many lookups", Detail: "The account’s quota of calls is used up for now."},
			"upstream-timeout":     {Title: "No answer in time", Detail: "Alibaba Cloud did not answer in time. Try again."},
			"upstream-unavailable": {Title: "Alibaba Cloud failed", Detail: "It did not answer as it should. Try again."},
			"upstream-denied":      {Title: "Alibaba Cloud refused", Detail: "It does not accept this function’s credentials or permissions. Its operator has to mend that."},
			"upstream-refused":     {Title: "Alibaba Cloud refused", Detail: "It refused the call. Trying again will not help."},
		},
	},
	Find: findWords{
		Title: "Find a SIM card", Label: "ICCID",
		Hint:   "The number that is printed on the card: 15 to 22 letters or digits.",
		Button: "Show the card", Wrong: "This is no ICCID: it has 15 to 22 letters or digits.",
	},
	Card: cardWords{
		Title: "SIM card", Unknown: "not known", None: "none",
		Unreadable: func(text string) string { return "not known; Alibaba Cloud says “" + text + "”" },
		Stale:      "Alibaba Cloud cannot be asked at the moment. This is what it said before.",
		Unlisted:   "The card’s status, tags and what is left of its data could not be read this time.",
		Asked:      "Alibaba Cloud said this at",
		Ago: func(n int) string {
			if n < 1 {
				return "less than a minute ago"
			}
			return plural(n, "minute", "minutes") + " ago"
		},
		Status: "Status", Tags: "Tags", Remark: "Remark",
		Statuses: map[string]string{
			"testable": "ready to be tested", "unused": "not used yet", "inUse": "in use", "stopped": "stopped",
			"suspended": "suspended", "destroyed": "destroyed",
		},
		Raw: "Raw values", RawHint: "What GET /cards/{iccid}/flow answers.",
	},
	Package: packageWords{
		Title: "Data package", Left: "left", Of: "of", Used: "Used", Share: "Share used", Ends: "Package ends", Renews: "Data renews",
		Counted: "Counted until", LeftUnknown: "How much is left is not known", UsedUp: "The data is used up.", Over: "has ended",
		BarUnknown: "The used share is not known",
		Bar:        func(share string) string { return share + " of the data is used" },
		Days:       func(n int) string { return "in " + plural(n, "day", "days") },
		Pool:       "This card shares the data of other cards, in the pool",
		List:       "Packages", Name: "Name", From: "From", Until: "Until", Remark: "Remark", None: "No packages are known.",
	},
	Forecast: forecastWords{
		Title: "Forecast", Lasts: "The data will probably last until it renews or ends.", Perhaps: "The data may run out before it renews or ends.", RunsOut: "The data will probably run out before it renews or ends.",
		Chance: "Chance to run out before", Expected: "Would run out, if never renewed", Range: "Probably between",
		To: "and", Beyond: "more than " + strconv.Itoa(forecast.Horizon) + " days away", Mean: "Average use a day",
		Points: func(n int) string {
			return "Assumes that use goes on as on the " + plural(n, "day", "days") + " that count."
		},
		Rough: "So few days count that the forecast is rough.",
		Today: "today", Renewal: "renews or ends", Axis: "When the data would run out, between today and the end",
		Reasons: map[string]string{
			forecast.NotEnoughData:  "There is no forecast yet: too few days of use are known.",
			forecast.RestUnknown:    "There is no forecast: how much data is left is not known.",
			forecast.RenewalUnknown: "There is no forecast: when the data renews is not known.",
		},
		None: "There is no forecast.",
	},
	Usage: usageWords{
		Title: "Daily usage", Table: "Daily usage as a table", Day: "Day", Used: "Used", Total: "Total",
		None: "No usage by day is known.",
		Chart: func(n int) string {
			return "Bars: data used on each of " + plural(n, "day", "days") + ". The table below has the numbers."
		},
		Unknown: func(n int) string {
			return "Not known for " + plural(n, "day", "days") + ", which the chart shows as dashed boxes."
		},
		Months: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	},
	Carriers: carrierWords{
		Title: "Carriers", Used: "Used", Share: "Share used", Signal: "Signal, in the carrier’s scale", Delay: "Delay in milliseconds",
		None:  "No carrier is known.",
		Names: map[string]string{"CMCC": "China Mobile", "CUCC": "China Unicom", "CTCC": "China Telecom"},
	},
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
