package rulefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones below, wherever the tests run

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/incident"
)

var defaults = rule.Defaults().With(
	rule.Usage{Percent: []int{80, 90, 100}}, rule.Expiry{Days: []int{30, 14, 7, 3, 1}},
)

// variables are the environment of the tests.
func variables(name string) string {
	return map[string]string{
		"DINGTALK_URL": "https://oapi.dingtalk.com/robot/send?access_token=secret-of-a-test", "DINGTALK_SECRET": "secret-of-a-test",
		"FEISHU_URL": "https://open.feishu.cn/open-apis/bot/v2/hook/secret-of-a-test", "FEISHU_SECRET": "secret-of-a-test",
		"HOOK_URL": "https://hook.example/secret-of-a-test", "HOOK_SECRET": "secret-of-a-test", "SIGNALBOX_SLACK_BOT_TOKEN": "xoxb-secret-of-a-test",
	}[name]
}

// sameZone compares locations by name.
var sameZone = cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })

func TestExample(t *testing.T) {
	t.Parallel()
	got, err := rulefile.Load(filepath.Join("..", "..", "..", "doc", "rules.example.yaml"), defaults, variables)
	if err != nil {
		t.Fatal(err)
	}
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	warehouse := defaults.With(rule.Usage{}, rule.Stopped{}, rule.Stale{}, rule.Forecast{})
	yearly := defaults.With(rule.Expiry{Days: []int{90, 60, 30, 14, 7}})
	want := rule.Policy{
		Default: defaults, Groups: rule.Groups{Share: 80, Least: 10},
		Overrides: []rule.Override{
			{
				Match: rule.Match{Tag: "车队-*", Package: "移动-单卡*-月包-*", ICCID: "89860[34]*"},
				Settings: defaults.With(
					rule.Usage{Percent: []int{70, 85, 100}}, rule.Expiry{Days: []int{60, 30, 7}},
					rule.Stale{After: 72 * time.Hour}, rule.Forecast{Fire: 0.9, Clear: 0.6}, rule.Inactive{Days: 10},
				),
			},
			{Match: rule.Match{Tag: "仓库"}, Settings: warehouse},
			{Match: rule.Match{Package: "*-年包-*"}, Settings: yearly},
		},
		Silences: []rule.Silence{
			{
				Match: rule.Match{Tag: "车队-华东"}, Rule: rule.ExpiryName,
				Until: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Comment: "续费已在办理",
			},
			{
				Match: rule.Match{ICCID: "89860321000000015668"},
				From:  time.Date(2026, 11, 29, 22, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
			},
		},
		MuteTimes: []rule.MuteTime{
			{From: 22 * 60, To: 7 * 60, Zone: shanghai},
			{To: 24 * 60, Days: []time.Weekday{time.Saturday, time.Sunday}, Zone: shanghai},
		},
		Routes: rule.Routes{
			{Match: rule.Match{Tag: "factory-*"}, Receivers: []string{"factory"}},
			{Severity: incident.Critical, Receivers: []string{"ops", "duty"}, Mention: true},
			{Receivers: []string{"ops"}, Fallback: []string{"anything"}},
		},
	}
	if diff := cmp.Diff(want, got.Policy, sameZone); diff != "" {
		t.Errorf("policy of the example (-want +got):\n%s", diff)
	}
}

func TestUnsetStaysDefault(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text string }{
		{"nothing but the version", "version: 1"},
		{"blank lists", "version: 1\nrules:\nsilences: []\nmute:\n"},
		{"windows", "\ufeffversion: 1\r\nrules:\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := rulefile.Parse([]byte(tt.text), defaults, variables)
			if diff := cmp.Diff(rulefile.File{Policy: rule.Policy{Default: defaults, Groups: rule.DefaultGroups()}}, got); err != nil || diff != "" {
				t.Errorf("Parse(%q) gives %v (-want +got):\n%s", tt.text, err, diff)
			}
		})
	}
}

// TestGroups has keys that are left out stay as by default.
func TestGroups(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       rule.Groups
	}{
		{"off", "groups: off", rule.Groups{}},
		{"both", "groups: {share: 100, least: 2}", rule.Groups{Share: 100, Least: 2}},
		{"share", "groups: {share: 50}", rule.Groups{Share: 50, Least: 10}},
		{"least", "groups: {least: 100000}", rule.Groups{Share: 80, Least: 100_000}},
		{"nothing", "groups: {}", rule.DefaultGroups()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := rulefile.Parse([]byte("version: 1\n"+tt.text), defaults, variables)
			if err != nil || got.Policy.Groups != tt.want {
				t.Errorf("Parse(%q) gives %+v, %v, want %+v", tt.text, got.Policy.Groups, err, tt.want)
			}
		})
	}
	const on = "version: 1\ngroups: on"
	want := "line 2: groups: must be off or a mapping with the keys least, share"
	if _, err := rulefile.Parse([]byte(on), defaults, variables); err == nil || err.Error() != want {
		t.Errorf("Parse(%q) = %v, want %s", on, err, want)
	}
}

// TestSilenceThatNeverCounts has one end before it begins.
func TestSilenceThatNeverCounts(t *testing.T) {
	t.Parallel()
	const text = "version: 1\nsilences:\n  - {from: 2026-12-01T08:00:00+08:00, until: 2026-12-01T00:00:00Z}"
	want := "line 3: silences: it is over before it begins: from must be before until"
	if _, err := rulefile.Parse([]byte(text), defaults, variables); err == nil || err.Error() != want {
		t.Errorf("Parse(%q) = %v, want %s", text, err, want)
	}
}

func TestEveryMistakeIsListed(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile(filepath.Join("testdata", "mistakes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "mistakes.yaml")
	policy, err := rulefile.Load(path, defaults, variables)
	if err == nil {
		t.Fatalf("Load(%s) accepts the file", path)
	}
	got := strings.TrimPrefix(err.Error(), "rules file "+path+":\n") + "\n"
	if diff := cmp.Diff(string(golden), got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(rulefile.File{}, policy); diff != "" {
		t.Errorf("a file with mistakes gives a policy:\n%s", diff)
	}
}

func TestNotOneDocument(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"empty", "", "line 1: the file is empty; it needs at least version: 1"},
		{"comments", "# one\n# two\n", "line 1: the file is empty; it needs at least version: 1"},
		{"empty document", "---", "line 1: the file is empty; it needs at least version: 1"},
		{"scalar", "\n\nversion", "line 3: must be a mapping with the keys groups, mute, receivers, routes, rules, silences, version"},
		{"list", "- version: 1", "line 1: must be a mapping with the keys groups, mute, receivers, routes, rules, silences, version"},
		{"two documents", "version: 1\n---\nversion: 1", "line 2: a second document begins; one file is one document"},
		{"tab", "version: 1\nrules:\n\t- match: {}", "line 3: is not YAML: indent with spaces, not with tabs"},
		{"unclosed", "version: [", "line 1: is not YAML: did not find expected node content"},
		{"not text", "version: 1\n# \xff", "line 2: is not UTF-8 text"},
		{"control character", "version: 1\n\n\x01", "line 3: is not UTF-8 text"},
		{"star", "version: 1\nrules:\n- match: {tag: *field}", "line 3: a pattern that starts with * needs quotes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := rulefile.Parse([]byte(tt.text), defaults, variables)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Parse(%q) = %v, want %s", tt.text, err, tt.want)
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	if _, err := rulefile.Load(filepath.Join(t.TempDir(), "none.yaml"), defaults, variables); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load(missing) = %v, want that it does not exist", err)
	}
}
