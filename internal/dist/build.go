package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
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
	return []string{"build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", flags, "-o", binary, t.pkg}
}
