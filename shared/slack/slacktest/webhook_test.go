package slacktest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/slack/slacktest"
)

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		status     int
		want       string
	}{
		{"text", `{"text":"hello"}`, 200, "ok"},
		{"unknown field", `{"text":"hello","replace_original":false}`, 200, "ok"},
		{"null blocks", `{"text":"hello","blocks":null}`, 200, "ok"},
		{"blocks alone", `{"blocks":[{"type":"divider"}]}`, 200, "ok"},
		{"long text", `{"text":"` + strings.Repeat("卡", 41000) + `"}`, 200, "ok"},
		{"not JSON", `text=hello`, 400, "invalid_payload"},
		{"array", `[]`, 400, "invalid_payload"},
		{"too large", `{"text":"` + strings.Repeat("a", 1<<20) + `"}`, 400, "invalid_payload"},
		{"no text", `{"text":"  "}`, 400, "no_text"},
		{"empty blocks", `{"blocks":[]}`, 400, "no_text"},
		{"blocks object", `{"text":"a","blocks":{"type":"divider"}}`, 400, "invalid_blocks_format"},
		{"attachments", `{"text":"a","attachments":[` + list(101, `{}`) + `]}`, 400, "too_many_attachments"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{})
			if diff := cmp.Diff(answer{Status: tt.status, Body: tt.want}, hook(t, s, tt.body)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if got, want := len(s.Inbox()), map[bool]int{true: 1}[tt.want == "ok"]; got != want {
				t.Errorf("inbox has %d messages, want %d", got, want)
			}
		})
	}
}

