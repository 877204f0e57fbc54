package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
)

// withBlocks are the documents for people who enter what they read.
var withBlocks = []string{
	"README.md", "doc/config.md", "doc/commands.md", "doc/deploy-function-compute.md", "doc/deploy-lambda.md", "doc/deploy-server.md",
	"doc/first-deployment.md", "doc/operate.md", "doc/slack-app.md", "doc/rules.md",
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(version: 1\n.*?)^```$")

// TestRulesInDocuments has each rules file that a document shows be read as a function
// reads it.
func TestRulesInDocuments(t *testing.T) {
	t.Parallel()
	set := func(name string) string { return "https://example.com/" + name + "-0123456789" }
	found := 0
	for _, name := range withBlocks {
		for _, match := range yamlBlock.FindAllStringSubmatch(read(t, name), -1) {
			found++
			path := filepath.Join(t.TempDir(), "rules.yaml")
			if err := os.WriteFile(path, []byte(match[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := rulefile.Load(path, rule.Defaults(), set); err != nil {
				t.Errorf("%s: %v\n%s", name, err, match[1])
			}
		}
	}
	if found < 4 {
		t.Errorf("%d rules files were found, want 4 at least", found)
	}
}
