package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkRules checks a rules file and returns what is printed, without the file's path.
func checkRules(t *testing.T, text string, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	code = run(t.Context(), append(append([]string{"rules", "check"}, args...), path), console{environ: environ, stdout: &out, stderr: &errs})
	return code, strings.ReplaceAll(out.String(), path, "FILE"), strings.ReplaceAll(errs.String(), path, "FILE")
}

func TestRulesCheck(t *testing.T) {
	t.Parallel()
	const sealed = "https://example.com/sealed"
	const receivers = "version: 1\nreceivers:\n- {name: a, webhook: {url_env: HOOK_URL, secret_env: HOOK_SECRET}}\n"
	environ := []string{"HOOK_URL=" + sealed, "HOOK_SECRET=sealed-too", "SIGNALBOX_ALERT_USAGE=none"}
	tests := []struct {
		name, text string
		environ    []string
		args       []string
		code       int
		stdout     string
		stderr     string
	}{
		{"all is well", receivers, environ, nil, exitOK, "nothing to mend\n", ""},
		{
			"a mistake and a warning", "version: 2\nsilences:\n- {rule: usage, until: 2020-01-01T00:00:00Z}\n", nil, nil, exitError,
			"FILE:1: mistake: version: must be 1\nFILE:3: warning: silences: it is over since 2020-01-01T00:00:00Z: remove it\n",
			"signalbox: FILE: 1 mistakes, 1 warnings\n",
		},
		{
			"variables that are not set", receivers, nil, nil, exitError,
			"FILE:3: mistake: receivers.webhook.url_env: variable HOOK_URL is not set\nFILE:3: mistake: receivers.webhook.secret_env: variable HOOK_SECRET is not set\n",
			"signalbox: FILE: 2 mistakes, 0 warnings\n",
		},
		{"without variables", receivers, nil, []string{"--no-variables"}, exitOK, "nothing to mend\n", ""},
	}
	for _, tt := range tests {
		code, stdout, stderr := checkRules(t, tt.text, tt.environ, tt.args...)
		if diff := cmp.Diff([]any{tt.code, tt.stdout, tt.stderr}, []any{code, stdout, stderr}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if strings.Contains(stdout+stderr, "sealed") {
			t.Errorf("%s: a secret is shown", tt.name)
		}
	}
}

func TestRulesCheckJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]remark{
		"version: 1\n": {},
		"version: 1\nsilences:\n- {until: 2020-01-01T00:00:00Z}\nmutes: []\n": {
			{3, "warning", "silences: it is over since 2020-01-01T00:00:00Z: remove it"},
			{4, "mistake", `"mutes" is no key here; the keys are groups, mute, receivers, routes, rules, silences, version`},
		},
	} {
		code, stdout, _ := checkRules(t, text, nil, "--json")
		var got struct{ Remarks []remark }
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || (code == exitOK) != (len(want) == 0) {
			t.Errorf("code %d, %v of %s", code, err, stdout)
		}
		if diff := cmp.Diff(want, got.Remarks); diff != "" {
			t.Errorf("remarks (-want +got):\n%s", diff)
		}
	}
}

// TestRulesCheckExample holds the file that people begin with to be without a slip but for its
// dates.
func TestRulesCheckExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "doc", "rules.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, stdout, _ := checkRules(t, string(text), nil, "--no-variables")
	for line := range strings.Lines(stdout) {
		if line != "nothing to mend\n" && !strings.Contains(line, "silences: it is over since 2026-1") {
			t.Error(line)
		}
	}
}
