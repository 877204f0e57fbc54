package slack

import (
	"fmt"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"
)

// checkBlock names the limit that block breaks, or returns "". Kinds of blocks
// that have no case here are left for Slack to judge.
func checkBlock(block slackgo.Block) string {
	if block == nil {
		return "is nil"
	}
	if n := utf8.RuneCountInString(block.ID()); n > MaxBlockID {
		return overLimit("characters in block_id", n, MaxBlockID)
	}
	switch b := block.(type) {
	case *slackgo.SectionBlock:
		return checkSection(b)
	case *slackgo.HeaderBlock:
		return checkHeader(b)
	case *slackgo.ContextBlock:
		return checkCount("context elements", len(b.ContextElements.Elements), MaxContextElements)
	case *slackgo.ActionBlock:
		return checkActions(b)
	case *slackgo.MarkdownBlock:
		return checkCount("characters in markdown", utf8.RuneCountInString(b.Text), MaxMarkdown)
	case *slackgo.TableBlock:
		return checkTable(b)
	case *slackgo.DataTableBlock:
		return checkDataTable(b)
	case *slackgo.DataVisualizationBlock:
		if err := b.Validate(); err != nil {
			return err.Error()
		}
	}
	return ""
}

func checkSection(b *slackgo.SectionBlock) string {
	if b.Text == nil && len(b.Fields) == 0 {
		return "section has neither text nor fields"
	}
	if b.Text != nil {
		if problem := checkLength("section", b.Text, MaxSection); problem != "" {
			return problem
		}
	}
	if len(b.Fields) > MaxFields {
		return overLimit("fields", len(b.Fields), MaxFields)
	}
	for _, field := range b.Fields {
		if problem := checkLength("field", field, MaxField); problem != "" {
			return problem
		}
	}
	return ""
}

func checkHeader(b *slackgo.HeaderBlock) string {
	if b.Text == nil || b.Text.Text == "" {
		return "header is empty"
	}
	return ""
}

func checkActions(b *slackgo.ActionBlock) string {
	if b.Elements == nil {
		return "actions are empty"
	}
	return checkCount("actions", len(b.Elements.ElementSet), MaxActions)
}

// count returns how many of blocks are of a kind.
func count(blocks []slackgo.Block, kind slackgo.MessageBlockType) int {
	n := 0
	for _, block := range blocks {
		if block != nil && block.BlockType() == kind {
			n++
		}
	}
	return n
}

func checkTable(b *slackgo.TableBlock) string {
	if problem := checkCount("table rows", len(b.Rows), MaxTableRows); problem != "" {
		return problem
	}
	for _, row := range b.Rows {
		if problem := checkCount("table columns", len(row), MaxTableColumns); problem != "" {
			return problem
		}
	}
	return ""
}

func checkLength(what string, text *slackgo.TextBlockObject, limit int) string {
	if text == nil {
		return "no text in " + what
	}
	return checkCount("characters in "+what, utf8.RuneCountInString(text.Text), limit)
}

func checkCount(what string, n, limit int) string {
	if n == 0 {
		return "no " + what
	}
	if n > limit {
		return overLimit(what, n, limit)
	}
	return ""
}

func overLimit(what string, n, limit int) string {
	return fmt.Sprintf("%d %s, Slack takes %d", n, what, limit)
}
