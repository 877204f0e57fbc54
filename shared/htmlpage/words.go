package htmlpage

import "signalbox/shared/language"

// Words are what a function's pages say in words of its own, in one language.
type Words struct {
	Home string // leads to where one begins
	// Refusals are what is said of those that the function alone has, or says more of,
	// by the end of the problem's type. Of others it is said what all functions say.
	Refusals map[string]Said
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

// of returns what is said of r. own are a function's.
func (w refusalWords) of(r Refusal, own map[string]Said) Said {
	for _, bySlug := range []map[string]Said{own, w.BySlug} {
		if said, ok := bySlug[r.Slug]; ok {
			return said
		}
	}
	if said, ok := w.ByStatus[r.Status]; ok {
		return said
	}
	return w.Other
}
