package layout

import (
	"strings"

	"signalbox/shared/notify"
)

// RowTexts are rows in words, without what is unknown.
func RowTexts(t notify.Table) []string {
	texts := make([]string, len(t.Rows))
	for i, r := range t.Rows {
		texts[i] = rowText(t.Columns, r, func(_ int, text string) string { return text })
	}
	return texts
}

// rowText is a row where there are no columns, each of its cells as word has it.
func rowText(columns []notify.Column, r notify.Row, word func(column int, text string) string) string {
	parts := make([]string, 0, len(r.Cells))
	for i, cell := range r.Cells {
		if text := columns[i].Label + cell; cell != "" {
			if text = word(i, text); text != "" {
				parts = append(parts, text)
			}
		}
	}
	return strings.Join(parts, " · ")
}
