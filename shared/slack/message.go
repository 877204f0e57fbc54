// Package slack delivers messages to Slack in the order given, at the pace
// Slack allows, and says plainly what became of each.
//
// The caller keeps a message until it is delivered without an error: an error
// means that Slack did not confirm it, and Kind says whether posting it again
// can help. Where an answer is lost on the way back, the call does not send the
// message again: delivery.Error.Uncertain says so, and the caller may look for it with
// Bot.Find before it does.
//
// Webhook posts, Bot can also update, reply, upload files and look back. No error and no
// log line of this package carries the webhook's URL or the bot's token.
package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"
)

// Slack's limits, in characters unless said otherwise. The total is not
// documented: Slack refuses somewhere above 13,170 characters of the blocks'
// JSON (https://github.com/slackapi/bolt-js/issues/2509), so the limit here
// keeps a distance.
//
// See https://docs.slack.dev/reference/block-kit/blocks/.
const (
	MaxText            = 4000  // of a message without blocks, or of a notification
	MaxBlocks          = 50    // blocks of a message
	MaxTotal           = 13000 // the JSON of all blocks together
	MaxHeader          = 150
	MaxSection         = 3000
	MaxFields          = 10 // fields of a section
	MaxField           = 2000
	MaxContextElements = 10 // elements of a context
	MaxActions         = 25 // elements of an actions block
	MaxMarkdown        = 12000
	MaxTables          = 1   // tables of a message
	MaxTableRows       = 100 // rows of a table, the header row included
	MaxTableColumns    = 20
	MaxDataTableRows   = 101   // rows of a data table, the header row included
	MaxDataTableText   = 10000 // all cells of a data table together
	MaxPageSize        = 100   // rows of a data table's page
	MaxCharts          = 2     // data visualizations of a message
	MaxBlockID         = 255
)

// Message is what people get to read.
type Message struct {
	// ID is the caller's own name for the message, which stays the same however
	// often it is sent, so that Bot.Find can recognise it. A Bot puts it into the
	// message's metadata, as {"id": ID} of the event type
	// "signalbox_notification"; a Webhook cannot. "" is none.
	ID string
	// Text is the whole message in words. It is always needed: phones show it
	// as the notification, screen readers read it, and it is all that is left
	// where Slack refuses the blocks.
	Text string
	// Blocks are the message as Slack lays it out: pointers, as slack-go's
	// constructors return them. None means that Text is shown.
	//
	// Where Slack refuses them, the message is sent again without its data
	// visualizations, then without its data tables, which Slack does not know
	// everywhere yet, and at last as Text alone. So the other blocks have to
	// make sense without these.
	Blocks []slackgo.Block
}

// newestKinds are the kinds of blocks that Slack may refuse although nothing is
// wrong with them, the newest first.
var newestKinds = [...]slackgo.MessageBlockType{slackgo.MBTDataVisualization, slackgo.MBTDataTable}

// plainer returns m without the newest kind of block that it has, or else
// without any.
func (m Message) plainer() Message {
	for _, kind := range newestKinds {
		isKind := func(b slackgo.Block) bool { return b.BlockType() == kind }
		if slices.ContainsFunc(m.Blocks, isKind) {
			m.Blocks = slices.DeleteFunc(slices.Clone(m.Blocks), isKind)
			return m
		}
	}
	m.Blocks = nil
	return m
}

// Check reports the first limit of Slack that m breaks, as a *delivery.Error of kind
// KindRejected. Text and headers are not checked for length: Post shortens
// them, for Text only repeats what the blocks say, and the sections below a
// header say the rest. Nothing else is shortened, so that no card goes unsaid
// without anybody noticing.
func (m Message) Check() error {
	if strings.TrimSpace(m.Text) == "" {
		return checking.rejected("no_text")
	}
	if len(m.Blocks) > MaxBlocks {
		return checking.rejected(overLimit("blocks", len(m.Blocks), MaxBlocks))
	}
	if n := count(m.Blocks, slackgo.MBTTable); n > MaxTables {
		return checking.rejected(overLimit("tables", n, MaxTables))
	}
	if n := count(m.Blocks, slackgo.MBTDataVisualization); n > MaxCharts {
		return checking.rejected(overLimit("data visualizations", n, MaxCharts))
	}
	for i, block := range m.Blocks {
		if problem := checkBlock(block); problem != "" {
			return checking.rejected(fmt.Sprintf("block %d: %s", i, problem))
		}
	}
	return m.checkTotal()
}

func (m Message) checkTotal() error {
	if len(m.Blocks) == 0 {
		return nil
	}
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		return checking.rejected("blocks are not JSON: " + err.Error())
	}
	if n := utf8.RuneCount(raw); n > MaxTotal {
		return checking.rejected(overLimit("characters in all blocks", n, MaxTotal))
	}
	return nil
}

// fitted returns m with Text and headers cut to Slack's limits. The blocks of
// the caller stay as they are.
func (m Message) fitted() Message {
	fit := Message{ID: m.ID, Text: shorten(m.Text, MaxText)}
	for _, block := range m.Blocks {
		if header, ok := block.(*slackgo.HeaderBlock); ok && header.Text != nil {
			block = fittedHeader(*header)
		}
		fit.Blocks = append(fit.Blocks, block)
	}
	return fit
}

func fittedHeader(header slackgo.HeaderBlock) *slackgo.HeaderBlock {
	text := *header.Text
	text.Text = shorten(text.Text, MaxHeader)
	header.Text = &text
	return &header
}

// shorten cuts s to at most limit characters, the last of them an ellipsis. It
// leaves no half of an escape or of a link behind.
func shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	kept := string([]rune(s)[:limit-1])
	if open := strings.LastIndexByte(kept, '&'); open > len(kept)-len("&amp;") && !strings.Contains(kept[open:], ";") {
		kept = kept[:open]
	}
	if open := strings.LastIndexByte(kept, '<'); open > strings.LastIndexByte(kept, '>') {
		kept = kept[:open]
	}
	return kept + "…"
}

// Mentioning returns m so that Slack notifies everybody who is active in the channel.
//
// See https://docs.slack.dev/messaging/formatting-message-text/#special-mentions.
func (m Message) Mentioning() Message {
	m.Text = everybody + " " + m.Text
	if len(m.Blocks) > 0 {
		said := slackgo.NewTextBlockObject(slackgo.MarkdownType, everybody, false, true)
		m.Blocks = slices.Insert(slices.Clone(m.Blocks), 0, slackgo.Block(slackgo.NewContextBlock("", said)))
	}
	return m
}

// Mentions reports whether m is one that [Message.Mentioning] has returned.
func (m Message) Mentions() bool { return strings.HasPrefix(m.Text, everybody+" ") }

const everybody = "<!here>"
