package rulefile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/receiver"
)

// TestReceiversAndRoutes are as package receiver reads them, for every function.
func TestReceiversAndRoutes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "doc", "rules.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := rulefile.Parse(text, defaults, variables)
	if err != nil {
		t.Fatal(err)
	}
	want, err := receiver.Parse(text, variables)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Receivers, got.Receivers); diff != "" || len(want.Receivers) == 0 {
		t.Errorf("receivers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(rule.Routes(want.Routes), got.Policy.Routes); diff != "" || len(want.Routes) == 0 {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}

// TestSameMistakes has package receiver know the keys of the file, and tell the mistakes
// that are not about cards, as this one does.
func TestSameMistakes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "- version: 1", "version: 2", "version: 1\nrecipients: []", "version: 1\nrules: []\nrules: []",
		"version: 1\nroutes: [{receivers: [ops]}]",
	} {
		_, want := rulefile.Parse([]byte(text), defaults, variables)
		_, got := receiver.Parse([]byte(text), variables)
		if got == nil || want == nil || got.Error() != want.Error() {
			t.Errorf("Parse(%q) = %v, want %v", text, got, want)
		}
	}
}
