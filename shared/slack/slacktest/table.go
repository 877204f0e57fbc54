package slacktest

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
)

const (
	maxRows  = 100
	maxCells = 20
)

func readTable(raw json.RawMessage) (p part, ok bool) {
	var block struct {
		Rows [][]json.RawMessage `json:"rows"`
	}
	if json.Unmarshal(raw, &block) != nil || len(block.Rows) == 0 || len(block.Rows) > maxRows {
		return p, false
	}
	p.Rows, ok = readRows(block.Rows)
	return p, ok
}

func readRows(raw [][]json.RawMessage) (rows [][]text, ok bool) {
	for _, cells := range raw {
		row, ok := readRow(cells)
		if !ok {
			return nil, false
		}
		rows = append(rows, row)
	}
	return rows, true
}

func readRow(cells []json.RawMessage) (row []text, ok bool) {
	if len(cells) == 0 || len(cells) > maxCells {
		return nil, false
	}
	for _, cell := range cells {
		said, ok := readCell(cell)
		if !ok {
			return nil, false
		}
		row = append(row, text{Raw: said})
	}
	return row, true
}

func readCell(raw json.RawMessage) (string, bool) {
	var cell struct {
		Type  string  `json:"type"`
		Text  string  `json:"text"`
		Value float64 `json:"value"`
	}
	if json.Unmarshal(raw, &cell) != nil {
		return "", false
	}
	switch cell.Type {
	case "raw_text":
		return cell.Text, cell.Text != ""
	case "raw_number":
		if cell.Text == "" {
			cell.Text = strconv.FormatFloat(cell.Value, 'f', -1, 64)
		}
		return cell.Text, true
	case "rich_text":
		p, ok := readRichText(raw)
		return p.Text.Raw, ok
	}
	return "", false
}

// richElement is a node of rich text: a paragraph, a list, a word, a link.
type richElement struct {
	Type     string        `json:"type"`
	Text     string        `json:"text"`
	URL      string        `json:"url"`
	Name     string        `json:"name"` // of an emoji
	Elements []richElement `json:"elements"`
}

// readRichText keeps the words and line breaks of rich text, not its styles.
func readRichText(raw json.RawMessage) (part, bool) {
	var block richElement
	if json.Unmarshal(raw, &block) != nil || len(block.Elements) == 0 {
		return part{}, false
	}
	var b strings.Builder
	ok := block.write(&b)
	return part{Text: text{Raw: strings.TrimRight(b.String(), "\n")}}, ok
}

// write appends what e says, and reports whether Slack knows its kind.
func (e richElement) write(b *strings.Builder) bool {
	switch e.Type {
	case "text":
		b.WriteString(e.Text)
	case "link":
		b.WriteString(cmp.Or(e.Text, e.URL))
	case "emoji":
		b.WriteString(":" + e.Name + ":")
	case "rich_text", "rich_text_list":
		return e.writeElements(b)
	case "rich_text_section", "rich_text_quote", "rich_text_preformatted":
		ok := e.writeElements(b)
		b.WriteByte('\n')
		return ok
	default:
		return false
	}
	return true
}

func (e richElement) writeElements(b *strings.Builder) bool {
	for _, inner := range e.Elements {
		if !inner.write(b) {
			return false
		}
	}
	return true
}
