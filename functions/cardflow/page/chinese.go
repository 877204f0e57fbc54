package page

import (
	"strconv"

	"signalbox/shared/forecast"
	"signalbox/shared/htmlpage"
)

var chinese = words{
	Words: htmlpage.Words{
		Home: "查询卡片",
		Refusals: map[string]htmlpage.Said{
			"wrong-link":           {Title: "链接无效", Detail: "链接被改动过，或属于另一张卡。请重新获取链接。"},
			"no-such-card":         {Title: "没有这张卡", Detail: "此账号下没有这张卡，或卡已不存在。"},
			"quota-exhausted":      {Title: "查询太频繁", Detail: "账号的调用配额暂时用完了。"},
			"upstream-timeout":     {Title: "没有及时得到回应", Detail: "阿里云没有及时回应，请重试。"},
			"upstream-unavailable": {Title: "阿里云出错", Detail: "阿里云没有正常回应，请重试。"},
			"upstream-denied":      {Title: "阿里云拒绝了查询", Detail: "阿里云不接受本服务的凭证或权限，需要运维人员处理。"},
			"upstream-refused":     {Title: "阿里云拒绝了查询", Detail: "阿里云拒绝了这次调用，重试没有用。"},
		},
	},
	Find: findWords{
		Title: "查询物联网卡", Label: "ICCID",
		Hint:   "印在卡上的号码，15 到 22 位字母或数字。",
		Button: "查看", Wrong: "这不是 ICCID：应为 15 到 22 位字母或数字。",
	},
	Card: cardWords{
		Title: "物联网卡", Unknown: "未知", None: "无",
		Unreadable: func(text string) string { return "未知；阿里云返回“" + text + "”" },
		Stale:      "目前无法查询阿里云，以下是此前查到的数据。",
		Unlisted:   "这次没能读到卡的状态、标签和剩余流量。",
		Asked:      "阿里云数据查询时间",
		Ago: func(n int) string {
			if n < 1 {
				return "不到 1 分钟前"
			}
			return strconv.Itoa(n) + " 分钟前"
		},
		Status: "状态", Tags: "标签", Remark: "备注",
		Statuses: map[string]string{
			"testable": "可测试", "unused": "未使用", "inUse": "使用中", "stopped": "已停机", "suspended": "已暂停", "destroyed": "已销户",
		},
		Raw: "原始数据", RawHint: "GET /cards/{iccid}/flow 返回的内容。",
	},
	Package: packageWords{
		Title: "流量套餐", Left: "剩余", Of: "共", Used: "已用", Share: "已用比例", Ends: "到期", Renews: "流量重置",
		Counted: "统计截至", LeftUnknown: "剩余流量未知", UsedUp: "流量已用完。", Over: "已到期",
		BarUnknown: "已用比例未知",
		Bar:        func(share string) string { return "流量已用 " + share },
		Days:       func(n int) string { return strconv.Itoa(n) + " 天后" },
		Pool:       "此卡与其他卡共享流量，所属流量池",
		List:       "套餐列表", Name: "名称", From: "生效", Until: "到期", Remark: "备注", None: "没有已知的套餐。",
	},
	Forecast: forecastWords{
		Title: "用量预测", Lasts: "流量很可能够用到重置或到期。", Perhaps: "流量在重置或到期前可能用完。", RunsOut: "流量在重置或到期前很可能用完。",
		Chance: "在此之前用完的概率", Expected: "若不重置，预计用完", Range: "大致范围",
		To: "至", Beyond: strconv.Itoa(forecast.Horizon) + " 天以后", Mean: "日均用量",
		Points: func(n int) string { return "按计入的最近 " + strconv.Itoa(n) + " 天的用量推算。" },
		Rough:  "计入的天数太少，预测较粗略。",
		Today:  "今天", Renewal: "重置或到期", Axis: "从今天到周期结束之间，流量预计用完的时间",
		Reasons: map[string]string{
			forecast.NotEnoughData:  "暂无预测：已知用量的天数太少。",
			forecast.RestUnknown:    "暂无预测：剩余流量未知。",
			forecast.RenewalUnknown: "暂无预测：流量重置时间未知。",
		},
		None: "暂无预测。",
	},
	Usage: usageWords{
		Title: "每日用量", Table: "每日用量表格", Day: "日期", Used: "用量", Total: "合计",
		None: "没有已知的每日用量。",
		Chart: func(n int) string {
			return "柱状图：" + strconv.Itoa(n) + " 天的每日用量，数值见下面的表格。"
		},
		Unknown: func(n int) string { return "有 " + strconv.Itoa(n) + " 天用量未知，图中以虚线框表示。" },
		Months:  [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
	},
	Carriers: carrierWords{
		Title: "运营商", Used: "用量", Share: "已用比例", Signal: "信号强度（运营商标度）", Delay: "时延（毫秒）",
		None:  "没有已知的运营商。",
		Names: map[string]string{"CMCC": "中国移动", "CUCC": "中国联通", "CTCC": "中国电信"},
	},
}
