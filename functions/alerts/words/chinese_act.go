package words

var chineseAct = Act{
	Acknowledge: "确认", Silence: "静默…", Undo: "撤销", Which: "选择其中一项",
	All:  func(n int) string { return "全部 " + Number(n) + " 项" },
	Hour: "1 小时", Day: "24 小时", Week: "7 天", Reset: "直到流量重置",
	ResetAt: around("直到流量重置（", "）"), EndAt: around("直到套餐到期（", "）"),

	AcknowledgedBy: func(n int, who string) string { return Number(n) + " 项已由 " + who + " 确认" },
	Acknowledged:   func(n int) string { return Number(n) + " 项已确认" },
	SilencedByUntil: func(n int, who, when string) string {
		return Number(n) + " 项已由 " + who + " 静默至 " + when
	},
	SilencedByOver: func(n int, who, first string) string {
		return Number(n) + " 项已由 " + who + " 静默，最早的至 " + first
	},
	SilencedUntil:      func(n int, when string) string { return Number(n) + " 项已静默至 " + when },
	SilencedOver:       func(n int, first string) string { return Number(n) + " 项已静默，最早的至 " + first },
	FileSilenced:       func(n int) string { return Number(n) + " 项已由规则文件静默" },
	FileUntil:          func(n int, when string) string { return Number(n) + " 项已由规则文件静默至 " + when },
	BothAcknowledgedBy: func(n int, who string) string { return "其中 " + Number(n) + " 项已由 " + who + " 确认" },
	BothAcknowledged:   func(n int) string { return "其中 " + Number(n) + " 项已确认" },
	NothingOpen:        func(title string, n int) string { return title + "：无需处理，" + Number(n) + " 项已知晓" },

	StateOpen:         "未解决",
	StateAcknowledged: func(who string) string { return "已由 " + who + " 确认" },
	StateSilenced:     func(who, until string) string { return "已由 " + who + " 静默至 " + until },
	StateByFile:       func(until string) string { return "已由规则文件静默至 " + until },
	StateByFileAlone:  "已由规则文件静默",
	Somebody:          "某人", Unnamed: "未命名的令牌",

	SaidAcknowledged: func(who string, n int, when string) string {
		return who + " 于 " + when + " 确认了 " + Number(n) + " 项告警"
	},
	SaidSilenced: func(who string, n int, until, when string) string {
		return who + " 于 " + when + " 将 " + Number(n) + " 项告警静默至 " + until
	},
	SaidUndone: func(who string, n int, when string) string {
		return who + " 于 " + when + " 撤销了对 " + Number(n) + " 项告警的处理"
	},
	OfCards: func(cards string) string { return "，涉及：" + cards },
	And:     func(more int) string { return " 等，另有 " + Number(more) + " 项" },
	Command: "（通过命令）", ByLink: "（通过链接）",

	DoneAcknowledged: func(n int) string { return "您已确认 " + Number(n) + " 项告警。" },
	DoneSilenced: func(n int, until string) string {
		return "您已将 " + Number(n) + " 项告警静默至 " + until + "。"
	},
	SilencedSubject: func(what, until string) string { return what + " 已静默至 " + until + "。" },
	DoneUndone:      func(n int) string { return "已撤销对 " + Number(n) + " 项告警的处理。" },
	UndoneSubject:   "静默已结束。",
	Already:         func(who string) string { return who + " 已先行处理。未作任何更改。" },
	AlreadyBySelf:   "您已处理过。未作任何更改。",
	Over:            "未作任何更改：消息中的告警已解决，或此后重新触发。请查看最新消息。",
	NothingToUndo:   "未作任何更改：没有人确认或静默过。规则文件中的静默只能在文件中结束。",
	MayNot:          "未作任何更改：您没有权限。Signalbox 的管理员可将您的用户 ID 加入 SIGNALBOX_SLACK_OPERATORS。",
	Elsewhere:       "未作任何更改：Signalbox 不在此频道发布消息。",
	NotUnderstood:   "未作任何更改：Signalbox 不认识此按钮，它可能来自旧版本。请查看最新消息。",
	TryAgain:        "无法确认是否已更改：暂时无法使用状态存储。请稍后再试。",

	Help: func(command string) string {
		return "*" + command + " card 8986…* 查看一张卡的告警\n" +
			"*" + command + " open* 查看未解决的告警\n" +
			"*" + command + " acknowledge 8986…* 确认一张卡的告警，由您处理\n" +
			"*" + command + " silence 8986… 24h* 在 1h、24h、7d 内或流量重置（reset）前不再通知该卡\n" +
			"*" + command + " undo 8986…* 撤销以上两者\n" +
			"*" + command + " help* 显示此帮助\n" +
			"卡有未解决的告警时，可直接输入消息中显示的隐藏卡号。"
	},
	NoOperators: "未作任何更改：除非 SIGNALBOX_SLACK_OPERATORS 指定了可操作的人，命令只能查询。",
	NoCard: func(text string) string {
		return "“" + text + "”不是卡号，卡号形如 89860345190897749986。"
	},
	NoOpenCard: func(text string) string {
		return "没有显示为“" + text + "”且有未解决告警的卡。请输入完整卡号。"
	},
	SeveralCards: func(text string, n int) string {
		return "有 " + Number(n) + " 张卡都显示为“" + text + "”。请改为输入所需那张卡前面的编号："
	},
	NoSpan:    "请说明时长：1h、24h、7d 或 reset（直到流量重置）。",
	CardFine:  func(what string) string { return what + " 没有未解决的告警。" },
	CardTitle: func(what string, n int) string { return what + "：" + Number(n) + " 项未解决" },
	CardPage:  "该卡的页面",
	NoneOpen:  "没有未解决的告警。",
	OpenTitle: func(n int) string { return Number(n) + " 项未解决" },
	More:      func(n int) string { return "另有 " + Number(n) + " 项" },

	FormAcknowledge: "确认告警", FormSilence: "静默告警", FormUndo: "撤销处理",
	HintAcknowledge: "确认后不再重复提醒，只在加重或解决时通知。",
	HintSilence:     "静默结束之前不再通知。",
	HintUndo:        "撤销后，将如同无人确认或静默一样通知。",
	HowLong:         "时长", YourName: "您的姓名", Subject: "对象", Since: "触发时间", State: "状态",
	ThisIsOver: "此告警已解决，或此后重新触发：此处无需操作。",
	Back:       "全部告警",
}
