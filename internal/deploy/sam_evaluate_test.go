package deploy_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// An evaluator puts the values of parameters into a template, as CloudFormation does:
// !Ref, !Sub, !If, !FindInMap and what conditions are made of. A reference to a resource
// stays.
type evaluator struct {
	values     map[string]string
	parameters map[string]samParameter
	conditions map[string]yaml.Node
	mappings   map[string]map[string]map[string]string
}

// evaluator has given in place of the parameters' defaults, and lists what the parameters
// do not allow.
func (d samDocument) evaluator(given scenario) (evaluator, []string) {
	values := make(map[string]string)
	for name, parameter := range d.Parameters {
		values[name] = parameter.Default
	}
	maps.Copy(values, given)
	var p problems
	for name, value := range values {
		p.samAllows(name, d.Parameters[name], value)
	}
	return evaluator{values: values, parameters: d.Parameters, conditions: d.Conditions, mappings: d.Mappings}, p.found
}

// value is what node stands for, nil for AWS::NoValue.
func (e evaluator) value(node *yaml.Node) *yaml.Node {
	switch node.Tag {
	case "!If":
		if e.isMet(node.Content[0].Value) {
			return e.value(node.Content[1])
		}
		return e.value(node.Content[2])
	case "!Ref":
		return e.ref(node)
	case "!FindInMap":
		first, second := e.value(node.Content[1]), e.value(node.Content[2])
		return text(e.mappings[node.Content[0].Value][first.Value][second.Value])
	case "!Sub":
		return text(placeholder.ReplaceAllStringFunc(node.Value, func(name string) string {
			if value, ok := e.values[name[2:len(name)-1]]; ok {
				return value
			}
			return name
		}))
	}
	return e.inside(node)
}

// inside evaluates what a node contains. What has no value is not there.
func (e evaluator) inside(node *yaml.Node) *yaml.Node {
	evaluated := *node
	evaluated.Content = nil
	for i := 0; i < len(node.Content); i++ {
		var key []*yaml.Node
		if node.Kind == yaml.MappingNode {
			key, i = []*yaml.Node{node.Content[i]}, i+1
		}
		if value := e.value(node.Content[i]); value != nil {
			evaluated.Content = append(evaluated.Content, append(key, value)...)
		}
	}
	return &evaluated
}

func (e evaluator) ref(node *yaml.Node) *yaml.Node {
	value, parameter := e.values[node.Value]
	switch {
	case node.Value == "AWS::NoValue":
		return nil
	case !parameter:
		return node
	case e.parameters[node.Value].Type == "Number":
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: value}
	default:
		return text(value)
	}
}

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: yaml.DoubleQuotedStyle}
}

// isMet reports whether the named condition is true.
func (e evaluator) isMet(name string) bool {
	node, ok := e.conditions[name]
	return ok && e.isTrue(&node)
}

func (e evaluator) isTrue(node *yaml.Node) bool {
	switch node.Tag {
	case "!Condition":
		return e.isMet(node.Value)
	case "!Not":
		return !e.isTrue(node.Content[0])
	case "!And":
		return !slices.ContainsFunc(node.Content, func(n *yaml.Node) bool { return !e.isTrue(n) })
	case "!Or":
		return slices.ContainsFunc(node.Content, e.isTrue)
	case "!Equals":
		return e.value(node.Content[0]).Value == e.value(node.Content[1]).Value
	default:
		return false
	}
}

// samAllows wants a value that CloudFormation takes for a parameter.
func (p *problems) samAllows(name string, parameter samParameter, value string) {
	p.unless(parameter.Type == "String" || parameter.Type == "Number", "%s: Type is %q", name, parameter.Type)
	p.unless(parameter.Description != "", "%s: nobody says what it is", name)
	p.unless(len(parameter.AllowedValues) == 0 || slices.Contains(parameter.AllowedValues, value), "%s: %q is not allowed", name, value)
	number, err := strconv.Atoi(value)
	p.unless(parameter.Type != "Number" || err == nil && number >= parameter.MinValue, "%s: %s is below MinValue %d", name, value, parameter.MinValue)
	pattern, err := regexp.Compile(parameter.AllowedPattern)
	p.unless(err == nil && pattern.MatchString(value), "%s: %q does not match %s", name, value, parameter.AllowedPattern)
}

// unused lists the parameters, conditions and mappings that nothing asks for.
func unused(text []byte, document samDocument) []string {
	var names []string
	names = slices.AppendSeq(names, maps.Keys(document.Parameters))
	names = slices.AppendSeq(names, maps.Keys(document.Conditions))
	names = slices.AppendSeq(names, maps.Keys(document.Mappings))
	asked := make(map[string]bool)
	var root yaml.Node
	if yaml.Unmarshal(text, &root) == nil {
		for _, name := range references(&root) {
			asked[name] = true
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return asked[name] })
	slices.Sort(names)
	return names
}
