package slack_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"

	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"control characters", "<R&D> &amp; 卡", "&lt;R&amp;D&gt; &amp;amp; 卡"},
		{"a card", "89860321000000010001", "89860321000000010001"},
		{"inside a word", "R_D_1 3*4*5 a~b~c 1>0", "R_D_1 3*4*5 a~b~c 1&gt;0"},
		{"masked", "898603******0001", "898603******0001"},
		{"runs", "a**b**c d****e", "a**b\u00AD*\u00AD*c d\u00AD*\u00AD*\u00AD*\u00AD*e"},
		{"bold", "*12 new*", "\u00AD*12 new\u00AD*"},
		{"quote", "> all is well -> a > b", "\u00AD&gt; all is well -&gt; a \u00AD&gt; b"},
		{"code", "a`b`c", "a\u00AD`b\u00AD`c"},
		{"full-width", "＊粗＊", "\u00AD＊粗\u00AD＊"},
		{"mention", "<!channel> @channel", "&lt;!channel&gt; @channel"},
		{
			"link", "https://example.com|<https://example.com|pay>",
			"https:\u00AD//example.com|&lt;https:\u00AD//example.com|pay&gt;",
		},
		{"not UTF-8", "a\xff*", "a\uFFFD\u00AD*"},
	}
	for _, tt := range tests {
		if got := slack.Escape(tt.text); got != tt.want {
			t.Errorf("Escape(%s) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestNamesAreNotLinked has the bot ask Slack to link no name and no address, for
// updates, too, where it does so unless asked.
func TestNamesAreNotLinked(t *testing.T) {
	t.Parallel()
	server := slacktest.New(slacktest.Options{Token: botToken, Channels: []string{"alerts"}})
	var asked []string
	b := botOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		asked = append(asked, path.Base(r.URL.Path)+" "+form.Get("parse"))
		r.Body = io.NopCloser(bytes.NewReader(body))
		return server.Transport().RoundTrip(r)
	}))
	ref, err := b.Post(t.Context(), slack.Message{Text: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Update(t.Context(), ref, slack.Message{Text: "b"}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"chat.postMessage none", "chat.update none"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

// FuzzEscape has a reader see what was escaped, whatever stands around it.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{
		"*bold*", "_i_", "~s~", "`c`", "```pre```", "<!here>", "<https://a|b>", "a *b*", "*", "_*x*_", "＊b＊", "｀c｀", "\u00AD*b*", "*b\u200b*",
		"&lt;", "<@U1>", "*a", "b*", "a**b**c", "a__b*c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		if strings.ContainsFunc(text, unicode.IsControl) || strings.TrimSpace(text) != text {
			return // they are not a line
		}
		visible := strings.NewReplacer("\u00AD", "")
		got := visible.Replace(slacktest.Message{Text: "• *1 new* · " + slack.Escape(text) + " · *all*"}.Plain())
		if want := visible.Replace("• 1 new · " + text + " · all\n"); got != want {
			t.Errorf("a reader sees %q, want %q", got, want)
		}
	})
}
