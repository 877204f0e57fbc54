package words

var chinese = Words{
	Tag: "zh-CN", Name: "中文",

	Punctuation: Punctuation{Comma: "，", Semicolon: "；", Colon: "：", Sentences: func(one, other string) string { return one + other }},
	Time:        chineseTime,
	Rules:       chineseRules,
	Causes:      chineseCauses,
	Columns:     chineseColumns,
	Changes:     chineseChanges,
	Status:      chineseStatus,
	Summary:     chineseSummary,
	Coverage:    chineseCoverage,
	Message:     chineseMessage,
	Group:       chineseGroup,
	Page:        chinesePage,
}
