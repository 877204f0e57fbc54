//go:build documents

package docs_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

// block is what a document has its reader enter.
type block struct {
	at, text string
}

var fence = regexp.MustCompile("(?ms)^ *```(sh)?\n(.*?)^ *```$")

// blocksOf returns the blocks of a document: those of the shell, and what stands behind a
// prompt, or begins with the command, in those without a language.
func blocksOf(name, text string) []block {
	var blocks []block
	for _, at := range fence.FindAllStringSubmatchIndex(text, -1) {
		inside, isShell := text[at[4]:at[5]], at[2] >= 0
		if !isShell {
			inside = entered(inside)
		}
		if inside != "" {
			line := strings.Count(text[:at[0]], "\n") + 1
			blocks = append(blocks, block{fmt.Sprintf("%s:%d", name, line), inside})
		}
	}
	return blocks
}

// entered are the lines that somebody enters.
func entered(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		command, prompted := strings.CutPrefix(line, "$ ")
		if prompted || strings.HasPrefix(line, "signalbox ") || strings.HasPrefix(line, "zcat ") {
			lines.WriteString(command)
		}
	}
	return lines.String()
}

// recorded are the commands that are only written down when a document enters them: they
// need a cloud, root or minutes. Each line has to be one that the tool knows.
var recorded = map[string]*regexp.Regexp{
	"aliyun": regexp.MustCompile(`^ram (CreateRole --RoleName \S+ --AssumeRolePolicyDocument|CreatePolicy --PolicyName \S+ --PolicyDocument) \{|^ram AttachPolicyToRole --PolicyType Custom --PolicyName \S+ --RoleName \S+$`),
	"aws": regexp.MustCompile(`^(lambda get-account-settings --query \S+` +
		`|lambda invoke --function-name \S+ --invocation-type Event --cli-binary-format raw-in-base64-out --payload \{\} \S+` +
		`|logs tail \S+ --since \d+m|cloudformation describe-stacks --stack-name \S+ --query \S+ --output text` +
		`|secretsmanager get-secret-value --secret-id \S+ --query SecretString --output text` +
		`|secretsmanager (create-secret --name|put-secret-value --secret-id) \S+ --secret-string file://\S+)$`),
	"docker":     regexp.MustCompile(`^(build -f \S+ -t \S+ \.|compose -f \S+ (up --build --detach|exec signalbox signalbox health --ready|logs --tail \d+ signalbox))$`),
	"go":         regexp.MustCompile(`^(test \./\.\.\.|run \./cmd/signalbox dev --once)$`),
	"kubectl":    regexp.MustCompile(`^(apply -f \S+|rollout status deployment/signalbox|logs deployment/signalbox --tail \d+)$`),
	"make":       regexp.MustCompile(`^(dist|build GOARCH=arm64 TAGS=notablestore)$`),
	"npm":        regexp.MustCompile(`^install --global @serverless-devs/s@\d+\.\d+\.\d+$`),
	"s":          regexp.MustCompile(`^(config add|preview|deploy -y|alerts (invoke -e \{\}|logs))$`),
	"sam":        regexp.MustCompile(`^deploy --stack-name \S+ --resolve-s3 --capabilities CAPABILITY_IAM( --parameter-overrides( \w+=\S+)+)?$`),
	"sudo":       regexp.MustCompile(`^(unzip -o -d \S+ \S+ signalbox|install -d -m 700 \S+|install -m 6[04][04] \S+ \S+|systemctl (daemon-reload|enable --now signalbox)|journalctl --unit signalbox --lines \d+)$`),
	"systemctl":  regexp.MustCompile(`^status signalbox$`),
	"journalctl": regexp.MustCompile(`^--unit signalbox`),
}

// recorder writes its command line down, and fails where a file in it is not there. The
// command line of Signalbox it runs.
const recorder = `#!/bin/sh
name=$(basename "$0")
if [ "$name $1 $2" = "go run ./cmd/signalbox" ] && [ "$3" != dev ]; then
	shift 2
	exec signalbox "$@"
fi
echo "$name $*" | tr '\n' ' ' >>"$RECORD"
echo >>"$RECORD"
for argument; do
	case $argument in
	deploy/* | file://*) test -f "${argument#file://}" || { echo "$name: there is no ${argument#file://}" >&2; exit 1; } ;;
	esac
done
`

// reader is somebody who enters the blocks of a document.
type reader struct {
	folder  string // the root of a repository
	record  string // what the recorders wrote
	environ []string
	base    string // of the dev environment
	card    string
}

var month = regexp.MustCompile(`--month 20\d{4}(,20\d{4})*`)

