package rulefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/incident"
	"signalbox/shared/language"
)

const receiversText = `version: 1
receivers:
  - {name: ops, slack: {channel: C0123456}}
  - {name: factory, dingtalk: {url_env: DINGTALK_URL, secret_env: DINGTALK_SECRET, language: zh}}
  - {name: duty, feishu: {url_env: FEISHU_URL, secret_env: FEISHU_SECRET}}
  - {name: anything, webhook: {url_env: HOOK_URL, secret_env: HOOK_SECRET, allow_private: true}}
routes:
  - {match: {tag: "factory-*"}, receivers: [factory]}
  - {match: {severity: critical}, receivers: [ops, duty], mention: here}
  - {receivers: [ops], fallback: [anything]}
`

func TestReceiversAndRoutes(t *testing.T) {
	t.Parallel()
	got, err := rulefile.Parse([]byte(receiversText), defaults, variables)
	if err != nil {
		t.Fatal(err)
	}
	want := []rulefile.Receiver{
		{Name: "ops", Kind: rulefile.Slack, Line: 3, Channel: "C0123456"},
		{Name: "factory", Kind: rulefile.DingTalk, Line: 4, URL: "https://oapi.dingtalk.com/robot/send?access_token=secret-of-a-test", Secret: "secret-of-a-test", Language: new(language.Chinese)},
		{Name: "duty", Kind: rulefile.Feishu, Line: 5, URL: "https://open.feishu.cn/open-apis/bot/v2/hook/secret-of-a-test", Secret: "secret-of-a-test"},
		{Name: "anything", Kind: rulefile.Webhook, Line: 6, URL: "https://hook.example/secret-of-a-test", Secret: "secret-of-a-test", AllowPrivate: true},
	}
	if diff := cmp.Diff(want, got.Receivers); diff != "" {
		t.Errorf("receivers (-want +got):\n%s", diff)
	}
	routes := rule.Routes{
		{Match: rule.Match{Tag: "factory-*"}, Receivers: []string{"factory"}},
		{Severity: incident.Critical, Receivers: []string{"ops", "duty"}, Mention: true},
		{Receivers: []string{"ops"}, Fallback: []string{"anything"}},
	}
	if diff := cmp.Diff(routes, got.Policy.Routes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}

// TestReceiverMistakes has a file with every mistake about receivers and routes.
func TestReceiverMistakes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"receivers", "routes", "loop"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		golden, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rulefile.Parse(text, defaults, variables)
		if err == nil {
			t.Fatalf("Parse(%s) accepts the file", name)
		}
		if diff := cmp.Diff(string(golden), err.Error()+"\n"); diff != "" {
			t.Errorf("mistakes of %s (-want +got):\n%s", name, diff)
		}
		if strings.Contains(err.Error(), "secret-of-a-test") {
			t.Errorf("a mistake quotes a secret: %v", err)
		}
	}
}
