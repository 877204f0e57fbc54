package deploy_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// root is the module's folder as seen from this package.
const root = "../.."

// files are the deployment files and what reads each.
var files = map[string]func([]byte) (map[string]function, []string){
	"s.yaml":        fcFile,
	"template.yaml": samFile,
}

func TestFilesAreSound(t *testing.T) {
	t.Parallel()
	for name, check := range files {
		_, found := check(read(t, name))
		for _, problem := range found {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

func TestFilesDeployTheSame(t *testing.T) {
	t.Parallel()
	for name := range fcScenarios {
		fc, _ := fcWith(read(t, "s.yaml"), fcScenarios[name])
		sam, _ := samWith(read(t, "template.yaml"), samScenarios[name])
		if diff := cmp.Diff(shared(fc), shared(sam)); diff != "" {
			t.Errorf("functions with %s (-s.yaml +template.yaml):\n%s", name, diff)
		}
	}
}

func TestFunctionsAreTheOnesInTheSource(t *testing.T) {
	t.Parallel()
	mains, err := filepath.Glob(filepath.Join(root, "functions", "*", "bootstrap", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, main := range mains {
		want = append(want, filepath.Base(filepath.Dir(filepath.Dir(main))))
	}
	if diff := cmp.Diff(want, built(read(t, "Makefile"))); diff != "" {
		t.Errorf("functions (-source +Makefile):\n%s", diff)
	}
	for name, check := range files {
		functions, _ := check(read(t, name))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(functions))); diff != "" {
			t.Errorf("functions (-source +%s):\n%s", name, diff)
		}
	}
}

func TestVariablesAreDocumented(t *testing.T) {
	t.Parallel()
	documented := variablesIn(read(t, "doc/config.md"))
	for name, check := range files {
		functions, _ := check(read(t, name))
		for _, variable := range undocumented(functions, documented) {
			t.Errorf("%s sets %s, which has no row in doc/config.md", name, variable)
		}
	}
}

// TestQuotaIsSharedOut: without Redis each instance counts its own calls, so that all of
// them together must stay within what Alibaba grants the account.
func TestQuotaIsSharedOut(t *testing.T) {
	t.Parallel()
	quotas := map[string]int{"SIGNALBOX_LINKCARD_QPS": 20, "SIGNALBOX_DYSMS_QPS": 10}
	for file, with := range withScenario {
		for name, given := range with.scenarios {
			functions, _ := with.read(read(t, file), given)
			for variable, quota := range quotas {
				got, err := spent(functions, variable)
				if err != nil || got > quota || got == 0 {
					t.Errorf("%s with %s: instances times %s = %d, %v, want 1 to %d", file, name, variable, got, err, quota)
				}
			}
		}
	}
}

func TestUndocumentedVariable(t *testing.T) {
	t.Parallel()
	page := []byte("| variable | default |\n|---|---|\n| `SIGNALBOX_AUTH` | token |\nSIGNALBOX_REGION is `SIGNALBOX_REGION`\n")
	functions := map[string]function{"cardflow": {variables: map[string]string{"SIGNALBOX_AUTH": "", "SIGNALBOX_REGION": ""}}}
	want := []string{"SIGNALBOX_REGION"}
	if diff := cmp.Diff(want, undocumented(functions, variablesIn(page))); diff != "" {
		t.Errorf("undocumented(...) (-want +got):\n%s", diff)
	}
}

func TestSpent(t *testing.T) {
	t.Parallel()
	functions := map[string]function{
		"cardflow":   {name: "cardflow", variables: map[string]string{"SIGNALBOX_LINKCARD_QPS": "3"}, concurrency: 5},
		"alerts":     {name: "alerts", variables: map[string]string{"SIGNALBOX_LINKCARD_QPS": "10"}, concurrency: 3},
		"conversion": {name: "conversion", variables: map[string]string{"SIGNALBOX_DYSMS_QPS": "2"}, concurrency: 5},
	}
	if got, err := spent(functions, "SIGNALBOX_LINKCARD_QPS"); got != 25 || err != nil {
		t.Errorf("spent(...) = %d, %v, want 25, nil", got, err)
	}
	for _, f := range functions {
		f.variables["SIGNALBOX_REDIS_URL"] = "redis://localhost"
	}
	if got, err := spent(functions, "SIGNALBOX_LINKCARD_QPS"); got != 10 || err != nil {
		t.Errorf("spent(...) with Redis = %d, %v, want 10, nil", got, err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A deployed is what must be the same wherever a function runs.
type deployed struct {
	Variables   []string
	Timeout     int
	Concurrency int
	HTTP        bool
	Public      bool
	Every       []time.Duration
}

// shared leaves out what only one platform has: AccessKeys where no role replaces them.
func shared(functions map[string]function) map[string]deployed {
	all := make(map[string]deployed, len(functions))
	for name, f := range functions {
		variables := slices.Sorted(maps.Keys(f.variables))
		if f.idles() {
			f.every = nil // Only Function Compute's timer cannot be switched off by the shell.
		}
		own := func(variable string) bool { return strings.HasPrefix(variable, "ALIBABA_CLOUD_") }
		all[name] = deployed{
			Variables:   slices.DeleteFunc(variables, own),
			Timeout:     f.timeout,
			Concurrency: f.concurrency,
			HTTP:        f.http,
			Public:      f.public,
			Every:       slices.Sorted(slices.Values(f.every)),
		}
	}
	return all
}

var functionsLine = regexp.MustCompile(`(?m)^FUNCTIONS \?= (.*)$`)

// built lists the functions that the Makefile builds.
func built(makefile []byte) []string {
	match := functionsLine.FindSubmatch(makefile)
	if match == nil {
		return nil
	}
	return slices.Sorted(slices.Values(strings.Fields(string(match[1]))))
}

var row = regexp.MustCompile("(?m)^\\| `([A-Z][A-Z0-9_]*)` \\|")

// variablesIn lists the variables that have a row in a table of page.
func variablesIn(page []byte) []string {
	var names []string
	for _, match := range row.FindAllSubmatch(page, -1) {
		names = append(names, string(match[1]))
	}
	return names
}

func undocumented(functions map[string]function, documented []string) []string {
	missing := make(map[string]bool)
	for _, f := range functions {
		for variable := range f.variables {
			if !slices.Contains(documented, variable) && !ofReceivers.MatchString(variable) {
				missing[variable] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// spent returns the calls a second that all instances may make together. Those that have a
// Redis count together; of alerts only the one that has the lease makes calls.
func spent(functions map[string]function, variable string) (int, error) {
	sum, together := 0, 0
	for _, f := range functions {
		text, ok := f.variables[variable]
		if !ok {
			continue
		}
		each, err := strconv.Atoi(text)
		if err != nil {
			return 0, err
		}
		switch _, redis := f.variables["SIGNALBOX_REDIS_URL"]; {
		case redis:
			together = max(together, each)
		case f.name == sweeper:
			sum += each
		default:
			sum += each * f.concurrency
		}
	}
	return sum + together, nil
}
