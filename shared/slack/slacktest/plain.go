package slacktest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain returns the message as a reader sees it, in words: the blocks where
// there are any, else the text, then the names of its files. Links show their
// address in brackets, charts their numbers.
func (m Message) Plain() string {
	var b strings.Builder
	for _, p := range m.parts() {
		b.WriteString(p.plain())
		b.WriteByte('\n')
	}
	for _, f := range m.Files {
		b.WriteString("[" + f.label() + "]\n")
	}
	return b.String()
}

func (p part) plain() string {
	switch p.Kind {
	case "header":
		title := p.Text.plain()
		return title + "\n" + strings.Repeat("=", width(title))
	case "divider":
		return "----"
	case "context":
		return join(p.Items, " · ")
	case "table":
		return plainTable(p.Rows)
	case "data_table":
		return p.Text.plain() + "\n" + plainTable(p.Rows)
	case "data_visualization":
		return p.Text.plain() + " (" + p.Chart.describe() + ")\n" + plainTable(p.Chart.rows())
	}
	lines := make([]string, 0, 1+len(p.Items)+len(p.Links))
	if p.Text.Raw != "" {
		lines = append(lines, p.Text.plain())
	}
	for _, field := range p.Items {
		lines = append(lines, field.plainField())
	}
	for _, link := range p.Links {
		lines = append(lines, "["+link.Raw+"] "+link.URL)
	}
	if len(p.Controls) > 0 {
		labels := make([]string, len(p.Controls))
		for i, c := range p.Controls {
			labels[i] = "[" + c.label() + "]"
		}
		lines = append(lines, strings.Join(labels, " "))
	}
	return strings.Join(lines, "\n")
}

func join(texts []text, separator string) string {
	said := make([]string, len(texts))
	for i, t := range texts {
		said[i] = t.plain()
	}
	return strings.Join(said, separator)
}

// plain returns the words of t.
func (t text) plain() string {
	if !t.Mrkdwn {
		return t.Raw
	}
	var b strings.Builder
	writePlain(&b, parse(t.Raw))
	return b.String()
}

func writePlain(b *strings.Builder, spans []span) {
	for _, s := range spans {
		b.WriteString(s.Words)
		writePlain(b, s.Inside)
		if s.URL != "" && s.URL != s.Words {
			b.WriteString(" (" + s.URL + ")")
		}
	}
}

// plainField puts the first line of a field, its name, before the rest.
func (t text) plainField() string {
	name, value, ok := strings.Cut(t.plain(), "\n")
	if !ok {
		return name
	}
	return strings.TrimSuffix(name, ":") + ": " + value
}

// plainTable lines the cells of each column up.
func plainTable(rows [][]text) string {
	var widths [maxCells]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell.plain()))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		var b strings.Builder
		for j, cell := range row {
			said := cell.plain()
			b.WriteString(said + strings.Repeat(" ", widths[j]-width(said)+2))
		}
		lines[i] = strings.TrimRight(b.String(), " ")
	}
	return strings.Join(lines, "\n")
}

// width returns how many columns of a terminal s takes.
func width(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if isWide(r) {
			n++
		}
	}
	return n
}

// isWide reports whether a terminal shows r two columns wide.
func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300 && r <= 0x1faff
}
