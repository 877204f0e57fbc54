//go:build documents

package docs_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
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

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

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

// tools are the tools that documents enter and that need a cloud, root or minutes, with the
// arguments that each is known to take.
var tools = map[string]*regexp.Regexp{
	"aliyun": regexp.MustCompile(`^ram (CreateRole --RoleName \S+ --AssumeRolePolicyDocument|CreatePolicy --PolicyName \S+ --PolicyDocument) \{|^ram AttachPolicyToRole --PolicyType Custom --PolicyName \S+ --RoleName \S+$`),
	"aws": regexp.MustCompile(`^(lambda get-account-settings --query \S+` +
		`|lambda invoke --function-name \S+ --invocation-type Event --cli-binary-format raw-in-base64-out --payload \{\} \S+` +
		`|logs tail \S+ --since \d+m|cloudformation describe-stacks --stack-name \S+ --query \S+ --output text` +
		`|secretsmanager get-secret-value --secret-id \S+ --query SecretString --output text` +
		`|secretsmanager (create-secret --name|put-secret-value --secret-id) \S+ --secret-string file://\S+)$`),
	"docker":     regexp.MustCompile(`^(build -f \S+ -t \S+ \.|compose -f \S+ (up --build --detach|exec signalbox signalbox health --ready|run --rm -T signalbox doctor|logs --tail \d+ signalbox))$`),
	"go":         regexp.MustCompile(`^(test \./\.\.\.|run \./cmd/signalbox dev --once)$`),
	"kubectl":    regexp.MustCompile(`^(apply -f \S+|rollout status deployment/signalbox|logs deployment/signalbox --tail \d+|exec deployment/signalbox -- signalbox doctor)$`),
	"make":       regexp.MustCompile(`^(dist|build GOARCH=arm64 TAGS=notablestore)$`),
	"npm":        regexp.MustCompile(`^install --global @serverless-devs/s@\d+\.\d+\.\d+$`),
	"s":          regexp.MustCompile(`^(config add|preview|deploy -y|alerts (invoke -e \{\}|logs))$`),
	"sam":        regexp.MustCompile(`^deploy --stack-name \S+ --resolve-s3 --capabilities CAPABILITY_IAM( --parameter-overrides( \w+=\S+)+)?$`),
	"sudo":       regexp.MustCompile(`^(unzip -o -d \S+ \S+ signalbox|install -d -m 755 \S+|install -m 6[04][04] \S+ \S+|systemd-run -q --pipe --wait( --(property|setenv)=\S+=\S+)+ /usr/local/bin/signalbox doctor|systemctl (daemon-reload|enable --now signalbox)|journalctl --unit signalbox --lines \d+)$`),
	"systemctl":  regexp.MustCompile(`^status signalbox$`),
	"journalctl": regexp.MustCompile(`^--unit signalbox`),
}

// TestMain has this executable be those tools, too, by their names.
func TestMain(m *testing.M) {
	if _, isTool := tools[filepath.Base(os.Args[0])]; isTool {
		tool()
		return
	}
	os.Exit(m.Run())
}

// tool takes the place of a tool: it fails where it would not know its arguments, or where a
// file that they name is not there. The command line of Signalbox it runs.
func tool() {
	name, arguments := filepath.Base(os.Args[0]), os.Args[1:]
	if name == "go" && len(arguments) > 2 && arguments[1] == "./cmd/signalbox" && arguments[2] != "dev" {
		signalbox := exec.Command("signalbox", arguments[2:]...) //nolint:noctx // what a document says, for as long as it takes
		signalbox.Stdin, signalbox.Stdout, signalbox.Stderr = os.Stdin, os.Stdout, os.Stderr
		if err := signalbox.Run(); err != nil {
			complain("go run: %v", err)
		}
		return
	}
	if line := strings.Join(strings.Fields(strings.Join(arguments, " ")), " "); !tools[name].MatchString(line) {
		complain("%s is not known to take %q", name, line)
	}
	for _, argument := range arguments {
		path, isFile := strings.CutPrefix(argument, "file://")
		if _, err := os.Stat(path); (isFile || strings.HasPrefix(path, "deploy/")) && err != nil {
			complain("%s: %v", name, err)
		}
	}
}

func complain(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}

