package words

import (
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

var chinesePage = Page{
	Words: htmlpage.Words{
		Home: "验证码转化率",
		Refusals: map[string]htmlpage.Said{
			"old-link":          {Title: "链接已过期", Detail: "链接的有效期为七天，较新的消息里有新的链接。"},
			"unauthorized":      {Title: "请登录", Detail: "用户名任意，密码是本服务的一个令牌；也可以点击消息里的链接进入。"},
			"no-store":          {Title: "此处不统计验证码", Detail: "统计需要状态存储：请设置 SIGNALBOX_REDIS_URL 或 SIGNALBOX_STATE_FILE。"},
			"store-unavailable": {Title: "无法读取转化率", Detail: "状态存储目前不可用，处理方法见 GET /readyz 和日志。这并不表示一切正常。"},
		},
	},
	Title: "验证码转化率", TitleOf: language.Around("验证码转化率：", ""), Spans: "时间范围", AllCountries: "全部国家和地区", NoRate: "–",
	Minutes: language.Numbered("", " 分钟"), Hours: language.Numbered("", " 小时"), Days: language.Numbered("", " 天"),

	From: func(from, until string) string { return from + " 至 " + until },
	Counted: func(requested, verified string) string {
		return "请求 " + requested + " 次，验证 " + verified + " 次"
	},
	CountedRate:    func(counted, rate string) string { return counted + "，转化率 " + rate },
	Usually:        func(shown, usual string) string { return shown + "（通常 " + usual + "）" },
	Usual:          language.Around("通常 ", ""),
	Pending:        language.Around("此后另有 ", " 次请求，所在窗口仍在统计"),
	WindowsDamaged: "部分窗口无法读取，未计入本页，详见日志。",
	PastDamaged:    "历史数据无法读取，因此没有与平时对比，原因见日志。",
	NoPast:         "还没有历史数据，因此没有与平时对比。统计几小时后会开始积累。",
	YoungPast:      language.Around("历史数据只有 ", "：目前与最近一天对比，满七天后与前几周的同一时段对比。"),

	Open: "未解决的告警", NothingOpen: "没有未解决的告警。",
	IncidentsDamaged: "无法读取告警。这并不表示一切正常。",
	MoreIncidents:    language.Numbered("另有 ", " 项未解决的告警。"),
	Severities:       map[string]string{"critical": "严重", "warning": "警告"},
	Since:            language.Around("开始于 ", ""),

	OverTime: "变化趋势", LegendLine: "统计值", LegendBand: "通常范围（上下三个标准差）", LegendOff: "超出通常范围",
	RateChart:     language.Around("每 ", " 的转化率，即验证次数占请求次数的比例，以及通常范围。下方表格列有具体数值。"),
	RequestsChart: language.Around("每 ", " 的验证码请求次数，以及通常范围。下方表格列有具体数值。"),
	Spot:          func(requested, rate string) string { return "请求 " + requested + " 次，转化率 " + rate },
	AsTable:       "以表格显示",

	ByCountry: "按国家和地区", ByPrefix: "按号段", Time: "时间", Country: "国家/地区", Prefix: "号段",
	Requested: "请求", Verified: "验证", Rate: "转化率", UsualRate: "通常转化率", UsualRequested: "通常请求", Requests: "验证码请求次数",
	Rest: "其余全部", NoParts: "没有验证码请求。",
	More: func(n, requested, verified string) string {
		return "另有 " + n + " 项未在此显示，共请求 " + requested + " 次，验证 " + verified + " 次。全部数据见 GET /otp-windows。"
	},
	MarkOpen: "有告警", MarkLow: "转化率低", MarkPumped: "疑似盗刷", MarkFew: "请求偏少", MarkMany: "请求偏多", MarkNew: "新出现",
}
