package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build builds t into folder and returns the executable's path.
func (r release) build(ctx context.Context, t target, folder string) (string, error) {
	binary := filepath.Join(folder, t.archive()+".executable")
	command := exec.CommandContext(ctx, "go", r.arguments(t, binary)...) //nolint:gosec // Our own targets.
	command.Env = append(command.Environ(), "CGO_ENABLED=0", "GOOS="+t.os, "GOARCH="+t.arch)
	if printed, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", t.archive(), err, printed)
	}
	return binary, nil
}

// arguments are those of make build, and what says which build it is: a folder may have no
// repository around it, so that Go is not to look for one.
func (r release) arguments(t target, binary string) []string {
	flags := "-s -w -buildid= -X signalbox/shared/buildinfo.version=" + r.version + " -X signalbox/shared/buildinfo.revision=" + r.revision
	return []string{"build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", strings.TrimSpace("lambda.norpc " + t.tags), "-ldflags", flags, "-o", binary, t.pkg}
}

// unplaced wants an executable that does not say where it was built: then the same tree
// gives it in any folder.
func unplaced(binary string) error {
	content, err := os.ReadFile(binary) //nolint:gosec // It has just been built.
	if err != nil {
		return err
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	if bytes.Contains(content, []byte(folder+string(filepath.Separator))) {
		return fmt.Errorf("%s has the path of the folder it was built in, %s", filepath.Base(binary), folder)
	}
	return nil
}
