//go:build !nodynamodb && !notablestore

package alerts_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"signalbox/functions/alerts"
)

// TestTable has the state in a table: on Lambda that is enough for people to act while a
// sweep runs, and what is missing is named.
func TestTable(t *testing.T) {
	t.Parallel()
	least := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret", "AWS_LAMBDA_RUNTIME_API=x",
		"SIGNALBOX_SLACK_BOT_TOKEN=xoxb-1", "SIGNALBOX_SLACK_CHANNEL=C1", "SIGNALBOX_SLACK_SIGNING_SECRET=0123456789abcdef",
	}
	signed := []string{"AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret"}
	tests := []struct {
		name    string
		environ []string
		want    []string // none: it starts
	}{
		{"dynamodb", append(signed, "SIGNALBOX_STATE_TABLE=dynamodb:state"), nil},
		{"tablestore", []string{"SIGNALBOX_STATE_TABLE=tablestore:https://box.ots.aliyuncs.com/state"}, nil},
		{"no place", nil, []string{"SIGNALBOX_STATE_FILE: ", "SIGNALBOX_STATE_TABLE: "}},
		{"a file", []string{"SIGNALBOX_STATE_FILE=/mnt/state.db"}, []string{"SIGNALBOX_STATE_TABLE: ", "SIGNALBOX_REDIS_URL"}},
		{"unsigned", []string{"SIGNALBOX_STATE_TABLE=dynamodb:state"}, []string{"AWS_REGION: ", "AWS_ACCESS_KEY_ID: ", "AWS_SECRET_ACCESS_KEY: "}},
		{"mistyped", []string{"SIGNALBOX_STATE_TABLE=dynamo:state"}, []string{"SIGNALBOX_STATE_TABLE: must be dynamodb:"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f, err := alerts.FromEnv(slices.Concat(least, test.environ), io.Discard)
			if err == nil {
				err = f.Close()
			}
			if len(test.want) == 0 && err != nil {
				t.Errorf("FromEnv = %v, want nil", err)
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("FromEnv = %v, want %s", err, want)
				}
			}
		})
	}
}
