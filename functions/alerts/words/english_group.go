package words

var englishGroup = Group{
	Stopped: Rule{
		Warning:  RuleGroup{"A whole group of cards is stopped", around("", " stopped")},
		Critical: RuleGroup{"A whole group of cards is stopped, some until topped up", around("", " stopped, some until topped up")},
		Resolved: "Most cards of the group are no longer stopped",
	},
	Stale: Rule{
		Warning:  RuleGroup{"Usage of a whole group of cards is not counted", around("", " whose usage is not counted")},
		Critical: RuleGroup{"Usage of a whole group of cards is not counted", around("", " whose usage is not counted")},
		Resolved: "Usage of most cards of the group is counted again",
	},
	Cards: Column{"Group", "group"},
	First: Column{"First cards", "first"},
	More:  func(cards string, more int) string { return cards + " and " + Number(more) + " more" },
	Tag:   around("tag ", ""), Pool: around("pool ", ""), Carrier: around("carrier ", ""),
	StoppedSince: func(cards, total int, group, since string) string {
		return ofCards(cards, total, group) + " stopped since " + since
	},
	StaleSince: func(cards, total int, group, since string) string {
		return ofCards(cards, total, group) + " not counted, seen first at " + since
	},
	StillStopped: func(cards, total int, group string) string {
		return ofCards(cards, total, group) + " still stopped"
	},
	StillStale: func(cards, total int, group string) string {
		return ofCards(cards, total, group) + " still not counted"
	},
}

// ofCards begins what is said of some of the cards of a group.
func ofCards(cards, total int, group string) string {
	are := " are"
	if cards == 1 {
		are = " is"
	}
	return Number(cards) + " of " + count(total, "card", "cards") + " of " + group + are
}
