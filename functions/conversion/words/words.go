// Package words is the catalogue of all that people read of conversion, in English and
// Chinese. It is pure. Whoever shows something takes the texts of one language from
// [In], and puts what changes, such as numbers and countries, into them.
package words

import "signalbox/shared/language"

// Words are all texts in one language. None is empty. They are shared: nobody changes
// them.
type Words struct {
	Tag  string // of the language, as HTML has it
	Name string // of the language, in itself

	Message Message
	Page    Page
}

// In returns the texts of a language.
func In(l language.Language) Words {
	if l == language.Chinese {
		return chinese
	}
	return english
}

var english = Words{Tag: "en", Name: "English", Message: englishMessage, Page: englishPage}

var chinese = Words{Tag: "zh-CN", Name: "中文", Message: chineseMessage, Page: chinesePage}
