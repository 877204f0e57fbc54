package slack_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
)

// TestLimits posts messages at a limit, which the fake must take with their
// blocks, and beyond it, which must not reach it.
func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		build func(n int) []slackgo.Block
		limit int
	}{
		{"blocks", func(n int) []slackgo.Block { return repeat(n, section("a")) }, slack.MaxBlocks},
		{"section", func(n int) []slackgo.Block { return one(section(han(n))) }, slack.MaxSection},
		{"fields", func(n int) []slackgo.Block { return one(slackgo.NewSectionBlock(nil, repeat(n, words("a")), nil)) }, slack.MaxFields},
		{"field", func(n int) []slackgo.Block { return one(slackgo.NewSectionBlock(nil, repeat(1, words(han(n))), nil)) }, slack.MaxField},
		{"context", func(n int) []slackgo.Block { return one(slackgo.NewContextBlock("", mixed(n)...)) }, slack.MaxContextElements},
		{"actions", func(n int) []slackgo.Block { return one(slackgo.NewActionBlock("", buttons(n)...)) }, slack.MaxActions},
		{"markdown", func(n int) []slackgo.Block { return one(slackgo.NewMarkdownBlock("", han(n))) }, slack.MaxMarkdown},
		{"rows", func(n int) []slackgo.Block { return one(table(n, 2)) }, slack.MaxTableRows},
		{"columns", func(n int) []slackgo.Block { return one(table(2, n)) }, slack.MaxTableColumns},
		{"data table rows", func(n int) []slackgo.Block { return one(dataTable(n, 2)) }, slack.MaxDataTableRows},
		{"data table columns", func(n int) []slackgo.Block { return one(dataTable(2, n)) }, slack.MaxTableColumns},
		{"data table page", func(n int) []slackgo.Block { return one(dataTable(2, 1).WithPageSize(n)) }, slack.MaxPageSize},
		{"data table text", func(n int) []slackgo.Block {
			return one(dataTable(2, 1).AddRow(slackgo.NewDataTableRawTextCell(han(n - 2))))
		}, slack.MaxDataTableText},
		{"charts", func(n int) []slackgo.Block { return repeat[slackgo.Block](n, chart(20)) }, slack.MaxCharts},
		{"chart categories", func(n int) []slackgo.Block { return one(chart(n)) }, 20},
		{"chart title", func(n int) []slackgo.Block {
			return one(slackgo.NewDataVisualizationBlock(han(n), chart(1).Chart))
		}, 50},
		{"block id", func(n int) []slackgo.Block { return one(slackgo.NewMarkdownBlock(han(n), "a")) }, slack.MaxBlockID},
		{"total", total, slack.MaxTotal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, server := newWebhook(t)
				at := slack.Message{Text: "at", Blocks: tt.build(tt.limit)}
				if err := post(t.Context(), t, w, at); err != nil || server.Inbox()[0].Blocks == nil {
					t.Errorf("Post at the limit = %v, want nil with its blocks", err)
				}
				beyond := slack.Message{Text: "beyond", Blocks: tt.build(tt.limit + 1)}
				err := post(t.Context(), t, w, beyond)
				if e, ok := errors.AsType[*delivery.Error](err); !ok || e.Kind != delivery.KindRejected || e.Attempts != 0 {
					t.Errorf("Post beyond the limit = %v, want KindRejected before anything is sent", err)
				}
				if len(server.Inbox()) != 1 {
					t.Errorf("inbox has %d messages, want 1", len(server.Inbox()))
				}
			})
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		m    slack.Message
	}{
		{"no text", slack.Message{Text: " ", Blocks: one(section("a"))}},
		{"nil block", slack.Message{Text: "a", Blocks: []slackgo.Block{nil}}},
		{"empty header", slack.Message{Text: "a", Blocks: one(title(""))}},
		{"empty section", slack.Message{Text: "a", Blocks: one(slackgo.NewSectionBlock(nil, nil, nil))}},
		{"empty section text", slack.Message{Text: "a", Blocks: one(section(""))}},
		{"nil field", slack.Message{Text: "a", Blocks: one(slackgo.NewSectionBlock(nil, []*slackgo.TextBlockObject{nil}, nil))}},
		{"two tables", slack.Message{Text: "a", Blocks: []slackgo.Block{table(1, 1), table(1, 1)}}},
		{"data table without caption", slack.Message{Text: "a", Blocks: one(slackgo.NewDataTableBlock(""))}},
		{"data table without rows", slack.Message{Text: "a", Blocks: one(dataTable(1, 1))}},
		{"ragged data table", slack.Message{Text: "a", Blocks: one(dataTable(2, 2).AddRow(slackgo.NewDataTableRawTextCell("a")))}},
		{"chart without values", slack.Message{Text: "a", Blocks: one(chart(0))}},
		{"chart that is no number", slack.Message{Text: "a", Blocks: one(chartOf(math.NaN()))}},
		{"no actions", slack.Message{Text: "a", Blocks: one(&slackgo.ActionBlock{})}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if e, ok := errors.AsType[*delivery.Error](tt.m.Check()); !ok || e.Kind != delivery.KindRejected {
				t.Errorf("Check = %v, want KindRejected", tt.m.Check())
			}
		})
	}
}

