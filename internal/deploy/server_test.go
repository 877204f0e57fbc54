package deploy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What all files of one server agree on.
const (
	stateFolder = "/var/lib/signalbox"
	// longestStop is how long a process takes to end in order, in seconds.
	longestStop = 25
)

// serverFiles are the files for one server and what stands beside the templates of the clouds, and what reads each: the variables that it
// sets, and what is wrong.
var serverFiles = map[string]func([]byte) (variables, found []string){
	"deploy/Dockerfile":                     dockerFile,
	"deploy/compose.yaml":                   composeFile,
	"deploy/signalbox.env.example":          envFile,
	"deploy/systemd/signalbox.service":      unitFile,
	"deploy/kubernetes/signalbox.yaml":      kubernetesFile,
	"deploy/kubernetes/secret.example.yaml": kubernetesFile,
	"deploy/alibaba/policy.json":            policyFile,
	"deploy/alibaba/trust.json":             trustFile,
	"deploy/aws/secret.example.json":        secretFile,
}

func TestServerFilesAreSound(t *testing.T) {
	t.Parallel()
	for name, check := range serverFiles {
		_, found := check(read(t, name))
		for _, problem := range found {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

func TestServerVariablesAreDocumented(t *testing.T) {
	t.Parallel()
	documented := variablesIn(read(t, "doc/config.md"))
	for name, check := range serverFiles {
		variables, _ := check(read(t, name))
		for _, variable := range variables {
			if !slices.Contains(documented, variable) {
				t.Errorf("%s sets %s, which has no row in doc/config.md", name, variable)
			}
		}
	}
}

// TestServerFilesSetTheSame wants what has to be set by an operator named by each way.
func TestServerFilesSetTheSame(t *testing.T) {
	t.Parallel()
	env, _ := envFile(read(t, "deploy/signalbox.env.example"))
	secret, _ := kubernetesFile(read(t, "deploy/kubernetes/secret.example.yaml"))
	for _, variable := range secret {
		if !slices.Contains(env, variable) {
			t.Errorf("the secret has %s, which signalbox.env.example lacks", variable)
		}
	}
}

var envLine = regexp.MustCompile(`^(#?)([A-Z][A-Z0-9_]*)=(.*)$`)

// envFile reads the example of an environment: of what is no comment in words, each line
// is a variable without a value, or one that is commented out.
func envFile(text []byte) (variables, found []string) {
	var p problems
	commented := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		p.unless(!strings.HasSuffix(line, "\r"), "%q is a line that ends as on Windows, and systemd would take the end for a part of the value", line)
		match := envLine.FindStringSubmatch(line)
		if match == nil {
			p.unless(line == "" || strings.HasPrefix(line, "# "), "%q is neither a variable nor a comment", line)
			continue
		}
		p.unless(match[1] == "#" || match[3] == "", "%s has a value, which is not the operator's", match[2])
		p.unless(!slices.Contains(variables, match[2]), "%s is there twice", match[2])
		variables = append(variables, match[2])
		commented[match[2]] = match[1] == "#"
	}
	p.needed(variables)
	for _, variable := range neededVariables {
		p.unless(!commented[variable], "%s is commented out, and has to be set", variable)
	}
	return variables, p.found
}

// neededVariables are those without which one server does not start.
var neededVariables = []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SIGNALBOX_API_TOKENS", "SIGNALBOX_SLACK_WEBHOOK_URL"}

// needed wants them among the variables.
func (p *problems) needed(variables []string) {
	for _, variable := range neededVariables {
		p.unless(slices.Contains(variables, variable), "%s is missing", variable)
	}
}
