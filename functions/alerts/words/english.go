package words

var english = Words{
	Tag: "en", Name: "English",

	Punctuation: Punctuation{Comma: ", ", Semicolon: "; ", Colon: ": ", Sentences: func(one, other string) string { return one + " " + other }},
	Time:        englishTime,
	Rules:       englishRules,
	Causes:      englishCauses,
	Columns:     englishColumns,
	Changes:     englishChanges,
	Status:      englishStatus,
	Summary:     englishSummary,
	Coverage:    englishCoverage,
	Message:     englishMessage,
	Group:       englishGroup,
	Page:        englishPage,
}
