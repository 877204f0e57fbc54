package words

import "signalbox/shared/language"

var chineseMessage = Message{
	Age: Age{
		Moment:  "不到 1 分钟",
		Minutes: language.Numbered("", " 分钟"), Hours: language.Numbered("", " 小时"), Days: language.Numbered("", " 天"),
	},
	All: "所有国家/地区", Unknown: "未知国家/地区", Percent: language.Around("", "%"), Comma: "，",
	Sentence: func(one, other string) string { return one + other },
	Colon:    func(one, other string) string { return one + "：" + other },

	Rate: Rate{
		Name: "验证码转化率",
		Title: func(where, rate, usual string) string {
			return "验证码转化率偏低：" + where + "，已验证 " + rate + "（通常 " + usual + "）"
		},
		Under: func(where, rate, floor string) string {
			return "验证码转化率低于下限：" + where + "，已验证 " + rate + "（下限 " + floor + "）"
		},
		Part: func(where, requested, rate, usual string) string {
			return where + "：请求 " + requested + " 次，已验证 " + rate + "（通常 " + usual + "）。"
		},
		Normal:  "其余均正常。",
		Others:  language.Numbered("此外还有 ", " 处偏低。"),
		Minutes: language.Numbered("以上为最近 ", " 分钟的数据。"),
		ToDo:    "向运营商确认发往该地的签名、模板或通道是否被更改或拦截；并检查近期发布是否改动了表单",
	},
	Pumping: Pumping{
		Name: "短信盗刷",
		Title: func(where, requested, usual string) string {
			return "疑似短信盗刷：" + where + "，请求 " + requested + " 次（通常 " + usual + " 次）"
		},
		TitleNew: func(where, requested string) string {
			return "疑似短信盗刷：" + where + "，请求 " + requested + " 次（此前从未有过）"
		},
		Part: func(where, requested, verified, rate string) string {
			return where + "：请求 " + requested + " 次，已验证 " + verified + "（通常 " + rate + "）。"
		},
		Usual:   language.Around("同等时间内通常请求 ", " 次。"),
		NoPast:  "此前从未向该地发送。",
		Minutes: language.Numbered("以上为最近 ", " 分钟的数据。"),
		ToDo:    "在注册表单处封禁或限制这些号段，要求图形验证，并在阿里云短信服务的国家/地区设置中关闭不提供服务的国家/地区",
	},
	Silence: Silence{
		Name:  "验证码事件",
		Title: language.Around("已有 ", " 没有验证码请求"),
		Usual: func(requested, since string) string {
			return "同等时间内通常有 " + requested + " 次请求；最后一次早于 " + since + "。"
		},
		ToDo: "检查应用是否仍在向 POST /otp-events 或队列发送事件，以及用户是否还能登录",
	},
	Reports: Reports{
		Name:    "转化率上报",
		Waiting: language.Numbered("", " 条转化率上报待发送"),
		WaitingFor: func(n int, age string) string {
			return language.Number(int64(n)) + " 条转化率上报待发送，最久已等待 " + age
		},
		DeadLetters: language.Numbered("一天内有 ", " 条转化率上报成为死信"),
		Because:     language.Around("原因：", "。"), Reason: language.Around("最新的死信：", "。"),
		ToDo: "查看 GET /readyz 及上述原因；GET /dead-letters 列出已放弃的上报，POST /dead-letters/{id}/retry 可重新发送",
	},

	New: "新增", Worse: "恶化", StillOpen: language.Around("已持续 ", "，仍未解决"), Over: language.Around("持续 ", " 后恢复"),
	Flaps:    language.Numbered("反复波动，", " 次变化"),
	StillBad: language.Around("仍未解决：", ""), NowAndThen: language.Around("反复波动：", ""), Resolved: language.Around("已恢复：", ""),

	More: language.Numbered("另有 ", " 项"), MoreLines: language.Numbered("另有 ", " 行"),
	ToDo: language.Around("处理建议：", "。"),
	Open: language.Numbered("未解决 ", " 项"), OpenFor: language.Around("已持续 ", "。"),
	Elsewhere: language.Numbered("另有 ", " 项其他级别的告警，见另一条状态消息。"),
	NoneOpen:  language.Around("", "：没有未解决的告警"), Moved: language.Around("", "：已移至另一条消息"), None: "验证码转化率：没有变化",
	Replaced: "已由新消息取代", NotKeptUpToDate: "这条消息不再更新。",
	ListMissing: "无法附上列表", WorstNamed: "消息中已列出最严重的告警。",
	Page: "验证码转化率", AsOf: language.Around("截至 ", ""), ID: language.Around("编号 ", ""),
}
