package deploy_test

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"signalbox/doc"
)

// methodsOf are the methods that a function takes by the contract.
func methodsOf(name string) []string {
	var contract struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal([]byte(doc.OpenAPI), &contract); err != nil {
		panic(err) // every test of the contract fails, too
	}
	var methods []string
	for _, operations := range contract.Paths {
		for method, node := range operations {
			var operation struct {
				Tags []string `yaml:"tags"`
			}
			if node.Decode(&operation) == nil && slices.Contains(operation.Tags, name) {
				methods = append(methods, strings.ToUpper(method))
			}
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// methods wants a trigger to let every method of the contract pass.
func (p *problems) methods(taken []string, name string) {
	for _, method := range methodsOf(name) {
		p.unless(slices.Contains(taken, method), "the trigger does not take %s, which %s answers", method, name)
	}
}
