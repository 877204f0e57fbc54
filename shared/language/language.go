// Package language has the languages that people read Signalbox in. It is pure.
package language

import (
	"fmt"

	"golang.org/x/text/language"
)

// Language is one that messages and pages are written in. The zero value is English.
type Language int

// The languages. English is for those who understand neither.
const (
	English Language = iota
	Chinese
)

// Parameter is the parameter of a page's address that chooses its language.
const Parameter = "lang"

var matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})

// Match returns the language that suits best: chosen, en or zh, comes before what the
// header Accept-Language has.
func Match(chosen, acceptLanguage string) Language {
	var l Language
	if l.UnmarshalText([]byte(chosen)) == nil {
		return l
	}
	_, index := language.MatchStrings(matcher, acceptLanguage)
	return Language(index)
}

// Code returns en or zh.
func (l Language) Code() string {
	if l == Chinese {
		return "zh"
	}
	return "en"
}

// Other returns the language that is not l.
func (l Language) Other() Language { return 1 - l }

// UnmarshalText implements [encoding.TextUnmarshaler] for en and zh.
func (l *Language) UnmarshalText(text []byte) error {
	for _, known := range []Language{English, Chinese} {
		if string(text) == known.Code() {
			*l = known
			return nil
		}
	}
	return fmt.Errorf("must be en or zh, not %.20q", text)
}
