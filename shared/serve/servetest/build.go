package servetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// executable is the name that both clouds look for.
const executable = "bootstrap"

// builds are the executables in use by the tests of this process.
var builds = struct {
	sync.Mutex
	byPackage map[string]*build
}{byPackage: map[string]*build{}}

// build is one executable in a directory of its own.
type build struct {
	users int
	once  sync.Once
	dir   string
	err   error
}

// Build builds the main package pkg, such as
// "signalbox/functions/cardflow/bootstrap", with the flags of a deployment, and
// returns the executable's path. The tests of a process share one build of a
// package; the last of them to end removes it.
func Build(tb testing.TB, pkg string) string {
	tb.Helper()
	b := acquire(pkg)
	tb.Cleanup(func() { release(tb, pkg) })
	b.once.Do(func() { b.dir, b.err = goBuild(tb, pkg) })
	if b.err != nil {
		tb.Fatalf("build %s: %v", pkg, b.err)
	}
	return filepath.Join(b.dir, executable)
}

func acquire(pkg string) *build {
	builds.Lock()
	defer builds.Unlock()
	b := builds.byPackage[pkg]
	if b == nil {
		b = &build{}
		builds.byPackage[pkg] = b
	}
	b.users++
	return b
}

func release(tb testing.TB, pkg string) {
	tb.Helper()
	builds.Lock()
	defer builds.Unlock()
	b := builds.byPackage[pkg]
	b.users--
	if b.users > 0 {
		return
	}
	delete(builds.byPackage, pkg)
	if err := os.RemoveAll(b.dir); err != nil {
		tb.Errorf("remove the build of %s: %v", pkg, err)
	}
}

// goBuild returns the directory that it has put the executable in, also where
// the build went wrong.
func goBuild(tb testing.TB, pkg string) (string, error) {
	tb.Helper()
	dir, err := os.MkdirTemp("", "servetest") //nolint:usetesting // tb.TempDir would end with the first of the tests.
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-trimpath", "-buildvcs=false", //nolint:gosec // A package that a test names.
		"-tags", "lambda.norpc", "-o", filepath.Join(dir, executable), pkg)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	if printed, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("%w:\n%s", err, printed)
	}
	return dir, nil
}
