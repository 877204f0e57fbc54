package slacktest

import (
	"encoding/json"
	"unicode/utf8"
)

// Slack's limits of the blocks of a message. The total is where Slack has been
// seen to refuse.
const (
	maxBlocks  = 50
	maxTotal   = 13200
	maxBlockID = 255
	maxTables  = 1
	maxCharts  = 2
)

// part is one block as a reader sees it.
type part struct {
	Kind  string // the block's type
	Text  text   // its main text
	Items []text // fields of a section, elements of a context
	Links []text // buttons
	// Controls are what an app listens to.
	Controls []Control
	Rows     [][]text // of a table
	Chart    chart
}

// text is a piece of what a block says.
type text struct {
	Raw    string
	Mrkdwn bool   // Raw is Slack's markup, else it shows as it is
	URL    string // where a button or an image leads
}

// readBlocks reads the blocks of a message, or returns Slack's error string for
// them. No blocks are none, not an error.
func readBlocks(raw json.RawMessage) (parts []part, problem string) {
	if raw == nil {
		return nil, ""
	}
	var blocks []json.RawMessage
	if json.Unmarshal(raw, &blocks) != nil {
		return nil, "invalid_blocks_format"
	}
	if len(blocks) > maxBlocks {
		return nil, "invalid_blocks"
	}
	ids := map[string]bool{}
	for _, block := range blocks {
		p, id, ok := readBlock(block)
		if !ok || id != "" && ids[id] {
			return nil, "invalid_blocks"
		}
		ids[id] = true
		parts = append(parts, p)
	}
	if count(parts, "table") > maxTables {
		return nil, "invalid_attachments" // Slack keeps tables as attachments
	}
	if count(parts, "data_visualization") > maxCharts {
		return nil, "invalid_blocks"
	}
	if utf8.RuneCount(raw) > maxTotal {
		return nil, "msg_blocks_too_long"
	}
	return parts, ""
}

// readBlock reads one block of a kind that may stand in a message.
func readBlock(raw json.RawMessage) (p part, id string, ok bool) {
	var head struct {
		Type    string `json:"type"`
		BlockID string `json:"block_id"`
	}
	if json.Unmarshal(raw, &head) != nil || tooLong(head.BlockID, maxBlockID) {
		return part{}, "", false
	}
	switch head.Type {
	case "header":
		p, ok = readHeader(raw)
	case "section":
		p, ok = readSection(raw)
	case "divider":
		ok = true
	case "context":
		p, ok = readContext(raw)
	case "actions":
		p, ok = readActions(raw)
	case "image":
		p, ok = readImage(raw)
	case "markdown":
		p, ok = readMarkdown(raw)
	case "rich_text":
		p, ok = readRichText(raw)
	case "table":
		p, ok = readTable(raw)
	case "data_table":
		p, ok = readDataTable(raw)
	case "data_visualization":
		p, ok = readChart(raw)
	}
	p.Kind = head.Type
	return p, head.BlockID, ok
}

// count returns how many of parts are of a kind.
func count(parts []part, kind string) int {
	n := 0
	for _, p := range parts {
		if p.Kind == kind {
			n++
		}
	}
	return n
}
