package words

import "signalbox/shared/htmlpage"

var chinesePage = Page{
	Words: htmlpage.Words{
		Home: "全部告警",
		Refusals: map[string]htmlpage.Said{
			"old-link":          {Title: "链接已过期", Detail: "链接的有效期为七天，较新的消息里有新的链接。"},
			"unauthorized":      {Title: "请登录", Detail: "用户名任意，密码是本服务的一个令牌；也可以点击消息里的链接进入。"},
			"no-incidents-page": {Title: "告警页面尚未开放", Detail: "请设置 SIGNALBOX_API_TOKENS，或 SIGNALBOX_ALERTS_URL 和 SIGNALBOX_LINK_SECRET。"},
			"store-unavailable": {Title: "无法读取告警", Detail: "状态存储不可用或已损坏，处理方法见 GET /readyz 和日志。这并不表示一切正常。"},
			"cross-site":        {Title: "来自其他网站", Detail: "未作任何更改：表单不是从它自己的页面提交的。请打开该页面后再提交。"},
			"invalid-field":     {Title: "表单有误", Detail: "未作任何更改：表单中有一个字段不正确。"},
			"body-too-large":    {Title: "内容过大", Detail: "未作任何更改：表单过大。"},
		},
		Fields: map[string]htmlpage.Said{
			"for":     {Title: "静默时长有误", Detail: "未作任何更改：时长只能是 1h、24h、7d 或 renewal（直到流量重置）。"},
			"request": {Title: "请求名称有误", Detail: "未作任何更改：名称最多 64 个字符，只能包含字母、数字、- 和 _。"},
			"body":    {Title: "不是表单", Detail: "未作任何更改：请以 application/x-www-form-urlencoded 提交，例如 for=24h&name=Ann。"},
		},
	},
	Title: "告警", Filters: "筛选", All: "全部", Formats: "下载全部：",
	States:     map[string]string{"open": "未解决", "acknowledged": "已确认", "silenced": "已静默"},
	Severities: map[string]string{"critical": "严重", "warning": "警告"},
	None:       "没有未解决的告警。", NoneSuch: "没有符合条件的告警。",
	Unnamed: numbered("另有 ", " 项未在此显示，全部内容见下方文件。"),
	Columns: PageColumns{Part: "环节", Threshold: "阈值", Since: "已持续", Standing: "处理状态", Actions: "操作"},
	By:      around("操作人：", ""), At: around("开始于 ", ""), Until: around("直到 ", ""), Because: around("原因：", ""),
	ByFile:   "来源：规则文件",
	MuteTime: "处于免打扰时段，暂不通知", Inhibited: around("已有规则 ", " 的告警，不再单独通知"),
	AsOf: around("截至 ", ""), NoSweep: "尚未开始巡检，卡的情况未知。",
	UnderWay: around("本轮巡检开始于 ", ""), LastFinished: around("上一轮完整巡检完成于 ", ""),
	NeverWhole: "尚未完成一轮完整巡检，可能还有未显示的告警。",
	Late:       "巡检延迟：此处的数据比预期旧，可能还有新的告警。",
}
