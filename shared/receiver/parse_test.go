package receiver_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/receiver"
	"signalbox/shared/route"
)

// variables are the environment of the tests.
func variables(name string) string {
	return map[string]string{
		"DINGTALK_URL": "https://oapi.dingtalk.com/robot/send?access_token=secret-of-a-test", "DINGTALK_SECRET": "secret-of-a-test",
		"FEISHU_URL": "https://open.feishu.cn/open-apis/bot/v2/hook/secret-of-a-test", "FEISHU_SECRET": "secret-of-a-test",
		"HOOK_URL": "https://hook.example/secret-of-a-test", "HOOK_SECRET": "secret-of-a-test", "SIGNALBOX_SLACK_BOT_TOKEN": "xoxb-secret-of-a-test",
	}[name]
}

const receiversText = `version: 1
rules: [{no: rule, of: cards}] # alerts checks them
receivers:
  - {name: ops, slack: {channel: C0123456}}
  - {name: factory, dingtalk: {url_env: DINGTALK_URL, secret_env: DINGTALK_SECRET, language: zh}}
  - {name: duty, feishu: {url_env: FEISHU_URL, secret_env: FEISHU_SECRET}}
  - {name: anything, webhook: {url_env: HOOK_URL, secret_env: HOOK_SECRET, allow_private: true}}
routes:
  - {match: {tag: "factory-*"}, receivers: [factory]}
  - {match: {country: sg, rule: pumping}, receivers: [duty], continue: true}
  - {match: {country: NO}, receivers: [duty]}
  - {match: {rule: reports}, receivers: [duty]}
  - {match: {severity: critical}, receivers: [ops, duty], mention: here}
  - {receivers: [ops], fallback: [anything]}
`

func TestReceiversAndRoutes(t *testing.T) {
	t.Parallel()
	got, err := receiver.Parse([]byte(receiversText), variables)
	if err != nil {
		t.Fatal(err)
	}
	want := receiver.File{
		Receivers: []receiver.Receiver{
			{Name: "ops", Kind: receiver.KindSlack, Line: 4, Channel: "C0123456"},
			{Name: "factory", Kind: receiver.KindDingTalk, Line: 5, URL: "https://oapi.dingtalk.com/robot/send?access_token=secret-of-a-test", Secret: "secret-of-a-test", Language: new(language.Chinese)},
			{Name: "duty", Kind: receiver.KindFeishu, Line: 6, URL: "https://open.feishu.cn/open-apis/bot/v2/hook/secret-of-a-test", Secret: "secret-of-a-test"},
			{Name: "anything", Kind: receiver.KindWebhook, Line: 7, URL: "https://hook.example/secret-of-a-test", Secret: "secret-of-a-test", AllowPrivate: true},
		},
		Routes: route.Routes{
			{Match: route.Match{Tag: "factory-*"}, Receivers: []string{"factory"}},
			{Country: "SG", Rule: "pumping", Receivers: []string{"duty"}, Continue: true},
			{Country: "NO", Receivers: []string{"duty"}},
			{Rule: "reports", Receivers: []string{"duty"}},
			{Severity: incident.Critical, Receivers: []string{"ops", "duty"}, Mention: true},
			{Receivers: []string{"ops"}, Fallback: []string{"anything"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

// TestMistakes has files with every mistake about receivers and routes.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"receivers", "routes", "countries", "loop"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		golden, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = receiver.Parse(text, variables)
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

func TestLoad(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "rules.yaml")
	if err := os.WriteFile(path, []byte("version: 1\nroute: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "rules file " + path + ":\nline 2: \"route\" is no key here; the keys are groups, mute, receivers, routes, rules, silences, version"
	if _, err := receiver.Load(path, variables); err == nil || err.Error() != want {
		t.Errorf("Load = %v, want %s", err, want)
	}
	if _, err := receiver.Load(filepath.Join(folder, "none.yaml"), variables); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load(missing) = %v, want that it does not exist", err)
	}
}
