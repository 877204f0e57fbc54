//go:build preview

package deploy_test

import (
	"bytes"
	"context"
	"flag"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var serverlessDevs = flag.String("s", "", "the program s of Serverless Devs; make preview has it installed")

// TestPreview has Serverless Devs itself put variables into s.yaml, in each scenario, and
// wants of the result what the checks want, and what they make of the file.
func TestPreview(t *testing.T) {
	t.Parallel()
	for name, supplied := range fcScenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, _ := fcWith(read(t, "s.yaml"), supplied)
			got, found := fcWith(preview(t, supplied), nil)
			for _, problem := range found {
				t.Error(problem)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(function{})); diff != "" {
				t.Errorf("functions (-ours +s preview):\n%s", diff)
			}
		})
	}
}

// preview is s.yaml as s preview prints it, in JSON.
func preview(t *testing.T, supplied scenario) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(ctx, node, *serverlessDevs, "preview", "-t", root+"/s.yaml", "-o", "json")
	command.Env = []string{"HOME=" + t.TempDir(), "serverless_devs_config_home=" + t.TempDir()}
	for variable, value := range supplied {
		command.Env = append(command.Env, variable+"="+value)
	}
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("s preview: %v\n%s", err, printed)
	}
	// Before the JSON it may warn, such as of being root.
	_, text, ok := bytes.Cut(append([]byte("\n"), printed...), []byte("\n{\n"))
	if !ok {
		t.Fatalf("s preview printed no JSON:\n%s", printed)
	}
	return append([]byte("{\n"), text...)
}
