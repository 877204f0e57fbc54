package layout

import (
	"strings"
	"unicode/utf8"

	"signalbox/shared/notify"
)

// dialect is a kind of markdown.
type dialect struct {
	escape    func(string) string // somebody's words, so that nothing in them is markup
	paragraph string              // between lines
	bullet    string
	bold      string // before and after what is bold
	unlinked  bool   // rows do not lead to pages: there is no room for that
}

// fullWidth has forms that look alike take the places of marks: neither DingTalk nor
// WeCom says how to escape one.
var fullWidth = strings.NewReplacer(
	"*", "＊", "_", "＿", "`", "｀", "~", "～", "[", "［", "]", "］", "<", "＜", ">", "＞", "#", "＃", "|", "｜", "\\", "＼", "@", "＠", "://", "：//",
).Replace

// lines are the message without its title, with that many rows named.
func (d dialect) lines(m notify.Message, named int) []string {
	var lines []string
	for _, l := range m.Lines {
		lines = append(lines, d.line(l))
	}
	if named > 0 {
		t := m.Rows.Table(named)
		for _, r := range t.Rows {
			lines = append(lines, d.bullet+d.row(t.Columns, r))
		}
	}
	if said := unnamed(m.Rows, named); said != "" {
		lines = append(lines, d.escape(said))
	}
	if m.Footer != "" {
		lines = append(lines, d.escape(m.Footer))
	}
	return lines
}

func (d dialect) line(l notify.Line) string {
	var b strings.Builder
	if l.Bullet {
		b.WriteString(d.bullet)
	}
	for _, s := range l.Spans {
		text := d.escape(s.Text)
		if s.Bold {
			text = d.bold + text + d.bold
		}
		b.WriteString(text)
	}
	return b.String()
}

// row is one in words, without what is unknown.
func (d dialect) row(columns []notify.Column, r notify.Row) string {
	return rowText(columns, r, func(column int, text string) string {
		if columns[column].Linked && !d.unlinked && r.Link != "" {
			return d.link(text, r.Link)
		}
		return d.escape(text)
	})
}

func (d dialect) link(text, address string) string {
	return "[" + d.escape(text) + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20").Replace(address) + ")"
}

// inPlain is text without markup.
var inPlain = dialect{escape: func(text string) string { return text }, paragraph: "\n", bullet: "• ", unlinked: true}

// inWordsAlone is as much of m as is to be sent, without markup.
func inWordsAlone(m notify.Message, named int) string {
	lines := []string{m.Title}
	if m.Extent != notify.Short {
		lines = append(lines, inPlain.lines(m, named)...)
	}
	return strings.Join(lines, inPlain.paragraph)
}

// fit lays m out with as many rows as fits finds room for, at most [MaxNamed]. Where
// there is no room for all of them it leaves columns out first.
func fit[M any](m notify.Message, lay func(m notify.Message, named int) M, fits func(M) bool) M {
	named := min(MaxNamed, m.Rows.Count)
	with := func(rows notify.Rows) M {
		m.Rows = rows
		return lay(m, named)
	}
	rows := narrowed(m.Rows, func(rows notify.Rows) bool { return fits(with(rows)) })
	laidOut := with(rows)
	for named > 0 && !fits(laidOut) {
		named--
		laidOut = with(rows)
	}
	return laidOut
}

// cut keeps the first bytes of a text, whole characters, with an ellipsis for the rest.
func cut(text string, most int) string {
	const ellipsis = "…"
	if len(text) <= most {
		return text
	}
	text = text[:most-len(ellipsis)]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text + ellipsis
}
