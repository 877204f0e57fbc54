package words

var englishRules = Rules{
	Expiry: Rule{
		Warning: "Package ends soon", Critical: "Package has ended", Resolved: "Package no longer ends soon",
	},
	Usage: Rule{
		Warning: "Usage is over its threshold", Critical: "Data is used up", Resolved: "Usage is below its threshold",
	},
	Stopped: Rule{
		Warning: "Card is stopped", Critical: "Card is stopped until it is topped up", Resolved: "Card is no longer stopped",
	},
	Stale: Rule{
		Warning: "Usage is not counted", Critical: "Usage is not counted", Resolved: "Usage is counted again",
	},
	Forecast: Rule{
		Warning:  "Data will not last until renewal, if use goes on like this",
		Critical: "Data will not last until renewal, if use goes on like this",
		Resolved: "Data will last until renewal, if use goes on like this",
	},
	Inactive: Rule{
		Warning: "Card uses no data any more", Critical: "Card uses no data any more", Resolved: "Card is no longer inactive",
	},
	Unreadable: Rule{
		Warning: "Card cannot be checked in full", Critical: "Card cannot be checked in full", Resolved: "Card can be checked in full again",
	},
	Sweep: Rule{
		Warning: "Sweep is late", Critical: "Sweeps fail, cards are not checked", Resolved: "Sweeps finish in time again",
	},
	Lookups: Rule{
		Warning: "Many cards cannot be looked up", Critical: "Hardly any card can be looked up", Resolved: "Cards can be looked up again",
	},
	Listing: Rule{
		Warning: "Listing of the fleet is not complete", Critical: "Listing of the fleet cannot be trusted",
		Resolved: "Listing of the fleet is complete again",
	},
	Receiver: Rule{
		Warning: "Notifications have waited over an hour for a receiver", Critical: "Notifications have waited over a day for a receiver",
		Resolved: "No notifications wait for the receiver any more",
	},
	Other: around("Rule ", ""), OtherResolved: around("Rule ", ", resolved"), Unnamed: "without a name",
	Off:        around("Rule ", " is switched off, or does not apply"),
	CardAbsent: "Card not found, or destroyed", PoolAbsent: "Pool not found",
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
		Chance: around("", " likely before it renews"),
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