// TestShortened checks what Post cuts: text and headers, with no half escape or
// link left, and never in the caller's blocks.
func TestShortened(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"words", han(slack.MaxText + 1), han(slack.MaxText-1) + "…"},
		{"escape", han(slack.MaxText-3) + "&amp;" + "ab", han(slack.MaxText-3) + "…"},
		{"whole escape", han(slack.MaxText-6) + "&amp;" + "abc", han(slack.MaxText-6) + "&amp;…"},
		{"link", han(slack.MaxText-9) + "<https://a.example|b>", han(slack.MaxText-9) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, server := newWebhook(t)
				header := title(han(slack.MaxHeader + 1))
				if err := post(t.Context(), t, w, slack.Message{Text: tt.text, Blocks: one(header)}); err != nil {
					t.Fatalf("Post = %v, want nil", err)
				}
				got := server.Inbox()[0]
				if got.Text != tt.want {
					t.Errorf("text ends in %q, want %q", tail(got.Text), tail(tt.want))
				}
				if want := han(slack.MaxHeader-1) + "…\n"; !strings.HasPrefix(got.Plain(), want) {
					t.Errorf("header = %q, want %q", got.Plain(), want)
				}
				if header.Text.Text != han(slack.MaxHeader+1) {
					t.Error("the caller's header was changed")
				}
			})
		})
	}
}

func tail(s string) string { return string([]rune(s)[len([]rune(s))-12:]) }

func han(n int) string { return strings.Repeat("卡", n) }

func one(b slackgo.Block) []slackgo.Block { return []slackgo.Block{b} }

func repeat[T any](n int, v T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func mixed(n int) []slackgo.MixedElement { return repeat[slackgo.MixedElement](n, words("a")) }

func buttons(n int) []slackgo.BlockElement {
	label := slackgo.NewTextBlockObject(slackgo.PlainTextType, "open", false, false)
	return repeat[slackgo.BlockElement](n, slackgo.NewButtonBlockElement("", "", label).WithURL("https://a.example"))
}

func table(rows, columns int) slackgo.Block {
	t := slackgo.NewTableBlock("")
	for range rows {
		t.AddRow(repeat[slackgo.TableCell](columns, slackgo.NewTableRawTextCell("a"))...)
	}
	return t
}

func dataTable(rows, columns int) *slackgo.DataTableBlock {
	t := slackgo.NewDataTableBlock("a table")
	for range rows {
		t.AddRow(repeat[slackgo.DataTableCell](columns, slackgo.NewDataTableRawTextCell("a"))...)
	}
	return t
}

func chart(categories int) *slackgo.DataVisualizationBlock {
	return chartOf(make([]float64, categories)...)
}

func chartOf(values ...float64) *slackgo.DataVisualizationBlock {
	var names []string
	var points []slackgo.DataVisualizationDataPoint
	for i, v := range values {
		names = append(names, strconv.Itoa(i))
		points = append(points, slackgo.NewDataVisualizationDataPoint(strconv.Itoa(i), v))
	}
	return slackgo.NewDataVisualizationBlock("Usage", slackgo.NewDataVisualizationLineChart(
		slackgo.NewDataVisualizationAxisConfig(names...), slackgo.NewDataVisualizationDataSeries("MB", points...)))
}

// total returns five sections whose JSON has n characters.
func total(n int) []slackgo.Block {
	const around = len(`{"type":"section","text":{"type":"mrkdwn","text":""}}`)
	blocks := repeat(4, section(han(2500)))
	left := n - len("[,,,,]") - 5*around - 4*2500
	return append(blocks, section(han(left)))
}
