package deploy_test

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/servetest"
)

// machine takes the steps of a Dockerfile's build stage in a folder of its own, as far as
// they keep to their working directory. The Go is this test's own.
type machine struct {
	t      *testing.T
	folder string // stands for the working directory
	dir    string // the working directory
	source string
	env    []string
	ignore []string
}

// baseFiles are those of the image that the build is from, which are copied as they are.
var baseFiles = []string{"/etc/ssl/certs/ca-certificates.crt"}

// take takes one step.
func (m *machine) take(i instruction, args map[string]string) {
	m.t.Helper()
	switch i.name {
	case "FROM":
	case "WORKDIR":
		m.dir = i.rest
	case "ARG":
		name, value, _ := strings.Cut(i.rest, "=")
		if given, ok := args[name]; ok {
			value = given
		}
		m.env = append(m.env, name+"="+value)
	case "COPY":
		words := strings.Fields(i.rest)
		m.copy(words[:len(words)-1], words[len(words)-1])
	case "RUN":
		command := exec.CommandContext(m.t.Context(), "sh", "-ec", i.rest)
		command.Dir = m.folder
		command.Env = append(command.Environ(), m.env...)
		if printed, err := command.CombinedOutput(); err != nil {
			m.t.Fatalf("RUN %s: %v\n%s", i.rest, err, printed)
		}
	default:
		m.t.Fatalf("%s in the build stage: this machine does not know it", i.name)
	}
}

// copy copies files of the context into the working directory.
func (m *machine) copy(sources []string, target string) {
	m.t.Helper()
	if target != "./" && target != "." {
		m.t.Fatalf("COPY to %s: this machine knows the working directory alone", target)
	}
	for _, source := range sources {
		err := filepath.WalkDir(filepath.Join(m.source, source), func(from string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name, err := filepath.Rel(m.source, from)
			if err != nil {
				return err
			}
			switch {
			case name != "." && m.ignored(filepath.ToSlash(name)) && entry.IsDir():
				return filepath.SkipDir
			case entry.IsDir() || m.ignored(filepath.ToSlash(name)):
				return nil
			}
			return m.duplicate(from, filepath.Join(m.folder, name))
		})
		if err != nil {
			m.t.Fatalf("COPY %s: %v", source, err)
		}
	}
}

func (m *machine) duplicate(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm())
}

// ignored knows names, and **/*suffix.
func (m *machine) ignored(name string) bool {
	return slices.ContainsFunc(m.ignore, func(pattern string) bool {
		if suffix, ok := strings.CutPrefix(pattern, "**/*"); ok {
			return strings.HasSuffix(name, suffix)
		}
		return name == pattern
	})
}

// imageFile is a file of the image.
type imageFile struct{ Owner, Mode string }

// image is what the last stage copies from the first: what is in it, and where this
// machine has each file.
func (m *machine) image(stage []instruction) (files map[string]imageFile, at map[string]string) {
	m.t.Helper()
	files, at = make(map[string]imageFile), make(map[string]string)
	for _, rest := range rests(stage, "COPY") {
		words, owner := strings.Fields(rest), "0:0"
		for ; strings.HasPrefix(words[0], "--"); words = words[1:] {
			if chown, ok := strings.CutPrefix(words[0], "--chown="); ok {
				owner = chown
			} else if words[0] != "--from=build" {
				m.t.Fatalf("COPY %s: this machine knows the stage build alone", rest)
			}
		}
		from, to := words[0], words[1]
		if slices.Contains(baseFiles, from) {
			files[to] = imageFile{owner, "of the base image"}
			continue
		}
		name, ok := strings.CutPrefix(from, m.dir+"/")
		if !ok {
			m.t.Fatalf("COPY %s: it is outside of the working directory", from)
		}
		info, err := os.Stat(filepath.Join(m.folder, path.Clean(name)))
		if err != nil {
			m.t.Fatal(err)
		}
		files[to], at[to] = imageFile{owner, info.Mode().String()}, filepath.Join(m.folder, name)
	}
	return files, at
}

