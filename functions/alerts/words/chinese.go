package words

var chinese = Words{
	Tag: "zh-CN", Name: "中文",
	Act: chineseAct,

	Punctuation: Punctuation{Comma: "，", Semicolon: "；", Colon: "：", Sentences: func(one, other string) string { return one + other }},
	Time:        chineseTime,
	Rules:       chineseRules,
	Subjects:    chineseSubjects,
	Causes:      chineseCauses,
	Thresholds:  chineseThresholds,
	Actions:     chineseActions,
	Columns:     chineseColumns,
	Changes:     chineseChanges,
	Status:      chineseStatus,
	Summary:     chineseSummary,
	Coverage:    chineseCoverage,
	Message:     chineseMessage,
	Group:       chineseGroup,
	Page:        chinesePage,
}
