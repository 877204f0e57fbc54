package deploy_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"

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

// onTable are the actions that the code calls on a table of Tablestore: each is a method of
// the SDK's client, which the source has as c.
func onTable() []string {
	call := regexp.MustCompile(`\bc\.([A-Z][A-Za-z]+)\(`)
	actions := make(map[string]bool)
	for _, name := range []string{"tablestore.go", "write.go"} {
		text, err := os.ReadFile(filepath.Join(root, "shared/store/tablestore", name))
		if err != nil {
			return []string{err.Error()}
		}
		for _, match := range call.FindAllSubmatch(text, -1) {
			actions["ots:"+string(match[1])] = true
		}
	}
	return slices.Sorted(maps.Keys(actions))
}

// policyFile wants what the code calls allowed, and nothing else: of the state's table on
// that alone.
func policyFile(text []byte) (_, found []string) {
	policy, p := readPolicy(text)
	actions := make(map[string][]string)
	for _, s := range policy.Statement {
		p.unless(s.Effect == "Allow", "Effect is %q", s.Effect)
		p.unless(len(s.Principal.Service) == 0, "a policy has no Principal")
		actions[s.Resource] = append(actions[s.Resource], s.Action...)
	}
	for _, of := range actions {
		slices.Sort(of)
	}
	// The actions of linkcard and dysms know no other resource than *.
	want := map[string][]string{"*": called(), "acs:ots:*:*:instance/signalbox*/table/state": onTable()}
	diff := cmp.Diff(want, actions)
	p.unless(diff == "", "actions (-code +policy):\n%s", diff)
	return nil, p.found
}

// secretFile wants the keys that template.yaml reads, without values.
func secretFile(text []byte) (variables, found []string) {
	var secret map[string]string
	var p problems
	err := json.Unmarshal(text, &secret)
	p.unless(err == nil, "%v", err)
	p.unless(!bytes.Contains(text, []byte("null")), "null is not a text")
	for key := range secret {
		p.unless(bytes.Count(text, []byte(strconv.Quote(key))) == 1, "%s is there twice", key)
	}
	template, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	p.unless(err == nil, "%v", err)
	reads := make(map[string]bool)
	for _, match := range regexp.MustCompile(`:SecretString:([A-Z0-9_]+)`).FindAllSubmatch(template, -1) {
		reads[string(match[1])] = true
	}
	keys := slices.Sorted(maps.Keys(secret))
	diff := cmp.Diff(slices.Sorted(maps.Keys(reads)), keys)
	p.unless(diff == "", "keys (-template.yaml +secret):\n%s", diff)
	for _, key := range keys {
		p.unless(secret[key] == "", "%s has a value, which is not the operator's", key)
	}
	return slices.DeleteFunc(keys, ofReceivers.MatchString), p.found
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