// TestImage takes the Dockerfile's steps in a clean folder, without Docker, and starts what
// the image would start, as it would.
func TestImage(t *testing.T) {
	t.Parallel()
	all, err := instructions(read(t, "deploy/Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	split := stages(all)
	m := &machine{t: t, folder: t.TempDir(), source: root}
	for line := range strings.Lines(string(read(t, "deploy/Dockerfile.dockerignore"))) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			m.ignore = append(m.ignore, line)
		}
	}
	for _, i := range split[0] {
		m.take(i, map[string]string{"VERSION": "v9.8.7", "REVISION": "0123abc"})
	}
	files, at := m.image(split[1])
	want := map[string]imageFile{
		"/etc/ssl/certs/ca-certificates.crt": {"0:0", "of the base image"},
		"/usr/local/bin/signalbox":           {"0:0", "-rwxr-xr-x"},
		"/var/lib/signalbox":                 {"65532:65532", "drwx------"},
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Fatalf("files of the image (-want +got):\n%s", diff)
	}
	binary := at["/usr/local/bin/signalbox"]
	checkStatic(t, binary)
	printed, err := exec.CommandContext(t.Context(), binary, "version").Output()
	if err != nil || !bytes.HasPrefix(printed, []byte("signalbox v9.8.7, revision 0123abc, go")) {
		t.Errorf("version = %q, %v; want what was built", printed, err)
	}
	checkSame(t, binary)
	checkStarts(t, split[1], binary)
}

// checkSame builds the executable from the repository itself: another folder, and the
// same bytes. make dist-check does so for all that is released.
func checkSame(t *testing.T, binary string) {
	t.Helper()
	again := filepath.Join(t.TempDir(), "signalbox")
	build := exec.CommandContext(t.Context(), "go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc",
		"-ldflags", "-s -w -buildid= -X signalbox/shared/buildinfo.version=v9.8.7 -X signalbox/shared/buildinfo.revision=0123abc",
		"-o", again, "./cmd/signalbox")
	build.Dir = root
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if printed, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, printed)
	}
	one, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("builds of two folders differ")
	}
}

func checkStatic(t *testing.T, binary string) {
	t.Helper()
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the executable is not static, and the image has nothing to load")
		}
	}
	if file.Section(".symtab") != nil {
		t.Error("the executable is not stripped")
	}
}

// checkStarts starts the image's command with its variables, and asks its health check.
func checkStarts(t *testing.T, stage []instruction, binary string) {
	t.Helper()
	state := t.TempDir()
	environ := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret", "SIGNALBOX_API_TOKENS=0123456789abcdef",
		"SIGNALBOX_SLACK_WEBHOOK_URL=https://hooks.slack.invalid/services/a/b/c",
		"SIGNALBOX_LINKCARD_ENDPOINT=http://127.0.0.1:1", "SIGNALBOX_DYSMS_ENDPOINT=http://127.0.0.1:1",
	}
	for name, value := range variablesOfStage(stage) {
		switch name {
		case "HOST", "PORT": // the test's own
		case "SIGNALBOX_STATE_DIR":
			environ = append(environ, name+"="+state)
		default:
			environ = append(environ, name+"="+value)
		}
	}
	_, health, _ := strings.Cut(last(stage, "HEALTHCHECK"), "CMD ")
	p := servetest.StartCommand(t, binary, execForm(last(stage, "CMD")), environ...)
	ask := func() error {
		check := exec.CommandContext(t.Context(), binary, execForm(health)[1:]...)
		check.Env = []string{"HOST=127.0.0.1", "PORT=" + p.URL[strings.LastIndexByte(p.URL, ':')+1:]}
		printed, err := check.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, printed)
		}
		return nil
	}
	if err := ask(); err != nil {
		t.Errorf("the health check of a server that is well: %v", err)
	}
	if code := p.Stop(); code != 0 {
		t.Errorf("exit code %d, want 0:\n%s", code, p.Output())
	}
	if ask() == nil {
		t.Error("the health check says that a server is well that has ended")
	}
}