// reader is somebody who enters the blocks of a document.
type reader struct {
	tools   string // the folder with all that documents enter
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

// TestEveryBlockRuns enters what the documents say, against a dev environment: each document
// is a script, in a folder of its own.
func TestEveryBlockRuns(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	scripts := t.TempDir()
	count := 0
	for _, name := range withBlocks {
		blocks := blocksOf(name, read(t, name))
		script := filepath.Join(scripts, strings.ReplaceAll(name, "/", "-")+".txtar")
		if err := os.WriteFile(script, txtar.Format(r.script(blocks)), 0o600); err != nil {
			t.Fatal(err)
		}
		count += len(blocks)
	}
	if count < 30 {
		t.Errorf("%d blocks were found, want 30 at least", count)
	}
	t.Run("documents", func(t *testing.T) {
		t.Parallel()
		testscript.Run(t, testscript.Params{Dir: scripts, Setup: r.setUp, RequireExplicitExec: true})
	})
}

// script enters blocks, one after the other. To check a rules file fails where it has
// something that is hardly meant.
func (r *reader) script(blocks []block) *txtar.Archive {
	var lines strings.Builder
	lines.WriteString("cd signalbox\n")
	script := new(txtar.Archive)
	for n, b := range blocks {
		name, fails := fmt.Sprintf("block-%d.sh", n+1), ""
		if strings.Contains(b.text, "rules check") {
			fails = "! "
		}
		fmt.Fprintf(&lines, "# %s\n%sexec sh -eu ../%s\n", b.at, fails, name)
		script.Files = append(script.Files, txtar.File{Name: name, Data: []byte(r.adapt(b.text))})
	}
	script.Comment = []byte(lines.String())
	return script
}

// setUp makes a folder with what the documents speak of.
func (r *reader) setUp(e *testscript.Env) error {
	folder := filepath.Join(e.WorkDir, "signalbox")
	put := func(path string, text []byte) error {
		return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, 0o600))
	}
	rules, err := os.ReadFile(filepath.Join("..", "..", "doc", "rules.example.yaml"))
	if err != nil {
		return err
	}
	events := []byte(`{"type":"requested","id":"1","to":"+6591234567"}` + "\n" + `{"type":"verified","id":"1"}` + "\n")
	var small bytes.Buffer
	packed := gzip.NewWriter(&small)
	_, err = packed.Write(events)
	e.Vars = append(e.Vars, r.environ...)
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("PATH", r.tools+string(os.PathListSeparator)+e.Getenv("PATH"))
	return errors.Join(err, packed.Close(),
		os.CopyFS(filepath.Join(folder, "deploy"), os.DirFS(filepath.Join("..", "..", "deploy"))),
		put(filepath.Join(e.WorkDir, "signalbox.env"), []byte("export FC_ROLE=signalbox\n")),
		put(filepath.Join(folder, "rules.yaml"), rules),
		put(filepath.Join(folder, "otp.ndjson"), events),
		put(filepath.Join(folder, "otp.json.gz"), small.Bytes()),
	)
}

// newReader makes a folder with all tools, and starts a dev environment.
func newReader(t *testing.T) *reader {
	t.Helper()
	signalbox := servetest.Build(t, "signalbox/cmd/signalbox")
	self, err := os.Executable()
	r := &reader{tools: t.TempDir()}
	for name := range tools {
		err = errors.Join(err, os.Symlink(self, filepath.Join(r.tools, name)))
	}
	if err = errors.Join(err, os.Symlink(signalbox, filepath.Join(r.tools, "signalbox"))); err != nil {
		t.Fatal(err)
	}
	r.serve(t, signalbox)
	r.sweep(t)
	return r
}

// sweep has alerts go through the fleet once, as it has where somebody reads on.
func (r *reader) sweep(t *testing.T) {
	t.Helper()
	sweep := exec.CommandContext(t.Context(), "sh", "-c", `curl -fsS -X POST -H "Authorization: Bearer $TOKEN" "$BASE/alerts/invoke"`)
	sweep.Env = append(sweep.Environ(), append(r.environ, "BASE="+r.base)...)
	if out, err := sweep.CombinedOutput(); err != nil {
		t.Fatalf("sweep: %v\n%s", err, out)
	}
}

var (
	exported = regexp.MustCompile(`^export ([A-Z_]+)='?(.*?)'?$`)
	iccid    = regexp.MustCompile(`/cards/(\d{20})/flow`)
)

// serve starts signalbox dev, and takes over what it says to export.
func (r *reader) serve(t *testing.T, binary string) {
	t.Helper()
	port := servetest.FreePort(t)
	r.base = "http://127.0.0.1:" + port
	r.environ = []string{"HOST=127.0.0.1", "PORT=" + port}
	dev := exec.CommandContext(t.Context(), binary, "dev", "--port", port)
	dev.Env, dev.Stderr = []string{"HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir()}, t.Output()
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
