package e2e_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/servetest"
)

var update = flag.Bool("update", false, "write the golden files")

// TestEventsOfLambda delivers every event that aws-lambda-go knows, and those that
// shared/serve/event is tested with, to all three functions, and compares what
// becomes of each with a table. Nobody shows a token.
func TestEventsOfLambda(t *testing.T) {
	t.Parallel()
	files := append(globbed(t, filepath.Join(moduleDir(t, "github.com/aws/aws-lambda-go"), "events", "testdata", "*.json")),
		globbed(t, filepath.Join("..", "..", "shared", "serve", "event", "testdata", "*.json"))...)
	names := []string{"cardflow", "conversion", "alerts"}
	became := make([][]string, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		instance := servetest.StartLambda(t, executable(t, name), newClouds(t).of(name)...)
		wg.Go(func() { became[i] = deliver(t, instance, files) })
	}
	wg.Wait()
	compareTable(t, filepath.Join("testdata", "events-of-lambda.txt"), table(files, names, became))
}

func globbed(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of %s: %v", len(files), pattern, err)
	}
	return files
}

// moduleDir is where the module cache keeps a module.
func moduleDir(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		t.Fatalf("find %s: %v", path, err)
	}
	return strings.TrimSpace(string(out))
}

// deliver says of each event what an instance made of it.
func deliver(t *testing.T, instance *servetest.Lambda, files []string) []string {
	t.Helper()
	became := make([]string, len(files))
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			return became
		}
		result := instance.Do(t.Context(), servetest.Invocation{Event: raw, Deadline: time.Now().Add(time.Minute)})
		became[i] = inWords(result)
	}
	return became
}

// inWords says what a platform is given for an event.
func inWords(result servetest.Result) string {
	if result.Err != nil {
		return "refused: " + result.Err.Type
	}
	var payload struct {
		StatusCode int
		Headers    map[string]string
		Multi      map[string][]string `json:"multiValueHeaders"`
		Failures   *[]any              `json:"batchItemFailures"`
		Status     string
	}
	err := json.Unmarshal(result.Payload, &payload)
	switch {
	case err != nil:
		return "not JSON"
	case payload.StatusCode != 0 && payload.Multi != nil:
		return fmt.Sprintf("answered %d in lists", payload.StatusCode)
	case payload.StatusCode != 0:
		return fmt.Sprintf("answered %d", payload.StatusCode)
	case payload.Failures != nil:
		return fmt.Sprintf("batch, %d back", len(*payload.Failures))
	case payload.Status == "warm":
		return "no run: no schedule"
	default:
		return "run"
	}
}

// table has a line for each event and a column for each function.
func table(files, names []string, became [][]string) string {
	var b strings.Builder
	line := func(first string, cells ...string) {
		fmt.Fprintf(&b, "%-54s", first)
		for _, cell := range cells {
			fmt.Fprintf(&b, "  %-23s", cell)
		}
		text := strings.TrimRight(b.String(), " ")
		b.Reset()
		b.WriteString(text + "\n")
	}
	line("event", names...)
	for i, file := range files {
		var cells []string
		for j := range names {
			cells = append(cells, became[j][i])
		}
		line(filepath.Base(file), cells...)
	}
	return b.String()
}

// compareTable wants what a golden file says, or writes it.
func compareTable(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(text string) []string { return slices.Collect(strings.Lines(text)) }
	if diff := cmp.Diff(lines(string(want)), lines(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
