package words

var chineseGroup = Group{
	Stopped: Rule{
		Warning:  RuleGroup{"整组卡已停机", around("", "已停机")},
		Critical: RuleGroup{"整组卡已停机，其中有卡须充值才能恢复", around("", "已停机，其中有卡须充值才能恢复")},
		Resolved: "该组大部分卡不再停机",
	},
	Stale: Rule{
		Warning:  RuleGroup{"整组卡的用量没有更新", around("", "用量没有更新")},
		Critical: RuleGroup{"整组卡的用量没有更新", around("", "用量没有更新")},
		Resolved: "该组大部分卡的用量恢复更新",
	},
	Cards: column("卡组"),
	First: column("前几张卡"),
	More:  func(cards string, more int) string { return cards + "，另有 " + Number(more) + " 张" },
	Tag:   around("标签 ", ""), Pool: around("流量池 ", ""), Carrier: around("运营商 ", ""),
	StoppedSince: func(cards, total int, group, since string) string {
		return group + " 的 " + Number(total) + " 张卡中，" + Number(cards) + " 张自 " + since + " 起停机"
	},
	StaleSince: func(cards, total int, group, since string) string {
		return group + " 的 " + Number(total) + " 张卡中，" + Number(cards) + " 张用量没有更新，于 " + since + " 首次发现"
	},
	StillStopped: func(cards, total int, group string) string {
		return group + " 的 " + Number(total) + " 张卡中，仍有 " + Number(cards) + " 张停机"
	},
	StillStale: func(cards, total int, group string) string {
		return group + " 的 " + Number(total) + " 张卡中，仍有 " + Number(cards) + " 张用量没有更新"
	},
}
