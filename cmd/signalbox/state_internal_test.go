package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"signalbox/shared/store"
)

// with runs commands with other variables, the last of which count.
func (x terminal) with(environ ...string) terminal {
	x.environ = append(slices.Clone(x.environ), environ...)
	return x
}

// TestStateCommands moves a state from a file to another, and back, and compacts it.
func TestStateCommands(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	x, folder := terminal{t, environ}, t.TempDir()
	export := filepath.Join(folder, "state.ndjson")
	if _, errs, code := x.run("state export -o " + export); code != exitError || !strings.Contains(errs, "there is no state yet") {
		t.Errorf("an export of nothing: code %d, %s", code, errs)
	}
	x.want("sweep")
	_, errs, code := x.run("state export -o " + export)
	if code != exitOK || !strings.Contains(errs, "exported ") || !strings.Contains(errs, "sweep.db") {
		t.Fatalf("export: code %d, %s", code, errs)
	}
	if info, err := os.Stat(export); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export is %v, %v; want mode 0600", info, err)
	}
	written, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	if _, errs, code := x.run("state export -o " + export); code != exitError || !strings.Contains(errs, "--force") {
		t.Errorf("an export over a file: code %d, %s", code, errs)
	}
	if out := x.want("state export --force"); out != string(written) {
		t.Error("the export on standard output is another one")
	}

	// Of all variables of alerts it takes those that say where the state is.
	moved := terminal{t, []string{"SIGNALBOX_STATE_DIR=" + folder}}
	moved.want("state import "+export, "imported ", filepath.Join(folder, "alerts.db"))
	if out := moved.want("state export"); out != string(written) {
		t.Error("the export of what was imported is another one")
	}
	if _, errs, code := moved.run("state import " + export); code != exitError || !strings.Contains(errs, "--replace") {
		t.Errorf("an import over records: code %d, %s", code, errs)
	}
	moved.want("state import --replace " + export)
	moved.want("state compact", "compacted ", " bytes to ")
	incidents := x.want("incidents --csv")
	if got := x.with("SIGNALBOX_STATE_FILE=" + filepath.Join(folder, "alerts.db")).want("incidents --csv"); got != incidents {
		t.Errorf("what is open in the other file:\n%s\nwant\n%s", got, incidents)
	}

	server, err := store.Open(store.Config{File: filepath.Join(folder, "alerts.db"), Namespace: "alerts"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if _, errs, code := moved.run("state export"); code != exitError || !strings.Contains(errs, "ask it with --url") {
		t.Errorf("an export of a file that is open: code %d, %s", code, errs)
	}
	if _, errs, code := x.run("state export --url " + e.base + "/alerts"); code != exitError || !strings.Contains(errs, "no state yet") {
		t.Errorf("an export of a server's without a sweep: code %d, %s", code, errs)
	}
}

// TestCommandsUseTheStateOfServe has commands go by what signalbox serve keeps in its folder,
// and say what to do as long as a server has it.
func TestCommandsUseTheStateOfServe(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	folder := t.TempDir()
	x := terminal{t, without(environ, "SIGNALBOX_LOG_LEVEL")}.with("SIGNALBOX_STATE_FILE=", "SIGNALBOX_STATE_DIR="+folder)
	x.want("sweep", `"done": true`)
	for _, line := range []string{"incidents", "silence list"} {
		if _, errs, code := x.run(line); code != exitOK || errs != "" {
			t.Errorf("signalbox %s: code %d, logs %s", line, code, errs)
		}
	}
	x.want("silence add " + e.cloud.ICCID(1))
	x.want("explain "+e.cloud.ICCID(1), "silenced until")
	if _, errs, code := x.run("sweep --dry-run"); code != exitOK || !strings.Contains(errs, "Nothing would be posted") {
		t.Errorf("a dry run after a sweep: code %d, %s", code, errs)
	}
	if out := x.want("summary --dry-run"); strings.Contains(out, "no sweep was finished") {
		t.Errorf("the summary does not know of the sweep:\n%s", out)
	}

	server, err := store.Open(store.Config{File: filepath.Join(folder, "alerts.db"), Namespace: "alerts"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	for line, want := range map[string]string{
		"incidents": "ask it with --url", "sweep": "POST /invoke/alerts", "sweep --dry-run": "a file of its own there",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			if _, errs, code := (terminal{t, x.environ}).run(line); code != exitError || !strings.Contains(errs, want) {
				t.Errorf("beside a server: code %d, %s; want %q", code, errs, want)
			}
		})
	}
}

// TestStateFromServer asks a server for its state, and keeps nothing of an answer that is
// not whole.
func TestStateFromServer(t *testing.T) {
	t.Parallel()
	e, environ := startEnvironment(t)
	x := terminal{t, environ}
	card := e.cloud.ICCID(1)
	x.want("silence add " + card + " --url " + e.base)
	whole := x.want("state export --url "+e.base+"/alerts", `{"format":"signalbox-state"`, card)
	cut := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", store.MediaExport)
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
			_, _ = w.Write([]byte(whole[:n])) // and the connection is closed, with less than was said
		}
	}
	lines := strings.SplitAfter(whole, "\n")
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"cut off", cut(len(whole) / 2), "unexpected EOF"},
		{"nothing", cut(0), "unexpected EOF"},
		{"a line less", written(200, store.MediaExport, strings.Join(lines[:len(lines)-2], "")), "cut off"},
		{"altered", written(200, store.MediaExport, strings.Replace(whole, card, "0"+card[1:], 1)), "not those that were written"},
		{"another answer", written(200, "application/json", `{}`), "is --url that of alerts?"},
		{"too large for the platform", written(501, "application/problem+json", `{"detail":"Export it without --url."}`), "without --url"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, folder := httptest.NewServer(test.handler), t.TempDir()
			defer server.Close()
			for _, line := range []string{"", " -o " + filepath.Join(folder, "state.ndjson")} {
				out, errs, code := terminal{t, environ}.run("state export --retry-for 0s --url " + server.URL + line)
				if code != exitError || out != "" || !strings.Contains(errs, test.want) {
					t.Errorf("code %d, %q, %s; want %q", code, out, errs, test.want)
				}
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
				t.Errorf("left over: %v, %v", left, err)
			}
		})
	}
}

