package htmlpage

import "strconv"

var chinese = words{
	Tag: "zh-Hans", Switch: "English", SwitchTag: "en", SkipToContent: "跳到正文",
	Refusal: refusalWords{
		BySlug: map[string]Said{
			"wrong-link":        {"链接无效", "链接被改动过，或属于另一个页面。请重新获取链接。"},
			"old-link":          {"链接已过期", "链接的有效期为七天。请重新获取链接。"},
			"unauthorized":      {"请登录", "用户名任意，密码是本服务的一个令牌。"},
			"no-such-path":      {"没有这个页面", "这个地址没有内容。"},
			"invalid-parameter": {"地址有误", "页面地址中有一部分不正确。"},
		},
		ByStatus: map[int]Said{
			400: {"请求有误", "无法理解这个请求。"},
			405: {"方法有误", "这个页面只能读取。"},
			429: {"请求太多", "请稍后再试。"},
			500: {"出错了", "原因已记入日志。"},
			502: {"阿里云出错", "请重试。"},
			503: {"暂时不可用", "请重试。"},
			504: {"没有及时得到回应", "请重试。"},
		},
		Other: Said{"没有成功", "原因已记入日志。"},
		Again: func(n int) string { return "请在 " + strconv.Itoa(n) + " 秒后重试。" },
		Field: "有误的部分：", Request: "请求",
	},
}
