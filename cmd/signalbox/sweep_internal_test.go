package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// startEnvironment serves a dev environment, and returns the variables with
// which a terminal would reach it.
func startEnvironment(t *testing.T) (e *environment, environ []string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Start()
	t.Cleanup(server.Close)
	e, err := newEnvironment(server.URL, t.TempDir(), 60, nil, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	server.Config.Handler = e
	return e, e.environ("sweep.db")
}

func TestSweepCommand(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	sweep := func(args ...string) (stdout, stderr string, code int) {
		var out, errs strings.Builder
		code = run(t.Context(), append([]string{"sweep"}, args...), console{environ: environ, stdout: &out, stderr: &errs})
		return out.String(), errs.String(), code
	}

	out, errs, code := sweep("--dry-run")
	if errs != "" {
		t.Errorf("dry run that posts said %q", errs)
	}
	if code != exitOK || !strings.Contains(out, "Package ends soon") || !strings.Contains(out, `"checked": 60`) || len(e.slack.Inbox()) != 0 {
		t.Errorf("dry run: code %d, %d messages posted, printed\n%s", code, len(e.slack.Inbox()), out)
	}
	if left, err := filepath.Glob(filepath.Join(e.folder, "sweep*")); err != nil || len(left) > 0 {
		t.Errorf("a dry run leaves %v, %v", left, err)
	}
	out, errs, code = sweep()
	if code != exitOK || !strings.Contains(out, `"messages": 5`) || len(e.slack.Inbox()) != 1 || errs != "" {
		t.Errorf("sweep after a dry run: code %d, %d messages posted, printed\n%s\n%s", code, len(e.slack.Inbox()), out, errs)
	}
	if out, _, code := sweep(); code != exitOK || !strings.Contains(out, `"messages": 0`) {
		t.Errorf("second sweep: code %d, printed\n%s", code, out)
	}
	if _, errs, code := sweep("--dry-run"); code != exitOK || !strings.Contains(errs, "Nothing would be posted") {
		t.Errorf("dry run without a change: code %d, said %q", code, errs)
	}
}

// TestSweepCommandWithoutATemporaryFolder needs none where nothing is thrown away.
func TestSweepCommandWithoutATemporaryFolder(t *testing.T) {
	_, environ := startEnvironment(t)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	if code := run(t.Context(), []string{"sweep"}, console{environ: environ, stdout: t.Output(), stderr: t.Output()}); code != exitOK {
		t.Errorf("sweep: code %d, want %d", code, exitOK)
	}
}

func TestSweepCommandOfSomeCards(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	list := filepath.Join(t.TempDir(), "cards")
	text := "# the two of the demonstration\n" + e.cloud.ICCID(1) + "\n\n  " + e.cloud.ICCID(2) + "\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if code := run(t.Context(), []string{"sweep", "--cards", list}, console{environ: environ, stdout: &out, stderr: t.Output()}); code != exitOK ||
		!strings.Contains(out.String(), `"cards": 2`) || !strings.Contains(out.String(), `"listCalls": 2`) {
		t.Errorf("sweep of two cards: code %d, printed\n%s", code, &out)
	}
}

func TestSweepCommandRefuses(t *testing.T) {
	t.Parallel()
	_, environ := startEnvironment(t)
	folder := t.TempDir()
	bad, empty := filepath.Join(folder, "bad"), filepath.Join(folder, "empty")
	for name, text := range map[string]string{bad: "89860321000000015668\nnonsense\n", empty: "# none\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name    string
		args    []string
		environ []string
		code    int
		want    string
	}{
		{"no environment", nil, nil, exitError, "SIGNALBOX_SLACK_WEBHOOK_URL: is not set"},
		{"a flag that is not known", []string{"--fast"}, environ, exitUsage, "unknown flag: --fast"},
		{"an argument", []string{"now"}, environ, exitUsage, `"now" is one argument too many`},
		{"no such file", []string{"--cards", filepath.Join(folder, "missing")}, environ, exitError, "read cards"},
		{"a line that is no card", []string{"--cards", bad}, environ, exitError, "line 2: an ICCID is"},
		{"no cards", []string{"--cards", empty}, environ, exitError, "names none"},
	}
	for _, tt := range tests {
		var stderr strings.Builder
		if code := run(t.Context(), append([]string{"sweep"}, tt.args...), console{environ: tt.environ, stdout: t.Output(), stderr: &stderr}); code != tt.code || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%s: code %d, said %q; want %d and %q", tt.name, code, &stderr, tt.code, tt.want)
		}
	}
}

func TestSweepCommandThatIsCutOff(t *testing.T) {
	t.Parallel()
	_, environ := startEnvironment(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code := run(ctx, []string{"sweep"}, console{environ: environ, stdout: t.Output(), stderr: t.Output()}); code != exitError {
		t.Errorf("sweep with an ended ctx: code %d, want %d", code, exitError)
	}
}
