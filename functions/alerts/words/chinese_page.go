package words

import (
	"strconv"

	"signalbox/shared/htmlpage"
)

var chinesePage = Page{
	Frame: htmlpage.Words{
		Tag: "zh-Hans", Switch: "English", SwitchTag: "en", Home: "全部告警", SkipToContent: "跳到正文",
	},
	Title: "告警", Filters: "筛选", All: "全部", Formats: "下载全部：",
	States:     map[string]string{"open": "未解决", "acknowledged": "已确认", "silenced": "已静默"},
	Severities: map[string]string{"critical": "严重", "warning": "警告"},
	None:       "没有未解决的告警。", NoneSuch: "没有符合条件的告警。",
	Unnamed: func(n string) string { return "另有 " + n + " 条未在此显示，全部内容见下方文件。" },
	Columns: PageColumns{
		Subjects: map[string]string{"card": "卡片", "pool": "流量池", "fleet": "环节"}, Details: "详情", Threshold: "阈值", Used: "已用流量", Ends: "套餐到期", Since: "已持续",
		Standing: "状态", Actions: "操作",
	},
	Of:      func(used, total string) string { return used + " / " + total },
	Share:   func(share string) string { return "（" + share + "）" },
	Ends:    func(age string) string { return age + "后" },
	Ended:   func(age string) string { return age + "前" },
	Days:    func(n int) string { return strconv.Itoa(n) + " 天" },
	Percent: func(n string) string { return n + "%" },
	By:      "操作人：", At: "开始于", Until: "直到", Because: "原因：",
	MuteTime:  "处于免打扰时段，暂不通知",
	Inhibited: func(rule string) string { return "因规则 " + rule + " 的告警而不单独通知" },
	Coverage: PageCoverage{
		AsOf: "数据时间", NoSweep: "尚未开始巡检，卡片情况未知。", Nothing: "没有检查任何卡片。",
		Checked:  func(share, cards string) string { return "共 " + cards + " 张卡，已检查 " + share },
		Failed:   func(cards string) string { return cards + " 张无法检查" },
		Most:     func(cards, why string) string { return "其中 " + cards + " 张的原因：" + why },
		Oldest:   func(age string) string { return "最旧的数据是 " + age + "前的" },
		UnderWay: "本轮巡检开始于", Finished: "上一轮完整巡检结束于", Never: "尚未完成一轮完整巡检。",
		Late: "巡检延迟：此处的数据比预期旧，可能还有新的问题。",
	},
	Ages: PageAges{
		Moment:  "不到一分钟",
		Minutes: func(n int) string { return strconv.Itoa(n) + " 分钟" },
		Hours:   func(n int) string { return strconv.Itoa(n) + " 小时" },
		Days:    func(n int) string { return strconv.Itoa(n) + " 天" },
		Ago:     func(age string) string { return age + "前" },
	},
	Refusal: htmlpage.RefusalWords{
		BySlug: map[string]htmlpage.Said{
			"wrong-link":        {Title: "链接无效", Detail: "链接被改动过，或属于另一个页面。请重新获取链接。"},
			"old-link":          {Title: "链接已过期", Detail: "链接的有效期为七天，较新的消息里有新的链接。"},
			"unauthorized":      {Title: "请登录", Detail: "用户名任意，密码是本服务的一个令牌；也可以点击消息里的链接进入。"},
			"no-incidents-page": {Title: "告警页面尚未开放", Detail: "请设置 SIGNALBOX_API_TOKENS，或 SIGNALBOX_ALERTS_URL 和 SIGNALBOX_LINK_SECRET。"},
			"no-such-path":      {Title: "没有这个页面", Detail: "这个地址没有内容。"},
			"invalid-parameter": {Title: "地址有误", Detail: "页面地址中有一部分不正确。"},
			"store-unavailable": {Title: "无法读取告警", Detail: "状态存储不可用或已损坏，处理方法见 GET /readyz 和日志。这并不表示一切正常。"},
		},
		ByStatus: map[int]htmlpage.Said{
			400: {Title: "请求有误", Detail: "无法理解这个请求。"},
			405: {Title: "方法有误", Detail: "这个页面只能读取。"},
			500: {Title: "出错了", Detail: "原因已记入日志。"},
			503: {Title: "暂时不可用", Detail: "请重试。"},
		},
		Other:   htmlpage.Said{Title: "没有成功", Detail: "原因已记入日志。"},
		Again:   func(n int) string { return "请在 " + strconv.Itoa(n) + " 秒后重试。" },
		Field:   "有误的部分：",
		Request: "请求",
	},
}
