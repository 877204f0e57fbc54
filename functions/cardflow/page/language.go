package page

import "golang.org/x/text/language"

// Language is one that pages are written in.
type Language int

// The languages. English is for those who understand neither.
const (
	English Language = iota
	Chinese
)

// LanguageParameter is the parameter of a page's address that chooses its language.
const LanguageParameter = "lang"

var matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})

// Match returns the language that suits best: chosen, en or zh, comes before what the
// header Accept-Language has.
func Match(chosen, acceptLanguage string) Language {
	switch chosen {
	case English.code():
		return English
	case Chinese.code():
		return Chinese
	}
	_, index := language.MatchStrings(matcher, acceptLanguage)
	return Language(index)
}

// code is the value of [LanguageParameter].
func (l Language) code() string {
	if l == Chinese {
		return "zh"
	}
	return "en"
}

func (l Language) other() Language { return 1 - l }

func (l Language) words() *words {
	if l == Chinese {
		return &chinese
	}
	return &english
}
