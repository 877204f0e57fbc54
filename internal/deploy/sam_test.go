package deploy_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// samFile reads template.yaml and lists what is wrong with it, whatever the parameters
// are. The functions are those with all that they can have.
func samFile(text []byte) (map[string]function, []string) { return samIn(text, scenarios...) }

// samIn does so in some scenarios.
func samIn(text []byte, names ...string) (map[string]function, []string) {
	document, found := samParse(text)
	if len(found) > 0 {
		return nil, found
	}
	var p problems
	for _, name := range unused(text, document) {
		p.unless(false, "%s is of no use", name)
	}
	all := p.inScenarios(names, false, func(name string) (map[string]function, []string) { return document.with(samScenarios[name]) })
	return all, p.found
}

// samWith reads template.yaml with the parameters given.
func samWith(text []byte, given scenario) (map[string]function, []string) {
	document, found := samParse(text)
	if len(found) > 0 {
		return nil, found
	}
	return document.with(given)
}

// samParse wants each reference in template.yaml to lead somewhere: what refers to nothing
// has no value.
func samParse(text []byte) (samDocument, []string) {
	var document samDocument
	if err := strict(text, &document); err != nil {
		return document, []string{err.Error()}
	}
	var p problems
	made := samMade(document)
	p.samCollisions(document, made)
	p.samReferences(text, document, made)
	return document, p.found
}

// with has values in place of parameters.
func (d samDocument) with(given scenario) (map[string]function, []string) {
	e, found := d.evaluator(given)
	p := problems{found: found}
	var global samGlobal
	p.decode(*e.value(&d.Globals.Function), &global)
	p.samHead(d, global)
	resources := make(map[string]samResource, len(d.Resources))
	for id, resource := range d.Resources {
		resource.Properties = *e.value(&resource.Properties)
		resources[id] = resource
	}
	stack := p.samStack(resources, given["AlarmTopicArn"])
	functions := make(map[string]function)
	for id, resource := range resources {
		if resource.Type == "AWS::Serverless::Function" {
			where := problems{at: id + ": "}
			f := where.samFunction(id, resource.Properties, global, stack)
			where.starts(f, onLambda)
			functions[f.name] = f
			p.found = append(p.found, where.found...)
		}
	}
	return functions, p.found
}

func (p *problems) samHead(document samDocument, global samGlobal) {
	p.unless(document.Version == "2010-09-09", "AWSTemplateFormatVersion is %q", document.Version)
	p.unless(document.Transform == "AWS::Serverless-2016-10-31", "Transform is %q", document.Transform)
	p.unless(global.Runtime == "provided.al2023", "Runtime is %q, want provided.al2023", global.Runtime)
	p.unless(global.Handler == "bootstrap", "Handler is %q, want bootstrap", global.Handler)
	p.unless(slices.Equal(global.Architectures, []string{"arm64"}), "Architectures is %v, want [arm64]", global.Architectures)
	p.unless(global.LoggingConfig.LogFormat == "JSON", "LogFormat is %q, want JSON", global.LoggingConfig.LogFormat)
	p.unless(global.LoggingConfig.ApplicationLogLevel == "INFO", "ApplicationLogLevel is %q: what a run has done is a line of INFO", global.LoggingConfig.ApplicationLogLevel)
}

func (p *problems) samFunction(id string, node yaml.Node, global samGlobal, stack samStack) function {
	var s samFunction
	p.decode(node, &s)
	name, ok := strings.CutPrefix(s.CodeURI, "build/")
	p.unless(ok, "CodeUri is %q, want build/<function>", s.CodeURI)
	p.unless(strings.EqualFold(id, name), "CodeUri is build/%s", name)
	p.unless(s.MemorySize >= 128 && s.MemorySize <= 10240, "MemorySize is %d, want 128 to 10240", s.MemorySize)
	p.unless(s.Timeout >= 1 && s.Timeout <= 900, "Timeout is %d, want 1 to 900", s.Timeout)
	f := function{
		name:        name,
		variables:   p.samVariables(global.Environment, s.Environment),
		timeout:     s.Timeout,
		concurrency: s.Concurrency,
	}
	if s.FunctionURLConfig != nil {
		f.http, f.public = true, p.samURL(*s.FunctionURLConfig)
	}
	for _, event := range s.Events {
		p.samEvent(event, s, stack, &f)
	}
	p.samLogs(s, stack)
	p.samState(s, f, stack)
	p.samWatched(id, stack)
	if name == sweeper && len(f.every) > 0 {
		p.samHeartbeat(s, f, stack)
	}
	p.function(f)
	return f
}

