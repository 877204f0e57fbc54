package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"testing"
)

// listed is a package of ours as `go list` tells it, tests left out.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string

	// commented are the files with a package comment.
	commented []string
}

// list returns the packages of the module in dir, as they are deployed.
func list(t *testing.T, dir string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags=lambda.norpc",
		"-json=ImportPath,Dir,GoFiles,Imports,Deps", "./...")
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOOS=linux", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list in %s: %v\n%s", dir, err, stderr.String())
	}
	return decode(t, out)
}

func decode(t *testing.T, out []byte) []listed {
	t.Helper()
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatalf("decode go list's answer: %v", err)
		}
		p.commented = commented(t, p)
		packages = append(packages, p)
	}
}

func commented(t *testing.T, p listed) []string {
	t.Helper()
	var files []string
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil,
			parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatalf("read the package clause: %v", err)
		}
		if file.Doc.Text() != "" {
			files = append(files, name)
		}
	}
	return files
}