// TestStateRefuses says what is wrong.
func TestStateRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.ndjson")
	if err := os.WriteFile(broken, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	x := terminal{t, []string{"SIGNALBOX_STATE_FILE=" + filepath.Join(folder, "state.db")}}
	redis := x.with("SIGNALBOX_REDIS_URL=redis://user:secret-of-redis@127.0.0.1:1")
	table := x.with("SIGNALBOX_STATE_TABLE=dynamodb:signalbox", "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret-of-aws")
	tests := []struct {
		terminal terminal
		line     string
		code     int
		want     string
	}{
		{terminal{t, nil}, "state export", exitError, "SIGNALBOX_STATE_FILE"},
		{terminal{t, nil}, "state compact --function conversion", exitError, "SIGNALBOX_STATE_FILE"},
		{x, "state export here", exitUsage, "one argument too many"},
		{x, "state export --url ftp://x", exitUsage, "want --url with https"},
		{x, "state import", exitUsage, "want one file"},
		{x, "state import " + filepath.Join(folder, "missing"), exitError, "no such file"},
		{x, "state import " + broken, exitError, "broken.ndjson: read the export: line 1: it is not what signalbox state export writes"},
		{x, "state import -", exitError, "cut off"},
		{x, "state compact", exitError, "there is no "},
		{x, "state compact --function cardflow", exitUsage, "alerts or conversion"},
		{redis, "state compact", exitError, "the state is in Redis: there is no file to compact"},
		{redis, "state compact --function conversion", exitError, "the state is in Redis"},
		{redis, "state export", exitError, "Redis"},
		{table, "state compact", exitError, "the state is in "},
		{x.with("SIGNALBOX_STATE_TABLE=tablestore:https://a.ap-southeast-1.ots.aliyuncs.com/state"), "state export", exitError, "ALIBABA_CLOUD_ACCESS_KEY_ID"},
	}
	for _, test := range tests {
		out, errs, code := test.terminal.run(test.line)
		if code != test.code || !strings.Contains(errs, test.want) || out != "" || strings.Contains(errs, "secret-of-") {
			t.Errorf("signalbox %s: code %d, said %q%s; want %d and %q", test.line, code, errs, out, test.code, test.want)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
