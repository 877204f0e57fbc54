package slack

import (
	"encoding/json"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"
)

// checkDataTable names the limit that b breaks, or returns "".
//
// See https://docs.slack.dev/reference/block-kit/blocks/data-table-block/.
func checkDataTable(b *slackgo.DataTableBlock) string {
	switch {
	case b.Caption == "":
		return "data table has no caption"
	case len(b.Rows) < 2:
		return "data table has no rows below its header"
	case len(b.Rows) > MaxDataTableRows:
		return overLimit("data table rows", len(b.Rows), MaxDataTableRows)
	case b.PageSize < 0, b.PageSize > MaxPageSize:
		return overLimit("rows of a data table's page", b.PageSize, MaxPageSize)
	}
	characters := 0
	for _, row := range b.Rows {
		if len(row) != len(b.Rows[0]) {
			return "data table has rows of different lengths"
		}
		if problem := checkCount("data table columns", len(row), MaxTableColumns); problem != "" {
			return problem
		}
		for _, cell := range row {
			characters += lengthOf(cell)
		}
	}
	return checkCount("characters in data table", characters, MaxDataTableText)
}

// lengthOf counts what a reader sees of a cell, or more.
func lengthOf(cell slackgo.DataTableCell) int {
	if c, ok := cell.(*slackgo.DataTableRawTextCell); ok {
		return utf8.RuneCountInString(c.Text)
	}
	raw, err := json.Marshal(cell)
	if err != nil {
		return MaxDataTableText + 1
	}
	return utf8.RuneCount(raw)
}
