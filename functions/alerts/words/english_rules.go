package words

var englishRules = Rules{
	Expiry: Rule{
		Warning:  RuleGroup{"Package ends soon", around("", " whose package ends soon")},
		Critical: RuleGroup{"Package has ended", around("", " whose package has ended")},
		Resolved: "Package no longer ends soon",
	},
	Usage: Rule{
		Warning:  RuleGroup{"Usage is over its threshold", around("", " with high usage")},
		Critical: RuleGroup{"Data is used up", around("", " used up")},
		Resolved: "Usage is below its threshold",
	},
	Stopped: Rule{
		Warning:  RuleGroup{"Card is stopped", around("", " stopped")},
		Critical: RuleGroup{"Card is stopped until it is topped up", around("", " stopped until topped up")},
		Resolved: "Card is no longer stopped",
	},
	Stale: Rule{
		Warning:  RuleGroup{"Usage is not counted", around("", " whose usage is not counted")},
		Critical: RuleGroup{"Usage is not counted", around("", " whose usage is not counted")},
		Resolved: "Usage is counted again",
	},
	Forecast: Rule{
		Warning:  RuleGroup{"Data will not last until renewal, if use goes on like this", around("", " that will probably run out before renewal")},
		Critical: RuleGroup{"Data will not last until renewal, if use goes on like this", around("", " that will probably run out before renewal")},
		Resolved: "Data will last until renewal, if use goes on like this",
	},
	Inactive: Rule{
		Warning:  RuleGroup{"Card uses no data any more", around("", " no longer active")},
		Critical: RuleGroup{"Card uses no data any more", around("", " no longer active")},
		Resolved: "Card is no longer inactive",
	},
	Unreadable: Rule{
		Warning:  RuleGroup{"Card cannot be checked in full", around("", " not checked in full")},
		Critical: RuleGroup{"Card cannot be checked in full", around("", " not checked in full")},
		Resolved: "Card can be checked in full again",
	},
	Receiver: Rule{
		Warning:  RuleGroup{"Notifications have waited over an hour for a receiver", around("", " over an hour behind")},
		Critical: RuleGroup{"Notifications have waited over a day for a receiver", around("", " over a day behind")},
		Resolved: "No notifications wait for the receiver any more",
	},
	Sweep: FleetRule{
		Warning: "Sweep is late", Critical: "Sweeps fail, cards are not checked", Resolved: "Sweeps finish in time again",
	},
	Lookups: FleetRule{
		Warning: "Many cards cannot be looked up", Critical: "Hardly any card can be looked up", Resolved: "Cards can be looked up again",
	},
	Listing: FleetRule{
		Warning: "Listing of the fleet is not complete", Critical: "Listing of the fleet cannot be trusted",
		Resolved: "Listing of the fleet is complete again",
	},
	Other: around("Rule ", ""), OtherResolved: around("Rule ", ", resolved"), Unnamed: "without a name",
	Off:        around("Rule ", " is switched off, or does not apply"),
	CardAbsent: "Card not found, or destroyed", PoolAbsent: "Pool not found",
}

var englishSubjects = Subjects{
	Cards: counts("card", "cards"), Pools: counts("pool", "pools"), Groups: counts("group of cards", "groups of cards"), Receivers: counts("receiver", "receivers"),
	Several: counts("card or pool", "cards and pools"),
}

var englishCauses = Causes{
	Stops: Stops{
		User: "by its owner", Quota: "data used up", Credit: "no credit", Rebind: "moved to another device",
		RealName: "owner's identity not verified", Abnormal: "abnormal use", Other: "cause unknown", Suspended: "suspended",
	},
	Forecast: Forecast{
		Between: func(expected, earliest, latest string) string {
			return expected + " (" + earliest + " to " + latest + ")"
		},
		From:          func(expected, earliest string) string { return expected + " (" + earliest + " at the earliest)" },
		AlmostCertain: around("almost certain (", ")"), Likely: around("likely (", ")"),
		Even: around("about even (", ")"), Unlikely: around("unlikely (", ")"),
		Before: around("", " before it renews"),
		Rough: func(days int) string {
			return "rough: only " + count(days, "day of use is", "days of use are") + " known"
		},
	},
	Sweep: Sweep{
		NoneFinished: "no sweep was finished yet",
		LastFinished: around("last finished ", ""),
		FailedRuns:   counts("run in a row failed", "runs in a row failed"),
	},
	Lookups: Lookups{
		Failed:         func(failed, lookups int) string { return Number(failed) + " of " + Number(lookups) + " failed" },
		Allow:          "allow the key or role the action linkcard:GetCardFlowInfo",
		ListingDecides: "until then the listing alone decides about these cards",
	},
	Listing: Listing{
		Empty: "it has no cards",
		Read: func(read, total int) string {
			return Number(read) + " of its " + count(total, "card", "cards") + " could be read"
		},
		Odd:     func(cards int, why string) string { return "for " + count(cards, "card", "cards") + " " + why },
		Before:  numbered("before, it had ", ""),
		Missing: around("and ", " of those are missing now"),
	},
	Receiver: Receiver{
		Waiting: counts("notification waits", "notifications wait"),
		Oldest:  around("the oldest for ", ""),
	},
}

var englishThresholds = Thresholds{
	Over: around("over ", ""), Reached: around("", " reached"),
	Under: func(days int) string { return "under " + count(days, "day", "days") }, NoneLeft: "0 days left",
	Chance: around("over ", " likely"), Idle: counts("day without use", "days without use"),
}

var englishActions = Actions{
	Renew: "renew the package", TopUp: "top up", TopUpSoon: "plan a top-up", TopUpBefore: "top up before then",
	AskOwner: "ask the owner", Pay: "pay what is due", Verify: "verify the owner", CheckDevice: "check the device", CheckUse: "check what it is used for",
	Console: "see Alibaba's console", Log: "see the log", Allow: "allow GetCardFlowInfo", CheckReceiver: "check the receiver",
}