// TestBlocks posts one block, or a few, and checks what Slack thinks of them.
func TestBlocks(t *testing.T) {
	t.Parallel()
	const plain, button = `{"type":"plain_text","text":"a"}`, `{"type":"button","text":{"type":"plain_text","text":"a"},"url":"https://a.example"}`
	tests := []struct{ name, blocks, want string }{
		{"fifty", list(50, `{"type":"divider"}`), "ok"},
		{"fifty-one", list(51, `{"type":"divider"}`), "invalid_blocks"},
		{"unknown type", `{"type":"alert"}`, "invalid_blocks"},
		{"no type", `{}`, "invalid_blocks"},
		{"not an object", `1`, "invalid_blocks"},
		{"same id", list(2, `{"type":"divider","block_id":"a"}`), "invalid_blocks"},
		{"long id", `{"type":"divider","block_id":"` + han(256) + `"}`, "invalid_blocks"},
		{"header", `{"type":"header","text":{"type":"plain_text","text":"` + han(150) + `"}}`, "ok"},
		{"long header", `{"type":"header","text":{"type":"plain_text","text":"` + han(151) + `"}}`, "invalid_blocks"},
		{"marked up header", `{"type":"header","text":{"type":"mrkdwn","text":"a"}}`, "invalid_blocks"},
		{"section", `{"type":"section","text":{"type":"mrkdwn","text":"` + han(3000) + `"}}`, "ok"},
		{"long section", `{"type":"section","text":{"type":"mrkdwn","text":"` + han(3001) + `"}}`, "invalid_blocks"},
		{"empty section", `{"type":"section"}`, "invalid_blocks"},
		{"section with a string", `{"type":"section","text":"a"}`, "invalid_blocks"},
		{"fields", `{"type":"section","fields":[` + list(10, plain) + `]}`, "ok"},
		{"eleven fields", `{"type":"section","fields":[` + list(11, plain) + `]}`, "invalid_blocks"},
		{"long field", `{"type":"section","fields":[{"type":"mrkdwn","text":"` + han(2001) + `"}]}`, "invalid_blocks"},
		{"accessory", `{"type":"section","text":` + plain + `,"accessory":` + button + `}`, "ok"},
		{"unknown accessory", `{"type":"section","text":` + plain + `,"accessory":{"type":"overflow"}}`, "invalid_blocks"},
		{"context", `{"type":"context","elements":[` + list(10, plain) + `]}`, "ok"},
		{"context image", `{"type":"context","elements":[{"type":"image","image_url":"https://a.example/a.png","alt_text":"a"}]}`, "ok"},
		{"eleven in context", `{"type":"context","elements":[` + list(11, plain) + `]}`, "invalid_blocks"},
		{"empty context", `{"type":"context","elements":[]}`, "invalid_blocks"},
		{"actions", `{"type":"actions","elements":[` + list(25, button) + `]}`, "ok"},
		{"26 actions", `{"type":"actions","elements":[` + list(26, button) + `]}`, "invalid_blocks"},
		{"button without link", `{"type":"actions","elements":[{"type":"button","text":` + plain + `}]}`, "invalid_blocks"},
		{"image", `{"type":"image","image_url":"https://a.example/a.png","alt_text":"a"}`, "ok"},
		{"image without words", `{"type":"image","image_url":"https://a.example/a.png"}`, "invalid_blocks"},
		{"markdown", `{"type":"markdown","text":"` + han(12000) + `"}`, "ok"},
		{"long markdown", `{"type":"markdown","text":"` + han(12001) + `"}`, "invalid_blocks"},
		{"rich text", `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}`, "ok"},
		{"unknown rich text", `{"type":"rich_text","elements":[{"type":"rich_text_mood"}]}`, "invalid_blocks"},
		{"table", table(100, 2), "ok"},
		{"table of 20 columns", table(2, 20), "ok"},
		{"long table", table(101, 1), "invalid_blocks"},
		{"wide table", table(1, 21), "invalid_blocks"},
		{"two tables", list(2, table(1, 1)), "invalid_attachments"},
		{"empty cell", `{"type":"table","rows":[[{"type":"raw_text","text":""}]]}`, "invalid_blocks"},
		{"data table", dataTable(101, 2, 1), "ok"},
		{"data table of 20 columns", dataTable(2, 20, 1), "ok"},
		{"data table of much text", dataTable(2, 1, 5000), "ok"},
		{"long data table", dataTable(102, 1, 1), "invalid_blocks"},
		{"wide data table", dataTable(2, 21, 1), "invalid_blocks"},
		{"data table of a header", dataTable(1, 1, 1), "invalid_blocks"},
		{"data table of too much text", dataTable(2, 1, 5001), "invalid_blocks"},
		{"data table without caption", strings.Replace(dataTable(2, 1, 1), "caption", "title", 1), "invalid_blocks"},
		{"ragged data table", strings.Replace(dataTable(2, 2, 1), list(2, rawCell(1)), rawCell(1), 1), "invalid_blocks"},
		{"data table of long pages", strings.Replace(dataTable(2, 1, 1), "{", `{"page_size":101,`, 1), "invalid_blocks"},
		{"rich header", strings.Replace(dataTable(2, 1, 1), rawCell(1), `{"type":"rich_text","elements":[{"type":"text","text":"a"}]}`, 1), "invalid_blocks"},
		{"line chart", seriesChart("line", 6, 20, 20, 20), "ok"},
		{"bar chart", seriesChart("bar", 1, 1, 10, 1), "ok"},
		{"area chart", seriesChart("area", 2, 2, 10, 2), "ok"},
		{"pie chart", pie(6, "1"), "ok"},
		{"two charts", list(2, pie(1, "1")), "ok"},
		{"three charts", list(3, pie(1, "1")), "invalid_blocks"},
		{"unknown chart", seriesChart("radar", 1, 1, 10, 1), "invalid_blocks"},
		{"chart without series", seriesChart("bar", 0, 1, 10, 0), "invalid_blocks"},
		{"chart of seven series", seriesChart("bar", 7, 1, 10, 1), "invalid_blocks"},
		{"chart of 21 categories", seriesChart("bar", 1, 21, 10, 21), "invalid_blocks"},
		{"chart with a long label", seriesChart("bar", 1, 1, 21, 1), "invalid_blocks"},
		{"chart of one name for two series", strings.Replace(seriesChart("bar", 2, 1, 1, 1), `"name":"1"`, `"name":"0"`, 1), "invalid_blocks"},
		{"chart with a gap", seriesChart("bar", 1, 3, 10, 2), "invalid_blocks"},
		{"chart with a long title", strings.Replace(pie(1, "1"), `"title":"a"`, `"title":"`+han(51)+`"`, 1), "invalid_blocks"},
		{"pie of seven", pie(7, "1"), "invalid_blocks"},
		{"pie of nothing", pie(1, "0"), "invalid_blocks"},
		{"chart of words", pie(1, `"1"`), "invalid_blocks"},
		{"all together", list(4, `{"type":"section","text":{"type":"mrkdwn","text":"`+han(3000)+`"}}`), "ok"},
		{"too much together", list(5, `{"type":"section","text":{"type":"mrkdwn","text":"`+han(2640)+`"}}`), "msg_blocks_too_long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{})
			if got := hook(t, s, `{"text":"a","blocks":[`+tt.blocks+`]}`).Body; got != tt.want {
				t.Errorf("webhook = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWebhookForms(t *testing.T) {
	t.Parallel()
	const asForm = "application/x-www-form-urlencoded"
	tests := []struct {
		name, method, path, kind, body string
		want                           answer
	}{
		{"form", "POST", "", asForm, form("payload", `{"text":"a"}`), answer{Status: 200, Body: "ok"}},
		{"form without payload", "POST", "", asForm, form("text", "a"), answer{Status: 400, Body: "invalid_payload"}},
		{"plain text", "POST", "", "text/plain", `{"text":"a"}`, answer{Status: 400, Body: "invalid_payload"}},
		{"no type", "POST", "", "", `{"text":"a"}`, answer{Status: 400, Body: "invalid_payload"}},
		{"another webhook", "POST", "/services/T0/B0/x", "application/json", `{"text":"a"}`, answer{Status: 404, Body: "no_service"}},
		{"one more segment", "POST", "/services/T0FAKE/B0FAKE/onlyTheFakeTakesThis/x", "application/json", `{"text":"a"}`, answer{Status: 404, Body: "no_service"}},
		{"get", "GET", "", "", "", answer{Status: 405, Body: "Method Not Allowed\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{})
			path := tt.path
			if path == "" {
				path = s.WebhookPath()
			}
			if diff := cmp.Diff(tt.want, do(t, s, tt.method, path, tt.body, "Content-Type", tt.kind)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	s, c := newServer(slacktest.Options{})
	ok, limited := answer{Status: 200, Body: "ok"}, answer{Status: 429, Body: "rate_limited", RetryAfter: "1"}
	steps := []struct {
		after time.Duration
		want  answer
	}{
		{0, ok},
		{0, ok},
		{0, ok},
		{0, limited},
		{900 * time.Millisecond, limited},
		{100 * time.Millisecond, ok},
		{0, limited},
		{10 * time.Second, ok},
		{0, ok},
		{0, ok},
		{0, limited},
	}
	for i, step := range steps {
		c.now = c.now.Add(step.after)
		if diff := cmp.Diff(step.want, hook(t, s, `{"text":"a"}`)); diff != "" {
			t.Errorf("post %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	s, c := newServer(slacktest.Options{Burst: 100})
	s.Refuse(slacktest.Refusal{For: 30 * time.Second, Status: 429, Body: "rate_limited", RetryAfter: 1500 * time.Millisecond})
	s.Refuse(slacktest.Refusal{Count: 2, Status: 500, Body: "rollup_error"})
	s.Refuse(slacktest.Refusal{Status: 400, Body: "invalid_blocks"})
	want := []string{"429 rate_limited 2", "429 rate_limited 2", "500 rollup_error ", "500 rollup_error ", "400 invalid_blocks ", "200 ok "}
	var got []string
	for i := range want {
		c.now = c.now.Add([]time.Duration{0, 29 * time.Second, time.Second, 0, 0, 0}[i])
		a := hook(t, s, `{"text":"a"}`)
		got = append(got, fmt.Sprintf("%d %s %s", a.Status, a.Body, a.RetryAfter))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}

	s.Refuse(slacktest.Refusal{Count: -1, Status: 403, Body: "action_prohibited"})
	for range 5 {
		if got := hook(t, s, `{"text":"a"}`).Status; got != 403 {
			t.Errorf("status = %d, want 403 until cleared", got)
		}
	}
	s.ClearRefusals()
	if got := hook(t, s, `{"text":"a"}`).Status; got != 200 {
		t.Errorf("status = %d after ClearRefusals, want 200", got)
	}
}

func TestHangUp(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	s.Refuse(slacktest.Refusal{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://slack.example"+s.WebhookPath(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Transport().RoundTrip(r); !errors.Is(err, io.EOF) { //nolint:bodyclose // there is none
		t.Errorf("RoundTrip = %v, want EOF", err)
	}
	if got := hook(t, s, `{"text":"a"}`).Body; got != "ok" {
		t.Errorf("the next post = %s, want ok", got)
	}
}

func list(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }

func han(n int) string { return strings.Repeat("卡", n) }

func table(rows, columns int) string {
	return `{"type":"table","rows":[` + list(rows, "["+list(columns, `{"type":"raw_text","text":"a"}`)+"]") + `]}`
}

func rawCell(length int) string {
	return `{"type":"raw_text","text":"` + strings.Repeat("a", length) + `"}`
}

func dataTable(rows, columns, length int) string {
	return `{"type":"data_table","caption":"a","rows":[` + list(rows, "["+list(columns, rawCell(length))+"]") + `]}`
}

// seriesChart has points for as many of its categories, whose labels have a
// length.
func seriesChart(kind string, series, categories, length, points int) string {
	label := func(i int) string { return fmt.Sprintf("%0*d", length, i) }
	var names, data, rows []string
	for i := range categories {
		names = append(names, `"`+label(i)+`"`)
	}
	for i := range points {
		data = append(data, `{"label":"`+label(i)+`","value":-1.5}`)
	}
	for i := range series {
		rows = append(rows, `{"name":"`+label(i)+`","data":[`+strings.Join(data, ",")+`]}`)
	}
	return `{"type":"data_visualization","title":"a","chart":{"type":"` + kind + `","series":[` + strings.Join(rows, ",") +
		`],"axis_config":{"categories":[` + strings.Join(names, ",") + `]}}}`
}

func pie(segments int, value string) string {
	return `{"type":"data_visualization","title":"a","chart":{"type":"pie","segments":[` +
		list(segments, `{"label":"a","value":`+value+`}`) + `]}}`
}
