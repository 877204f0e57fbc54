package words

var chineseTime = Time{
	Moment:  "不到 1 分钟",
	Minutes: numbered("", " 分钟"), Hours: numbered("", " 小时"), Days: numbered("", " 天"),
	Past:   func(at, age string) string { return at + "（" + age + "前）" },
	Future: func(at, age string) string { return at + "（" + age + "后）" },
}

var chineseColumns = Columns{
	What: column("情况"), Card: column("卡"), Pool: column("流量池"), Receiver: column("接收方"),
	Plan: column("套餐"), Usage: Column{"已用 / 总量", "已用"}, PackageEnd: column("套餐到期"), Details: column("详情"),
	Threshold: column("阈值"), Action: column("处理"),
	Cause: column("原因"), LastCounted: column("上次更新"), RunsOut: column("预计用完"), LastUse: column("最后使用"),
	Why: column("原因"), Sweeps: column("巡检"), Lookups: column("查询"), Listing: column("列表"), Deliveries: column("投递"),
}

// column has no letters that are larger in a title.
func column(title string) Column { return Column{title, title} }

var chineseChanges = Changes{
	Worsened: numbered("恶化 ", " 项"), Opened: numbered("新增 ", " 项"), Flapping: numbered("反复波动 ", " 项"),
	Reminded: numbered("仍未解决 ", " 项"), Resolved: numbered("已恢复 ", " 项"),
	New: "新增", Worse: "恶化", StillOpen: around("已持续 ", "，仍未解决"), Over: around("持续 ", "后恢复"),
	Flaps: Flaps{
		Open:     numbered("反复波动 ", " 次，目前未解决"),
		Pending:  numbered("反复波动 ", " 次，目前待确认"),
		Resolved: numbered("反复波动 ", " 次，目前已恢复"),
	},
	More: numbered("另有 ", " 项"), StillBad: around("仍未解决：", ""), NowAndThen: around("反复波动：", ""),
	Cards: "物联网卡", None: "物联网卡：没有变化",
	InThread: "全部见本消息列中的列表。", AllInList: "全部见消息列中的列表。", AllAbove: "以上数字已包含全部。",
	ID: around("编号 ", ""),
}

var chineseStatus = Status{
	Open: numbered("未解决 ", " 项"), NoneOpen: around("", "：没有未解决的"), Kinds: numbered("物联网卡，", " 类告警"),
	OpenFor: around("已持续 ", ""), Oldest: around("最早的已持续 ", ""),
	Elsewhere: numbered("另有 ", " 项级别不同，见另一条状态消息"),
	Replaced:  "已由新消息取代", NotKeptUpToDate: "这条消息不再更新。",
}

var chineseSummary = Summary{
	Title: around("物联网卡日报 ", ""), NoneFinishedTitle: around("物联网卡日报 ", "：没有一次巡检完成"),
	Unreadable: "物联网卡日报由另一个版本写成，无法显示",
	Finished:   numbered("完成巡检 ", " 次"), Late: numbered("*延迟 ", " 次*"), Failed: numbered("*运行失败 ", " 次*"),
	NeverFinished: "*从未有巡检完成*", NoneFinished: "*没有一次巡检完成*",
	SoFar: "以下内容只涉及至今检查过的卡", AsOf: around("以下内容以最近一次完成的巡检为准，", ""),
	Counts: func(opened, resolved, open int) string {
		return "新增 *" + Number(opened) + "* 项，恢复 *" + Number(resolved) + "* 项，未解决 *" + Number(open) + "* 项"
	},
	Acknowledged: numbered("已确认 *", "* 项"), Silenced: numbered("已静默 *", "* 项"),
	MoreAcknowledged: numbered("另有已确认 *", "* 项"), MoreSilenced: numbered("另有已静默 *", "* 项"),
	Critical: numbered("严重 *", "* 项"), WorstNamed: numbered("每类列出最严重的 ", " 项"),
	Expiring:   numbered("套餐一周内到期：*", "* 张"),
	RunningOut: numbered("按当前用量，预计重置前用完：*", "* 张"),
	Used:       around("已用流量：", ""), ChartTitle: "每日已用流量", ChartSeries: "已用",
}

var chineseCoverage = Coverage{
	Checked:     func(share string, cards int) string { return "共 " + Number(cards) + " 张卡，已检查 " + share },
	NoneChecked: "没有检查任何卡", OldestData: around("最旧的数据为 ", "前"),
	NotChecked: numbered("", " 张卡未能检查"), OfThem: numbered("其中 ", " 张"),
	Partial: "巡检尚未完成", Late: "巡检延迟",
}

var chineseMessage = Message{
	Worst:     func(named, all int) string { return listed("最严重的", named, all) },
	First:     func(named, all int) string { return listed("最前的", named, all) },
	MoreLines: numbered("另有 ", " 行未显示"),
	Console:   "打开控制台", ListMissing: "无法附上列表",
	WorstNamed: "消息列出最严重的卡，并给出总数。",
	Unwatched: func(reason, action string) string {
		return "Signalbox 已无法监控物联网卡：" + reason + "。处理办法：" + action + "。"
	},
}

// listed says how many of all are named.
func listed(which string, named, all int) string {
	if named == 0 {
		return "共 " + Number(all) + " 项，均未列出。"
	}
	return "共 " + Number(all) + " 项，仅列出" + which + " " + Number(named) + " 项。"
}
