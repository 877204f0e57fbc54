package slacktest

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

const (
	maxDataRows     = 101 // the header row included
	maxDataText     = 10000
	maxPageSize     = 100
	defaultPageSize = 5
)

// readDataTable reads a table whose first row is its header.
//
// See https://docs.slack.dev/reference/block-kit/blocks/data-table-block/.
func readDataTable(raw json.RawMessage) (p part, ok bool) {
	block := struct {
		Caption  string              `json:"caption"`
		Rows     [][]json.RawMessage `json:"rows"`
		PageSize int                 `json:"page_size"`
	}{PageSize: defaultPageSize}
	if json.Unmarshal(raw, &block) != nil || block.Caption == "" || len(block.Rows) < 2 || len(block.Rows) > maxDataRows ||
		block.PageSize < 1 || block.PageSize > maxPageSize || slices.ContainsFunc(block.Rows[0], isRichText) {
		return p, false
	}
	p.Text = text{Raw: block.Caption}
	p.Rows, ok = readRows(block.Rows)
	return p, ok && regular(p.Rows)
}

func isRichText(raw json.RawMessage) bool {
	var cell struct {
		Type string `json:"type"`
	}
	return json.Unmarshal(raw, &cell) != nil || cell.Type == "rich_text"
}

// regular reports whether all rows are of one length and say no more than Slack
// takes.
func regular(rows [][]text) bool {
	said := 0
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			return false
		}
		for _, cell := range row {
			said += utf8.RuneCountInString(cell.Raw)
		}
	}
	return said <= maxDataText
}
