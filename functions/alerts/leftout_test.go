//go:build nodynamodb && notablestore

package alerts_test

import (
	"io"
	"strings"
	"testing"

	"signalbox/functions/alerts"
)

// TestLeftOut has a build without the databases say so.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	for where, want := range map[string]string{
		"dynamodb:state": "must not name dynamodb: this executable was built with the tag nodynamodb",
		"tablestore:https://box.ots.aliyuncs.com/state": "must not name tablestore: this executable was built with the tag notablestore",
	} {
		_, err := alerts.FromEnv([]string{"SIGNALBOX_STATE_TABLE=" + where}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("FromEnv with %s = %v, want %s", where, err, want)
		}
	}
}
