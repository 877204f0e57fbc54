package config_test

import (
	"fmt"
	"strings"
	"testing"

	"signalbox/shared/config"
)

type tableOnly struct{ Table config.Table }

func (t tableOnly) Validate() []config.Problem { return t.Table.Validate() }

func TestTable(t *testing.T) {
	t.Parallel()
	signed := []string{"AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=sealed", "AWS_SESSION_TOKEN=sealed"}
	tests := []struct {
		where string
		want  config.StateTable
	}{
		{"", config.StateTable{}},
		{"dynamodb:signalbox-state", config.StateTable{Database: "dynamodb", Name: "signalbox-state"}},
		{"tablestore:https://box.ap-southeast-1.ots.aliyuncs.com/state", config.StateTable{
			Database: "tablestore", Name: "state", Endpoint: "https://box.ap-southeast-1.ots.aliyuncs.com", Instance: "box",
		}},
		{"tablestore:http://127.0.0.1:8080/state", config.StateTable{
			Database: "tablestore", Name: "state", Endpoint: "http://127.0.0.1:8080", Instance: "127",
		}},
	}
	for _, test := range tests {
		got, err := config.Load[tableOnly](append(signed, "SIGNALBOX_STATE_TABLE="+test.where))
		if err != nil || got.Table.Where != test.want || got.Table.Set() != (test.where != "") {
			t.Errorf("%q = %+v, %v; want %+v", test.where, got.Table.Where, err, test.want)
		}
		if text := fmt.Sprintf("%+v", got); strings.Contains(text, "sealed") {
			t.Errorf("it prints as %s", text)
		}
	}
}

func TestTableMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		environ []string
		want    string
	}{
		{[]string{"SIGNALBOX_STATE_TABLE=signalbox"}, "SIGNALBOX_STATE_TABLE: must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=dynamodb:"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=dynamodb:" + strings.Repeat("t", 256)}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=dynamodb:ab"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=dynamodb:a table"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=DynamoDB:table"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=redis://host"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=tablestore:state"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=tablestore:https://box.ots.aliyuncs.com"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=tablestore:https://box.ots.aliyuncs.com/a/b"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=tablestore:https://id:sealed@box.ots.aliyuncs.com/state"}, "must be dynamodb:"},
		{[]string{"SIGNALBOX_STATE_TABLE=tablestore:http://box.ots.aliyuncs.com/state"}, "https://"},
		{[]string{"SIGNALBOX_STATE_TABLE=dynamodb:table"}, "AWS_REGION: "},
		{[]string{"SIGNALBOX_STATE_TABLE=dynamodb:table"}, "AWS_ACCESS_KEY_ID: "},
		{[]string{"SIGNALBOX_STATE_TABLE=dynamodb:table"}, "AWS_SECRET_ACCESS_KEY: "},
	}
	for _, test := range tests {
		_, err := config.Load[tableOnly](test.environ)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "sealed") {
			t.Errorf("%q = %v, want %s", test.environ, err, test.want)
		}
	}
}
