package notify_test

import (
	"strings"
	"testing"

	"signalbox/shared/notify"
)

// TestKeeping leaves out the columns that are more to spare.
func TestKeeping(t *testing.T) {
	t.Parallel()
	whole := notify.Table{
		Columns: []notify.Column{{Title: "a"}, {Title: "b", Spare: 2}, {Title: "c", Spare: 1}},
		Rows:    []notify.Row{{Cells: []string{"1", "2", "3"}, Link: "https://x.example"}},
	}
	for spare, want := range []string{"1", "1 3", "1 2 3"} {
		kept := whole.Keeping(spare)
		if got := strings.Join(kept.Rows[0].Cells, " "); got != want || len(kept.Columns) != len(kept.Rows[0].Cells) || kept.Rows[0].Link == "" {
			t.Errorf("Keeping(%d) = %+v, want the cells %s", spare, kept, want)
		}
	}
}
