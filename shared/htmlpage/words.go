package htmlpage

import "signalbox/shared/language"

// Words are what a function's pages say in words of its own, in one language.
type Words struct {
	Home string // leads to where one begins
	// Refusals are what is said of those that the function alone has, or says more of,
	// by the end of the problem's type. Of others it is said what all functions say.
	Refusals map[string]Said
	// Fields are what is said of a field of a form that breaks a rule, by its name. Of others
	// it is said what Refusals have.
	Fields map[string]Said
}

// Said is what a page says instead of what was asked for.
type Said struct{ Title, Detail string }

// words are what the pages of all functions say in one language. None is empty.
type words struct {
	Tag               string // of the html element
	Switch, SwitchTag string // to the other language, in that language
	SkipToContent     string
	Refusal           refusalWords
}

type refusalWords struct {
	BySlug   map[string]Said
	ByStatus map[int]Said
	Other    Said
	Again    func(seconds int) string
	Field    string
	Request  string
}

// wordsIn are the texts in a language.
func wordsIn(l language.Language) *words {
	if l == language.Chinese {
		return &chinese
	}
	return &english
}

// invalidField is the slug of a form's field that breaks a rule, as package web has it.
const invalidField = "invalid-field"

// of returns what is said of r. own are a function's.
func (w refusalWords) of(r Refusal, own Words) Said {
	if said, ok := own.Fields[r.Field]; ok && r.Slug == invalidField {
		return said
	}
	for _, bySlug := range []map[string]Said{own.Refusals, w.BySlug} {
		if said, ok := bySlug[r.Slug]; ok {
			return said
		}
	}
	if said, ok := w.ByStatus[r.Status]; ok {
		return said
	}
	return w.Other
}
