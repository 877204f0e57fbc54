package deploy_test

import (
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"signalbox/shared/store/dynamodb"
)

// The sam types of a table.
type (
	samTable struct {
		Billing    string         `yaml:"BillingMode"`
		Attributes []samAttribute `yaml:"AttributeDefinitions"`
		Keys       []samKey       `yaml:"KeySchema"`
		TimeToLive struct {
			Attribute string `yaml:"AttributeName"`
			Enabled   bool   `yaml:"Enabled"`
		} `yaml:"TimeToLiveSpecification"`
		Recovery struct {
			Enabled bool `yaml:"PointInTimeRecoveryEnabled"`
		} `yaml:"PointInTimeRecoverySpecification"`
	}
	samAttribute struct {
		Name string `yaml:"AttributeName"`
		Type string `yaml:"AttributeType"`
	}
	samKey struct {
		Name string `yaml:"AttributeName"`
		Type string `yaml:"KeyType"`
	}
	samPolicy struct {
		Version   string         `yaml:"Version"`
		Statement []samStatement `yaml:"Statement"`
	}
	samStatement struct {
		Effect   string   `yaml:"Effect"`
		Action   []string `yaml:"Action"`
		Resource string   `yaml:"Resource"`
	}
)

// samTable wants the table that shared/store/dynamodb describes, and that it is not lost.
func (p *problems) samTable(resource samResource) {
	var t samTable
	p.decode(resource.Properties, &t)
	keep := resource.DeletionPolicy == "Retain" && resource.UpdateReplacePolicy == "Retain"
	p.unless(keep, "the state would go with the stack")
	p.unless(t.Billing == "PAY_PER_REQUEST", "BillingMode is %q, want PAY_PER_REQUEST", t.Billing)
	p.unless(slices.Equal(t.Keys, []samKey{{"pk", "HASH"}, {"sk", "RANGE"}}), "KeySchema is %v", t.Keys)
	p.unless(slices.Equal(t.Attributes, []samAttribute{{"pk", "S"}, {"sk", "S"}}), "AttributeDefinitions is %v", t.Attributes)
	p.unless(t.TimeToLive.Attribute == "expires" && t.TimeToLive.Enabled, "rows that only remember a deletion stay for ever")
	p.unless(t.Recovery.Enabled, "the state has no backup")
}

// samState wants a function with a state to have a table of the template, and the rights
// to what the code calls on it; and one without, no rights.
func (p *problems) samState(s samFunction, f function, stack samStack) {
	where, ok := f.variables["SIGNALBOX_STATE_TABLE"]
	if !ok {
		p.unless(len(s.Policies) == 0, "it has rights to call what it does not")
		return
	}
	id := strings.TrimSuffix(strings.TrimPrefix(where, "dynamodb:${"), "}")
	p.unless(slices.Contains(stack.tables, id), "SIGNALBOX_STATE_TABLE %q is no table of the template", where)
	want := []samPolicy{{"2012-10-17", []samStatement{{"Allow", dynamoDBActions(), id + ".Arn"}}}}
	diff := cmp.Diff(want, s.Policies)
	p.unless(diff == "", "rights (-code +template):\n%s", diff)
}

// dynamoDBActions are those that the code calls: a table holds one function for each.
func dynamoDBActions() []string {
	held, _ := reflect.TypeFor[dynamodb.Table]().FieldByName("calls")
	var actions []string
	for call := range held.Type.Fields() {
		input := call.Type.In(1).Elem().Name()
		actions = append(actions, "dynamodb:"+strings.TrimSuffix(input, "Input"))
	}
	slices.Sort(actions)
	return actions
}

// samLogs wants a function's log to end in a group of the template, which forgets.
func (p *problems) samLogs(s samFunction, stack samStack) {
	days, ok := stack.logs[s.LoggingConfig.LogGroup]
	p.unless(ok, "LogGroup %q is none of the template", s.LoggingConfig.LogGroup)
	p.unless(days > 0, "its log is kept for ever")
}

// samLog reads how many days a group of logs is kept.
func (p *problems) samLog(node yaml.Node) int {
	var group struct {
		Days int `yaml:"RetentionInDays"`
	}
	p.decode(node, &group)
	return group.Days
}