func (p *problems) samVariables(environments ...samEnvironment) map[string]string {
	plain := make(map[string]string)
	for _, environment := range environments {
		for name, value := range environment.Variables {
			text, ok := value.(string)
			p.unless(ok, "%s is not a quoted string", name)
			p.unless(!strings.Contains(text, "resolve:ssm-secure"), "%s: Lambda cannot resolve ssm-secure", name)
			if text != "" { // An empty variable counts as not set.
				plain[name] = text
			}
		}
	}
	return plain
}

func (p *problems) samURL(c samURL) (public bool) {
	p.unless(c.AuthType == "NONE" || c.AuthType == "AWS_IAM", "AuthType is %q", c.AuthType)
	p.unless(c.InvokeMode == "BUFFERED", "InvokeMode is %q, want BUFFERED", c.InvokeMode)
	return c.AuthType == "NONE"
}

func (p *problems) samEvent(event samEvent, s samFunction, stack samStack, f *function) {
	switch event.Type {
	case "SQS":
		p.samSQS(event.Properties, s.Timeout, stack)
	case "ScheduleV2":
		if every, enabled := p.samSchedule(event.Properties); enabled {
			f.every = append(f.every, every)
		}
		retries := s.EventInvokeConfig.MaximumRetryAttempts
		p.unless(retries != nil && *retries == 0, "Lambda would repeat a failed sweep: MaximumRetryAttempts is not 0")
	default:
		p.unless(false, "no check knows the event %q", event.Type)
	}
}

func (p *problems) samSchedule(node yaml.Node) (every time.Duration, enabled bool) {
	var s samSchedule
	p.decode(node, &s)
	quoted := s.Window.Mode.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	p.unless(s.Window.Mode.Value == "OFF" && quoted, `FlexibleTimeWindow.Mode is not the quoted "OFF"`)
	p.unless(s.OmitName, "OmitName is not true: two stacks would collide")
	p.unless(s.Retry.MaximumRetryAttempts != nil && s.Retry.MaximumEventAgeInSeconds != nil, "RetryPolicy is left to the default")
	p.samInput(s.Input)
	every, err := awsInterval(s.Expression, s.Zone)
	p.unless(err == nil, "ScheduleExpression: %v", err)
	p.unless(s.State == "" || s.State == "ENABLED" || s.State == "DISABLED", "State is %q", s.State)
	return every, s.State != "DISABLED"
}

// samInput wants the shape of Function Compute's timer event.
func (p *problems) samInput(input string) {
	var event map[string]string
	err := json.Unmarshal([]byte(input), &event)
	keys := slices.Sorted(maps.Keys(event))
	ok := err == nil && slices.Equal(keys, []string{"payload", "triggerName", "triggerTime"})
	p.unless(ok && event["triggerTime"] == "<aws.scheduler.scheduled-time>", "Input is not a timer event: %s", input)
}

var placeholder = regexp.MustCompile(`\$\{([^}]+)\}`)

// samReferences wants every !Ref, !GetAtt, !If and !Sub to name something there.
func (p *problems) samReferences(text []byte, document samDocument, made []samName) {
	known := func(name string) bool {
		_, parameter := document.Parameters[name]
		_, resource := document.Resources[name]
		_, condition := document.Conditions[name]
		_, mapping := document.Mappings[name]
		generated := func(n samName) bool { return n.id == name }
		pseudo := strings.HasPrefix(name, "AWS::")
		return parameter || resource || condition || mapping || pseudo || slices.ContainsFunc(made, generated)
	}
	var root yaml.Node
	p.unless(yaml.Unmarshal(text, &root) == nil, "not YAML")
	for _, name := range references(&root) {
		p.unless(known(name), "%s names nothing in the template", name)
	}
}

func references(node *yaml.Node) []string {
	var names []string
	switch node.Tag {
	case "!Ref", "!Condition":
		names = append(names, node.Value)
	case "!If", "!FindInMap":
		names = append(names, node.Content[0].Value)
	case "!GetAtt":
		name, _, _ := strings.Cut(node.Value, ".")
		names = append(names, name)
	case "!Sub":
		for _, match := range placeholder.FindAllStringSubmatch(node.Value, -1) {
			names = append(names, match[1])
		}
	}
	for _, child := range node.Content {
		names = append(names, references(child)...)
	}
	return names
}
