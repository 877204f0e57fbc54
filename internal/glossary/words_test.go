package glossary_test

import (
	"regexp"
	"slices"
	"strings"
)

// entry is a word, or several in a row, that the glossary has another for.
type entry struct {
	words []string
	// name says that only a name may not have it: in a text it is plain English.
	name bool
}

func (e entry) String() string { return strings.Join(e.words, " ") }

var (
	heading = regexp.MustCompile(`(?m)^\| say \| for \| not \|\n\|[-|]+\|\n((?:\|.*\n)+)`)
	aside   = regexp.MustCompile(`\([^)]*\)`)
)

// entries reads the right column of the glossary's table in page. What is in
// parentheses is explanation, and what is in italics is wrong as a name only.
func entries(page string) []entry {
	table := heading.FindStringSubmatch(page)
	if table == nil {
		return nil
	}
	var all []entry
	for line := range strings.Lines(table[1]) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		right := aside.ReplaceAllString(cells[len(cells)-1], "")
		for part := range strings.SplitSeq(right, ",") {
			part = strings.TrimSpace(part)
			if words := split(part); len(words) > 0 {
				all = append(all, entry{words: words, name: strings.HasPrefix(part, "*")})
			}
		}
	}
	return all
}

// part is one word of a name or of a text: Capitalised, lower, or ABBREVIATED.
var part = regexp.MustCompile(`[A-Z]+(?:[A-Z]?[a-z]+)?|[a-z]+`)

// split returns the words of a name or of a text, in lower case. A name is
// split at its capitals, and an abbreviation is a word.
func split(text string) []string {
	var words []string
	for _, run := range part.FindAllString(text, -1) {
		// HTTPServer is HTTP and Server.
		capitals := strings.IndexFunc(run, func(r rune) bool { return r >= 'a' })
		if capitals > 1 {
			words = append(words, strings.ToLower(run[:capitals-1]))
			run = run[capitals-1:]
		}
		words = append(words, strings.ToLower(run))
	}
	return words
}

// in tells whether the words hold e, or its plural.
func (e entry) in(words []string) bool {
	for i := range len(words) - len(e.words) + 1 {
		window := slices.Clone(words[i : i+len(e.words)])
		last := len(window) - 1
		if window[last] == e.words[last]+"s" {
			window[last] = e.words[last]
		}
		if slices.Equal(window, e.words) {
			return true
		}
	}
	return false
}

// wrong lists the entries that a name or a text has.
func wrong(entries []entry, text string, name bool) []string {
	words := split(text)
	var found []string
	for _, e := range entries {
		if (name || !e.name) && e.in(words) {
			found = append(found, e.String())
		}
	}
	return found
}
