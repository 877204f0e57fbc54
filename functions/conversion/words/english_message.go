package words

import "signalbox/shared/language"

var englishMessage = Message{
	Age: Age{
		Moment:  "less than a minute",
		Minutes: language.Numbered("", " min"), Hours: language.Numbered("", " h"), Days: language.Counts("day", "days"),
	},
	All: "all countries", Unknown: "unknown country", Percent: language.Around("", "%"), Comma: ", ",
	Sentence: func(one, other string) string { return one + " " + other },
	Colon:    func(one, other string) string { return one + ": " + other },

	Rate: Rate{
		Name: "OTP rate",
		Title: func(where, rate, usual string) string {
			return "OTP rate low: " + where + ", " + rate + " verified (usually " + usual + ")"
		},
		Under: func(where, rate, floor string) string {
			return "OTP rate under the floor: " + where + ", " + rate + " verified (floor " + floor + ")"
		},
		Part: func(where, requested, rate, usual string) string {
			return where + ": " + requested + " requested, " + rate + " verified (usually " + usual + ")."
		},
		Normal: "Everything else is normal.",
		Others: func(n int) string {
			return language.Count(n, "other part is", "other parts are") + " low beside these."
		},
		Minutes: language.Numbered("Numbers of the last ", " min."),
		ToDo:    "see with your carrier whether the sender ID, the template or the route to there was changed or blocked; and whether a release of yours changed the form",
	},
	Pumping: Pumping{
		Name: "Pumped requests",
		Title: func(where, requested, usual string) string {
			return "OTPs are pumped: " + where + ", " + requested + " requested (usually " + usual + ")"
		},
		TitleNew: func(where, requested string) string {
			return "OTPs are pumped: " + where + ", " + requested + " requested (never before)"
		},
		Part: func(where, requested, verified, rate string) string {
			return where + ": " + requested + " requested, " + verified + " verified (usually " + rate + ")."
		},
		Usual:   language.Around("Usually ", " are requested in this time."),
		NoPast:  "Nothing was sent there before.",
		Minutes: language.Numbered("Numbers of the last ", " min."),
		ToDo:    "block or limit these prefixes at your sign-up form, demand a captcha there, and switch countries that you do not serve off in the country settings of Alibaba's text message service",
	},
	Silence: Silence{
		Name:  "OTP events",
		Title: language.Around("No OTP was requested for ", ""),
		Usual: func(requested, since string) string {
			return "Usually " + requested + " are requested in this time; the last one was before " + since + "."
		},
		ToDo: "see whether your application sends its events to POST /otp-events or the queue, and whether people can sign in at all",
	},
	Reports: Reports{
		Name:    "Reports of rates",
		Waiting: language.Counts("report waits", "reports wait"),
		WaitingFor: func(n int, age string) string {
			return language.Count(n, "report of rates waits", "reports of rates wait") + ", for up to " + age
		},
		DeadLetters: func(n int) string {
			return language.Count(n, "report of rates became a dead letter", "reports of rates became dead letters") + " within a day"
		},
		Because: language.Around("Why: ", "."), Reason: language.Around("The newest dead letter: ", "."),
		ToDo: "see GET /readyz and the cause above; GET /dead-letters lists what was given up, POST /dead-letters/{id}/retry sends it again",
	},

	New: "new", Worse: "worse", StillOpen: language.Around("still open after ", ""), Over: language.Around("resolved after ", ""),
	Flaps:    language.Numbered("flapping, ", " changes"),
	StillBad: language.Around("Still open: ", ""), NowAndThen: language.Around("Flapping: ", ""), Resolved: language.Around("Resolved: ", ""),

	More: language.Numbered("", " more"), MoreLines: language.Counts("more line", "more lines"),
	ToDo: language.Around("To do: ", "."),
	Open: language.Numbered("", " open"), OpenFor: language.Around("Open for ", "."),
	Elsewhere: func(n int) string {
		return language.Count(n, "more, of another severity, is", "more, of another severity, are") + " in another status message."
	},
	NoneOpen: language.Around("", ": nothing is open"), Moved: language.Around("", ": moved"), None: "OTP rates: no changes",
	Replaced: "A newer message shows what is open", NotKeptUpToDate: "This one is not kept up to date any more.",
	ListMissing: "The list could not be attached", WorstNamed: "The message names the worst.",
	Page: "OTP rates", AsOf: language.Around("As of ", ""), ID: language.Around("id ", ""),
}
