package page_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/page"
	"signalbox/shared/language"
)

var update = flag.Bool("update", false, "renew the files in testdata")

// TestPages compares pages with files.
func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(8).pass(10*time.Hour, nil).pass(40*time.Minute, fall)
	for name, p := range map[string]page.Page{
		"all.en.html": w.page(language.English, page.Scope{Hours: 1}),
		"sg.zh.html":  w.page(language.Chinese, page.Scope{Hours: 1, Country: "SG", One: true}),
	} {
		got := render(t, p)
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
