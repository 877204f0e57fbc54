package words

var english = Words{
	Tag: "en", Name: "English",
	Act: englishAct,

	Punctuation: Punctuation{Comma: ", ", Semicolon: "; ", Colon: ": ", Sentences: func(one, other string) string { return one + " " + other }},
	Time:        englishTime,
	Rules:       englishRules,
	Subjects:    englishSubjects,
	Causes:      englishCauses,
	Thresholds:  englishThresholds,
	Actions:     englishActions,
	Columns:     englishColumns,
	Changes:     englishChanges,
	Status:      englishStatus,
	Summary:     englishSummary,
	Coverage:    englishCoverage,
	Message:     englishMessage,
	Group:       englishGroup,
	Page:        englishPage,
}