// adapt has a block be about the dev environment and now.
func (r *reader) adapt(text string) string {
	var months []string
	for n := range 6 {
		now := time.Now()
		months = append(months, time.Date(now.Year(), now.Month()-time.Month(n), 1, 0, 0, 0, 0, time.UTC).Format("200601"))
	}
	text = month.ReplaceAllString(text, "--month "+strings.Join(months, ","))
	text = regexp.MustCompile(`20\d\d-\d\d-\d\dT[\d:]+Z`).ReplaceAllString(text, time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
	return strings.NewReplacer(
		"http://127.0.0.1:9000/invoke/alerts", r.base+"/alerts/invoke", "http://127.0.0.1:9000", r.base,
		"https://example.com/alerts", r.base+"/alerts", "https://example.com", r.base,
		"89860345190897749986", r.card,
	).Replace(text)
}

// TestEveryBlockRuns enters what the documents say, against a dev environment.
func TestEveryBlockRuns(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	count := 0
	for _, name := range withBlocks {
		blocks := blocksOf(name, read(t, name))
		for _, b := range blocks {
			r.enter(t, b)
		}
		count += len(blocks)
	}
	if count < 30 {
		t.Errorf("%d blocks were found, want 30 at least", count)
	}
	text, err := os.ReadFile(r.record)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		name, arguments, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !recorded[name].MatchString(arguments) {
			t.Errorf("a document enters %q, which this test does not know %s to take", arguments, name)
		}
	}
}

// enter runs one block. To check a rules file fails where it has mistakes.
func (r *reader) enter(t *testing.T, b block) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-eu", "-c", r.adapt(b.text))
	command.Dir, command.Env = r.folder, r.environ
	out, err := command.CombinedOutput()
	exit, failed := errors.AsType[*exec.ExitError](err)
	if failed && exit.ExitCode() == 1 && strings.Contains(b.text, "rules check") {
		return
	}
	if err != nil {
		t.Errorf("%s: %v\n%s\nsays\n%s", b.at, err, b.text, out)
	}
}

// newReader starts a dev environment, and makes a folder with what the documents speak of.
func newReader(t *testing.T) *reader {
	t.Helper()
	binary := servetest.Build(t, "signalbox/cmd/signalbox")
	home := t.TempDir()
	r := &reader{folder: filepath.Join(home, "signalbox"), record: filepath.Join(home, "record")}
	tools := filepath.Join(home, "tools")
	put := func(path, text string, mode os.FileMode) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), mode)); err != nil {
			t.Fatal(err)
		}
	}
	for name := range recorded {
		put(filepath.Join(tools, name), recorder, 0o700)
	}
	if err := errors.Join(
		os.Symlink(binary, filepath.Join(tools, "signalbox")),
		os.CopyFS(filepath.Join(r.folder, "deploy"), os.DirFS(filepath.Join("..", "..", "deploy"))),
	); err != nil {
		t.Fatal(err)
	}
	put(r.record, "", 0o600)
	put(filepath.Join(home, "signalbox.env"), "export FC_ROLE=signalbox\n", 0o600)
	put(filepath.Join(r.folder, "rules.yaml"), read(t, "doc/rules.example.yaml"), 0o600)
	put(filepath.Join(r.folder, "otp.ndjson"), `{"type":"requested","id":"1","to":"+6591234567"}`+"\n"+`{"type":"verified","id":"1"}`+"\n", 0o600)
	r.serve(t, binary, home, tools)
	zip := exec.CommandContext(t.Context(), "sh", "-c", "gzip -c otp.ndjson >otp.json.gz")
	zip.Dir = r.folder
	if out, err := zip.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

var (
	exported = regexp.MustCompile(`^export ([A-Z_]+)='?(.*?)'?$`)
	iccid    = regexp.MustCompile(`/cards/(\d{20})/flow`)
)

// serve starts signalbox dev, and takes over what it says to export.
func (r *reader) serve(t *testing.T, binary, home, tools string) {
	t.Helper()
	port := servetest.FreePort(t)
	r.base = "http://127.0.0.1:" + port
	r.environ = []string{"PATH=" + tools + ":" + "/usr/local/bin:/usr/bin:/bin", "HOME=" + home, "RECORD=" + r.record, "HOST=127.0.0.1", "PORT=" + port}
	dev := exec.CommandContext(t.Context(), binary, "dev", "--port", port)
	dev.Env, dev.Stderr = []string{"HOME=" + home, "TMPDIR=" + t.TempDir()}, t.Output()
	if err := dev.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = dev.Process.Signal(os.Interrupt)
		_ = dev.Wait()
	})
	for line := range strings.Lines(answer(t, r.base+"/index.txt")) {
		line = strings.TrimSpace(line)
		if found := iccid.FindStringSubmatch(line); found != nil {
			r.card = cmp.Or(r.card, found[1])
		}
		if found := exported.FindStringSubmatch(line); found != nil {
			r.environ = append(r.environ, found[1]+"="+found[2])
			if found[1] == "SIGNALBOX_API_TOKENS" {
				r.environ = append(r.environ, "TOKEN="+found[2])
			}
		}
	}
	if r.card == "" || !slices.ContainsFunc(r.environ, func(line string) bool { return strings.HasPrefix(line, "TOKEN=") }) {
		t.Fatalf("signalbox dev names no card or no token: %q", r.environ)
	}
}

// answer waits for a server, and returns what it answers.
func answer(t *testing.T, address string) string {
	t.Helper()
	for range 300 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := new(http.Client).Do(request); err == nil {
			text, err := io.ReadAll(got.Body)
			if err = errors.Join(err, got.Body.Close()); err != nil || got.StatusCode != http.StatusOK {
				t.Fatalf("GET %s = %d, %v", address, got.StatusCode, err)
			}
			return string(text)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("GET %s is not answered", address)
	return ""
}
