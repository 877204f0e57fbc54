package slacktest_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/slack/slacktest"
)

var update = flag.Bool("update", false, "write the golden files")

// TestPlain compares each testdata/*.json, a message, with what a reader sees.
func TestPlain(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"alert", "text", "rich", "charts", "pie"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(slacktest.Options{})
			post(t, s, name)
			golden := filepath.Join("testdata", name+".txt")
			got := s.Inbox()[0].Plain()
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(read(t, golden), got); diff != "" {
				t.Errorf("Plain (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInboxPage(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	post(t, s, "text")
	post(t, s, "alert")
	page := do(t, s, "GET", "/inbox", "").Body
	for _, want := range []string{
		"<h2>流量告警 &lt;2&gt; &amp; more</h2>",
		"<b>Card</b>\n<code>89860321******15668</code>",
		`<a href="https://a.example/?a=1&amp;b=2">the console</a>`,
		"5 &lt; 6 &amp; 7",
		"&lt;script&gt;alert(1)&lt;/script&gt;",
		"<pre>*kept* &lt;b&gt;</pre>",
		"<i>soon</i>", "<s>never</s>", "snake_case_name",
		`<time datetime="2026-11-22T09:30:00&#43;08:00">2026-11-22 09:30:00 CST</time>`,
		"<td>卡一</td>",
		`<meta charset="utf-8">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page has no %q", want)
		}
	}
	for _, unwanted := range []string{"<script", "javascript:", "ZgotmplZ"} {
		if strings.Contains(page, unwanted) {
			t.Errorf("page contains %q", unwanted)
		}
	}
	if strings.Index(page, "流量告警") > strings.Index(page, "never") {
		t.Error("page shows the older message first, want the newest")
	}
	if t.Failed() {
		t.Log(page)
	}
}

// TestInboxThreads looks at a thread with a chart, an edit and a file.
func TestInboxThreads(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	post(t, s, "charts")
	parent := s.Inbox()[0].TS
	hook(t, s, `{"text":"newer"}`)
	call(t, s, "chat.postMessage", map[string]any{"channel": "alerts", "text": "worse", "thread_ts": parent, "reply_broadcast": true})
	call(t, s, "chat.update", map[string]any{"channel": "C00000001", "ts": parent, "text": "charts"})
	share(t, s, parent, "<b>.csv", "All <5,000> cards", "a,b\n<script>")
	page := do(t, s, "GET", "/inbox", "").Body
	at := 0
	for _, want := range []string{ // in this order
		"newer</div>",
		" · edited 1×</div>",
		"<figcaption>Used &lt;today&gt;</figcaption>",
		`aria-label="line chart, MB by hour"`,
		`y1="12.0" y2="12.0"/><text x="58" y="12.0" text-anchor="end" dominant-baseline="middle">8</text>`,
		`text-anchor="middle">06</text>`,
		`<polyline class="s0" points="158.7,172.0 348.0,52.0 537.3,12.0"/>`,
		`<polyline class="s1" points="158.7,92.0 348.0,92.0 537.3,92.0"/>`,
		`</i>used</span>`, `</i>plan</span>`,
		`<rect class="s0" x="106.6" y="12.0" width="198.8" height="26.7"><title>Change Mon: 0.5</title></rect>`,
		`<rect class="s0" x="390.6" y="38.7" width="198.8" height="133.3"><title>Change Tue: -2.5</title></rect>`,
		"<caption>Worst cards</caption>",
		"<td>卡一</td>",
		`<a href="inbox/files/` + parent + `/0">&lt;b&gt;.csv: All &lt;5,000&gt; cards</a>`,
		`<article class="reply"`, "reply, also sent to the channel</div>",
		"worse</div>",
		"</article>\n</article>",
	} {
		i := strings.Index(page[at:], want)
		if i < 0 {
			t.Errorf("page has no %q after what comes before it", want)
			continue
		}
		at += i
	}
	if n := strings.Count(page, "worse</div>"); n != 1 {
		t.Errorf("page shows the reply %d times, want once", n)
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "ZgotmplZ") {
		t.Error("page has what came from outside, or lost something")
	}
	if t.Failed() {
		t.Log(page)
	}
	text := do(t, s, "GET", "/inbox.txt", "").Body
	for _, want := range []string{"  edited 1×\n", "  reply to " + parent + ", also to the channel\n\nworse\n", "[<b>.csv: All <5,000> cards]\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("/inbox.txt has no %q:\n%s", want, text)
		}
	}
}

// TestInboxPie looks at the kinds of charts that are drawn like others.
func TestInboxPie(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	post(t, s, "pie")
	page := do(t, s, "GET", "/inbox", "").Body
	for _, want := range []string{
		"<title>stopped: 99.5</title>",
		`<polygon class="s0" points="206.0,92.0 490.0,12.0 490.0,172.0 206.0,172.0"/>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page has no %q:\n%s", want, page)
		}
	}
}

func TestInboxFormats(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	if got := do(t, s, "GET", "/inbox", "").Body; !strings.Contains(got, "No messages yet.") {
		t.Errorf("empty page = %s", got)
	}
	hook(t, s, `{"text":"一 &lt;1&gt;"}`)
	hook(t, s, `{"text":"two"}`)
	want := "#alerts  2026-11-22T09:30:00+08:00\n\n一 <1>\n\n#alerts  2026-11-22T09:30:00+08:00\n\ntwo\n\n"
	if diff := cmp.Diff(want, do(t, s, "GET", "/inbox.txt", "").Body); diff != "" {
		t.Errorf("/inbox.txt (-want +got):\n%s", diff)
	}
	var inbox []slacktest.Message
	if err := json.Unmarshal([]byte(do(t, s, "GET", "/inbox.json", "").Body), &inbox); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.Inbox(), inbox); diff != "" {
		t.Errorf("/inbox.json (-want +got):\n%s", diff)
	}
}

// post sends testdata/<name>.json to the webhook.
func post(t *testing.T, s *slacktest.Server, name string) {
	t.Helper()
	if got := hook(t, s, read(t, filepath.Join("testdata", name+".json"))); got.Body != "ok" {
		t.Fatalf("webhook = %+v, want ok", got)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
