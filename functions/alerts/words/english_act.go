package words

var englishAct = Act{
	Acknowledge: "Acknowledge", Silence: "Silence for …", Undo: "Undo", Which: "Which one",
	All:  func(n int) string { return "All " + Number(n) },
	Hour: "1 hour", Day: "24 hours", Week: "7 days", Reset: "until the data resets",
	ResetAt: around("until the data resets (", ")"), EndAt: around("until the package ends (", ")"),

	AcknowledgedBy: func(n int, who string) string { return Number(n) + " acknowledged by " + who },
	Acknowledged:   func(n int) string { return Number(n) + " acknowledged" },
	SilencedByUntil: func(n int, who, when string) string {
		return Number(n) + " silenced by " + who + " until " + when
	},
	SilencedByOver: func(n int, who, first string) string {
		return Number(n) + " silenced by " + who + ", the first until " + first
	},
	SilencedUntil:      func(n int, when string) string { return Number(n) + " silenced until " + when },
	SilencedOver:       func(n int, first string) string { return Number(n) + " silenced, the first until " + first },
	FileSilenced:       func(n int) string { return Number(n) + " silenced by the rules file" },
	FileUntil:          func(n int, when string) string { return Number(n) + " silenced by the rules file until " + when },
	BothAcknowledgedBy: func(n int, who string) string { return Number(n) + " of them acknowledged by " + who },
	BothAcknowledged:   func(n int) string { return Number(n) + " of them acknowledged" },
	NothingOpen:        func(title string, n int) string { return title + ": nothing to do, " + Number(n) + " known" },

	StateOpen:         "open",
	StateAcknowledged: func(who string) string { return "acknowledged by " + who },
	StateSilenced:     func(who, until string) string { return "silenced by " + who + " until " + until },
	StateByFile:       func(until string) string { return "silenced by the rules file until " + until },
	StateByFileAlone:  "silenced by the rules file",
	Somebody:          "Somebody", Unnamed: "unnamed token",

	SaidAcknowledged: func(who string, n int, when string) string {
		return who + " has acknowledged " + incidents(n) + " at " + when
	},
	SaidSilenced: func(who string, n int, until, when string) string {
		return who + " has silenced " + incidents(n) + " until " + until + ", at " + when
	},
	SaidUndone: func(who string, n int, when string) string {
		return who + " has undone what stood of " + incidents(n) + " at " + when
	},
	OfCards: func(cards string) string { return ": " + cards },
	And:     func(more int) string { return " and " + Number(more) + " more" },
	Command: " (by command)", ByLink: " (by link)",

	DoneAcknowledged: func(n int) string { return "You have acknowledged " + incidents(n) + "." },
	DoneSilenced:     func(n int, until string) string { return "You have silenced " + incidents(n) + " until " + until + "." },
	SilencedSubject:  func(what, until string) string { return what + " is silenced until " + until + "." },
	DoneUndone:       func(n int) string { return "What stood of " + incidents(n) + " is undone." },
	UndoneSubject:    "The silence is ended.",
	Already:          func(who string) string { return who + " has done that before you. Nothing was changed." },
	AlreadyBySelf:    "You have done that before. Nothing was changed.",
	Over:             "Nothing was changed: what the message showed is over, or was opened anew since. See the newest message.",
	NothingToUndo:    "Nothing was changed: nobody has acknowledged or silenced it. What the rules file silences ends there.",
	MayNot:           "Nothing was changed: you may not do this. Whoever runs Signalbox can add your user id to SIGNALBOX_SLACK_OPERATORS.",
	Elsewhere:        "Nothing was changed: Signalbox does not post in this channel.",
	NotUnderstood:    "Nothing was changed: Signalbox does not know this button. It may be of an older version: see the newest message.",
	TryAgain:         "Nothing is known to be changed: the state could not be used. Try again in a moment.",

	Help: func(command string) string {
		return "*" + command + " card 8986…* what is open about a card\n" +
			"*" + command + " open* what is open\n" +
			"*" + command + " acknowledge 8986…* you take care of what is open about a card\n" +
			"*" + command + " silence 8986… 24h* nobody is notified about a card for 1h, 24h, 7d or until its data resets: reset\n" +
			"*" + command + " undo 8986…* ends both\n" +
			"*" + command + " help* this\n" +
			"Where something is open about a card, its masked number will do, as messages show it."
	},
	NoOperators: "Nothing was changed: commands only read, unless SIGNALBOX_SLACK_OPERATORS names who may do more.",
	NoCard: func(text string) string {
		return "“" + text + "” is not the number of a card, such as 89860345190897749986."
	},
	NoOpenCard: func(text string) string {
		return "Nothing is open about a card that is shown as “" + text + "”. Enter its whole number."
	},
	SeveralCards: func(text string, n int) string {
		return Number(n) + " cards are shown as “" + text + "”. Enter instead what is in front of the one you mean:"
	},
	NoSpan:    "Say for how long: 1h, 24h, 7d, or reset for until the data resets.",
	CardFine:  func(what string) string { return "Nothing is open about " + what + "." },
	CardTitle: func(what string, n int) string { return what + ": " + Number(n) + " open" },
	CardPage:  "The card's page",
	NoneOpen:  "Nothing is open.",
	OpenTitle: func(n int) string { return Number(n) + " open" },
	More:      func(n int) string { return "and " + Number(n) + " more" },

	FormAcknowledge: "Acknowledge", FormSilence: "Silence", FormUndo: "Undo",
	HintAcknowledge: "It is not reminded, and people are notified only when it gets worse or is over.",
	HintSilence:     "Nobody is notified of it until the silence is over.",
	HintUndo:        "People are notified as if nobody had acknowledged or silenced it.",
	HowLong:         "For how long", YourName: "Your name", Subject: "About", Since: "Open since", State: "State",
	ThisIsOver: "This incident is over, or was opened anew since: there is nothing to do here.",
	Back:       "All incidents",
}

func incidents(n int) string { return count(n, "incident", "incidents") }
