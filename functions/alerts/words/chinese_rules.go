package words

var chineseRules = Rules{
	Expiry: Rule{
		Warning: "套餐即将到期", Critical: "套餐已到期", Resolved: "套餐不再临近到期",
	},
	Usage: Rule{
		Warning: "用量超过阈值", Critical: "流量已用完", Resolved: "用量已低于阈值",
	},
	Stopped: Rule{
		Warning: "卡已停机", Critical: "卡已停机，充值后才能恢复", Resolved: "卡不再停机",
	},
	Stale: Rule{
		Warning: "用量没有更新", Critical: "用量没有更新", Resolved: "用量恢复更新",
	},
	Forecast: Rule{
		Warning: "按当前用量，流量不够用到重置", Critical: "按当前用量，流量不够用到重置", Resolved: "按当前用量，流量够用到重置",
	},
	Inactive: Rule{
		Warning: "卡不再使用流量", Critical: "卡不再使用流量", Resolved: "卡不再闲置",
	},
	Unreadable: Rule{
		Warning: "卡无法完整检查", Critical: "卡无法完整检查", Resolved: "卡恢复完整检查",
	},
	Sweep: Rule{
		Warning: "巡检延迟", Critical: "巡检失败，卡没有被检查", Resolved: "巡检恢复按时完成",
	},
	Lookups: Rule{
		Warning: "许多卡无法查询", Critical: "几乎所有卡都无法查询", Resolved: "卡恢复查询",
	},
	Listing: Rule{
		Warning: "卡列表不完整", Critical: "卡列表不可信", Resolved: "卡列表恢复完整",
	},
	Receiver: Rule{
		Warning: "有接收方的通知积压超过一小时", Critical: "有接收方的通知积压超过一天", Resolved: "该接收方不再有积压的通知",
	},
	Other: around("规则 ", ""), OtherResolved: around("规则 ", "，已恢复"), Unnamed: "（无名称）",
	Off:        around("规则 ", " 已关闭，或不再适用"),
	CardAbsent: "卡不存在，或已销户", PoolAbsent: "流量池不存在",
}

var chineseCauses = Causes{
	Stops: Stops{
		User: "用户主动停机", Quota: "流量已用完", Credit: "欠费", Rebind: "机卡分离",
		RealName: "未实名认证", Abnormal: "使用异常", Other: "原因未知", Suspended: "已暂停",
	},
	Forecast: Forecast{
		Between: func(expected, earliest, latest string) string {
			return expected + "（" + earliest + " 至 " + latest + "）"
		},
		Chance: around("重置前用完的概率为 ", ""),
		Rough:  numbered("粗略估计：已知用量的天数只有 ", " 天"),
	},
	Sweep: Sweep{
		NoneFinished: "还没有一次巡检完成",
		LastFinished: around("上次完成于 ", ""),
		FailedRuns:   numbered("连续 ", " 次运行失败"),
	},
	Lookups: Lookups{
		Failed: func(failed, lookups int) string {
			return Number(lookups) + " 次查询中 " + Number(failed) + " 次失败"
		},
		Allow:          "请为该密钥或角色授权 linkcard:GetCardFlowInfo",
		ListingDecides: "在此之前，这些卡仅以列表数据为准",
	},
	Listing: Listing{
		Empty: "列表中没有卡",
		Read: func(read, total int) string {
			return "共 " + Number(total) + " 张卡，读到 " + Number(read) + " 张"
		},
		Odd:     func(cards int, why string) string { return "其中 " + Number(cards) + " 张：" + why },
		Before:  numbered("此前有 ", " 张"),
		Missing: around("其中 ", " 现已缺失"),
	},
	Receiver: Receiver{
		Waiting: numbered("", " 条通知待发送"),
		Oldest:  around("最早的已等待 ", ""),
	},
}
