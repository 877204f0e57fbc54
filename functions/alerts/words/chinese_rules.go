package words

var chineseRules = Rules{
	Expiry: Rule{
		Warning:  RuleGroup{"套餐即将到期", around("", "套餐即将到期")},
		Critical: RuleGroup{"套餐已到期", around("", "套餐已到期")},
		Resolved: "套餐不再临近到期",
	},
	Usage: Rule{
		Warning:  RuleGroup{"用量超过阈值", around("", "用量超过阈值")},
		Critical: RuleGroup{"流量已用完", around("", "流量已用完")},
		Resolved: "用量已低于阈值",
	},
	Stopped: Rule{
		Warning:  RuleGroup{"卡已停机", around("", "已停机")},
		Critical: RuleGroup{"卡已停机，充值后才能恢复", around("", "已停机，充值后才能恢复")},
		Resolved: "卡不再停机",
	},
	Stale: Rule{
		Warning:  RuleGroup{"用量没有更新", around("", "用量没有更新")},
		Critical: RuleGroup{"用量没有更新", around("", "用量没有更新")},
		Resolved: "用量恢复更新",
	},
	Forecast: Rule{
		Warning:  RuleGroup{"按当前用量，流量不够用到重置", around("", "流量预计不够用到重置")},
		Critical: RuleGroup{"按当前用量，流量不够用到重置", around("", "流量预计不够用到重置")},
		Resolved: "按当前用量，流量够用到重置",
	},
	Inactive: Rule{
		Warning:  RuleGroup{"卡不再使用流量", around("", "不再使用流量")},
		Critical: RuleGroup{"卡不再使用流量", around("", "不再使用流量")},
		Resolved: "卡不再闲置",
	},
	Unreadable: Rule{
		Warning:  RuleGroup{"卡无法完整检查", around("", "无法完整检查")},
		Critical: RuleGroup{"卡无法完整检查", around("", "无法完整检查")},
		Resolved: "卡恢复完整检查",
	},
	Receiver: Rule{
		Warning:  RuleGroup{"有接收方的通知积压超过一小时", around("", "通知积压超过一小时")},
		Critical: RuleGroup{"有接收方的通知积压超过一天", around("", "通知积压超过一天")},
		Resolved: "该接收方不再有积压的通知",
	},
	Sweep: FleetRule{
		Warning: "巡检延迟", Critical: "巡检失败，卡没有被检查", Resolved: "巡检恢复按时完成",
	},
	Lookups: FleetRule{
		Warning: "许多卡无法查询", Critical: "几乎所有卡都无法查询", Resolved: "卡恢复查询",
	},
	Listing: FleetRule{
		Warning: "卡列表不完整", Critical: "卡列表不可信", Resolved: "卡列表恢复完整",
	},
	Other: around("规则 ", ""), OtherResolved: around("规则 ", "，已恢复"), Unnamed: "（无名称）",
	Off:        around("规则 ", " 已关闭，或不再适用"),
	CardAbsent: "卡不存在，或已销户", PoolAbsent: "流量池不存在",
}

var chineseSubjects = Subjects{
	Cards: numbered("", " 张卡"), Pools: numbered("", " 个流量池"), Groups: numbered("", " 组卡"), Receivers: numbered("", " 个接收方"),
	Several: numbered("", " 个卡或流量池"),
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
		From:          func(expected, earliest string) string { return expected + "（最早 " + earliest + "）" },
		AlmostCertain: around("几乎肯定（", "）"), Likely: around("很可能（", "）"),
		Even: around("约一半可能（", "）"), Unlikely: around("不太可能（", "）"),
		Before: around("重置前用完：", ""),
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

var chineseThresholds = Thresholds{
	Over: around("超过 ", ""), Reached: around("达到 ", ""), Under: numbered("不足 ", " 天"), NoneLeft: "剩余 0 天",
	Chance: around("概率超过 ", ""), Idle: numbered("", " 天未使用"),
}

var chineseActions = Actions{
	Renew: "续订套餐", TopUp: "补充流量", TopUpSoon: "准备补充流量", TopUpBefore: "在此之前补充流量",
	AskOwner: "联系用户", Pay: "缴清欠费", Verify: "完成实名认证", CheckDevice: "检查设备", CheckUse: "核查用途",
	Console: "查看阿里云控制台", Log: "查看日志", Allow: "授权 GetCardFlowInfo", CheckReceiver: "检查接收方",
}
