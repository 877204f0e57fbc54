package deploy_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/aliyun/linkcard"
)

// The ram types are policies of Alibaba Cloud's Resource Access Management.
//
// https://www.alibabacloud.com/help/en/ram/user-guide/policy-structure-and-syntax
type (
	ramPolicy struct {
		Version   string
		Statement []ramStatement
	}
	ramStatement struct {
		Effect    string
		Action    ramActions
		Resource  string
		Principal ramPrincipal
	}
	ramPrincipal struct{ Service []string }
	// ramActions is one action or a list.
	ramActions []string
)

// UnmarshalJSON reads both forms.
func (a *ramActions) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = ramActions{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// called are the actions that the code calls: each is a method of its client, which takes a
// request of its name.
func called() []string {
	var all []string
	for product, client := range map[string]reflect.Type{"linkcard": reflect.TypeFor[*linkcard.Client](), "dysms": reflect.TypeFor[*dysms.Client]()} {
		for method := range client.Methods() {
			if t := method.Type; t.NumIn() == 3 && t.In(2).Name() == method.Name+"Request" {
				all = append(all, product+":"+method.Name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// policyFile wants what the code calls allowed, and nothing else.
func policyFile(text []byte) (_, found []string) {
	policy, p := readPolicy(text)
	var actions []string
	for _, s := range policy.Statement {
		p.unless(s.Effect == "Allow", "Effect is %q", s.Effect)
		p.unless(s.Resource == "*", "Resource is %q: these actions know no other than *", s.Resource)
		p.unless(len(s.Principal.Service) == 0, "a policy has no Principal")
		actions = append(actions, s.Action...)
	}
	slices.Sort(actions)
	diff := cmp.Diff(called(), actions)
	p.unless(diff == "", "actions (-code +policy):\n%s", diff)
	return nil, p.found
}

// trustFile wants Function Compute alone to take the role.
func trustFile(text []byte) (_, found []string) {
	policy, p := readPolicy(text)
	want := []ramStatement{{Effect: "Allow", Action: ramActions{"sts:AssumeRole"}, Principal: ramPrincipal{[]string{"fc.aliyuncs.com"}}}}
	diff := cmp.Diff(want, policy.Statement)
	p.unless(diff == "", "statements (-want +got):\n%s", diff)
	return nil, p.found
}

func readPolicy(text []byte) (ramPolicy, problems) {
	var policy ramPolicy
	var p problems
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&policy)
	p.unless(err == nil, "%v", err)
	p.unless(policy.Version == "1", "Version is %q, want 1", policy.Version)
	p.unless(len(policy.Statement) > 0, "there are no statements")
	return policy, p
}
