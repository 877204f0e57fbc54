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
	for _, name := range []string{"alert", "text", "rich"} {
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
