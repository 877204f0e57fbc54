// Package words is the catalogue of all that people read of alerts, in English and
// Chinese. It is pure. Whoever shows something takes the texts of one language from
// [In], and puts what changes, such as numbers and cards, into them.
//
// A vendor's own words, such as those of an error of Alibaba's, are shown as they are.
package words

import "signalbox/shared/language"

// Words are all texts in one language. None is empty. They are shared: nobody changes
// them. In some, *this* is bold.
type Words struct {
	Tag  string // of the language, as HTML has it
	Name string // of the language, in itself

	Act         Act
	Punctuation Punctuation
	Time        Time
	Rules       Rules
	Subjects    Subjects
	Causes      Causes
	Thresholds  Thresholds
	Actions     Actions
	Columns     Columns
	Changes     Changes
	Status      Status
	Summary     Summary
	Coverage    Coverage
	Message     Message
	Group       Group
	Page        Page // the list of incidents as a page
}

// In returns the texts in a language.
func In(l language.Language) *Words {
	if l == language.Chinese {
		return &chinese
	}
	return &english
}
