package deploy_test

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// The fc types hold the part of s.yaml that we use. Decoding is strict, so
// that a misspelt property is a mistake and not a silent default.
type (
	fcDocument struct {
		Edition   string                `yaml:"edition"`
		Name      string                `yaml:"name"`
		Access    string                `yaml:"access"`
		Vars      map[string]yaml.Node  `yaml:"vars"`
		Resources map[string]fcResource `yaml:"resources"`
	}
	fcResource struct {
		Component string                `yaml:"component"`
		Actions   map[string][]fcAction `yaml:"actions"`
		Props     fcProps               `yaml:"props"`
	}
	fcAction struct {
		Run  string `yaml:"run"`
		Path string `yaml:"path"`
	}
	fcProps struct {
		Region               string         `yaml:"region"`
		FunctionName         string         `yaml:"functionName"`
		Description          string         `yaml:"description"`
		Runtime              string         `yaml:"runtime"`
		Handler              string         `yaml:"handler"`
		Code                 string         `yaml:"code"`
		CPU                  float64        `yaml:"cpu"`
		MemorySize           int            `yaml:"memorySize"`
		DiskSize             int            `yaml:"diskSize"`
		Timeout              int            `yaml:"timeout"`
		InstanceConcurrency  int            `yaml:"instanceConcurrency"`
		InternetAccess       bool           `yaml:"internetAccess"`
		Role                 string         `yaml:"role"`
		LogConfig            yaml.Node      `yaml:"logConfig"`
		EnvironmentVariables map[string]any `yaml:"environmentVariables"`
		ConcurrencyConfig    fcConcurrency  `yaml:"concurrencyConfig"`
		AsyncInvokeConfig    fcAsync        `yaml:"asyncInvokeConfig"`
		Triggers             []fcTrigger    `yaml:"triggers"`
	}
	fcConcurrency struct {
		ReservedConcurrency int `yaml:"reservedConcurrency"`
	}
	fcAsync struct {
		MaxAsyncRetryAttempts     *int `yaml:"maxAsyncRetryAttempts"`
		MaxAsyncEventAgeInSeconds int  `yaml:"maxAsyncEventAgeInSeconds"`
	}
	fcTrigger struct {
		TriggerName   string    `yaml:"triggerName"`
		TriggerType   string    `yaml:"triggerType"`
		TriggerConfig yaml.Node `yaml:"triggerConfig"`
	}
	fcHTTP struct {
		AuthType           string   `yaml:"authType"`
		Methods            []string `yaml:"methods"`
		DisableURLInternet *bool    `yaml:"disableURLInternet"`
	}
	fcTimer struct {
		CronExpression string  `yaml:"cronExpression"`
		Enable         *bool   `yaml:"enable"`
		Payload        *string `yaml:"payload"`
	}
)

var (
	fcRegion   = regexp.MustCompile(`^(cn|ap|us|eu|me|na)-[a-z]+(-[0-9])?$`)
	fcName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)
	fcVariable = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	fcPinned   = regexp.MustCompile(`^fc3@[0-9]+\.[0-9]+\.[0-9]+$`)
	fcMethods  = []string{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"}
)

// fcFile reads s.yaml and lists what is wrong with it, whatever the shell supplies. The
// functions are those with all that they can have.
func fcFile(text []byte) (map[string]function, []string) { return fcIn(text, scenarios...) }

// fcIn does so in some scenarios.
func fcIn(text []byte, names ...string) (map[string]function, []string) {
	var p problems
	all := p.inScenarios(names, true, func(name string) (map[string]function, []string) { return fcWith(text, fcScenarios[name]) })
	return all, p.found
}

// fcWith reads s.yaml with what the shell supplies.
func fcWith(text []byte, supplied scenario) (map[string]function, []string) {
	var root yaml.Node
	var vars struct {
		Vars map[string]yaml.Node `yaml:"vars"`
	}
	if err := errors.Join(yaml.Unmarshal(text, &root), yaml.Unmarshal(text, &vars)); err != nil {
		return nil, []string{err.Error()}
	}
	resolveFC(&root, vars.Vars, supplied)
	var p problems
	var document fcDocument
	p.decode(root, &document)
	return document.functions(p)
}

// functions are the functions of a document whose variables have values.
func (d fcDocument) functions(p problems) (map[string]function, []string) {
	p.unless(d.Edition == "3.0.0", "edition is %q, want 3.0.0", d.Edition)
	functions := make(map[string]function)
	for name, resource := range d.Resources {
		where := problems{at: name + ": "}
		functions[name] = where.fcResource(name, resource)
		where.starts(functions[name], onFunctionCompute)
		p.found = append(p.found, where.found...)
	}
	slices.Sort(p.found)
	return functions, p.found
}

func (p *problems) fcResource(name string, r fcResource) function {
	props := r.Props
	p.unless(fcPinned.MatchString(r.Component), "component %q is not a pinned fc3", r.Component)
	want := fcAction{Run: "make build FUNCTIONS=" + name + " GOARCH=amd64", Path: "."}
	if name == sweeper {
		want.Run += " TAGS=nodynamodb"
	}
	p.unless(slices.Equal(r.Actions["pre-deploy"], []fcAction{want}), "pre-deploy is not %q", want.Run)
	p.unless(props.Code == "build/"+name, "code is %q, want build/%s", props.Code, name)
	p.unless(fcRegion.MatchString(props.Region), "region is %q", props.Region)
	p.unless(fcName.MatchString(props.FunctionName), "functionName is %q", props.FunctionName)
	p.unless(props.Runtime == "go1", "runtime is %q, want go1", props.Runtime)
	p.unless(props.InstanceConcurrency == 0, "go1 serves one request at a time: no instanceConcurrency")
	p.unless(props.Handler == "bootstrap", "handler is %q, want bootstrap", props.Handler)
	p.fcLogs(props.LogConfig)
	p.unless(props.Role != "", "role is missing")
	p.fcSize(props)
	p.fcAsync(props.AsyncInvokeConfig)
	f := function{
		name:        name,
		variables:   p.fcVariables(props.EnvironmentVariables),
		timeout:     props.Timeout,
		concurrency: props.ConcurrencyConfig.ReservedConcurrency,
	}
	for _, t := range props.Triggers {
		p.fcTrigger(t, &f)
	}
	p.function(f)
	return f
}

// fcSize checks what the API demands and fc3's schema does not.
func (p *problems) fcSize(props fcProps) {
	p.unless(props.MemorySize%64 == 0 && props.MemorySize >= 128 && props.MemorySize <= 32768,
		"memorySize is %d, want a multiple of 64 from 128 to 32768", props.MemorySize)
	steps := props.CPU / 0.05
	p.unless(props.CPU > 0 && math.Abs(steps-math.Round(steps)) < 1e-9, "cpu is %v, want a multiple of 0.05", props.CPU)
	ratio := float64(props.MemorySize) / 1024 / props.CPU
	p.unless(ratio >= 1 && ratio <= 4, "cpu %v to %d MB is not between 1:1 and 1:4", props.CPU, props.MemorySize)
	p.unless(props.DiskSize == 512 || props.DiskSize == 10240, "diskSize is %d, want 512 or 10240", props.DiskSize)
	p.unless(props.Timeout >= 1 && props.Timeout <= 86400, "timeout is %d, want 1 to 86400", props.Timeout)
}

// fcLogs wants logs that fc3 makes a place for, or a place of one's own.
func (p *problems) fcLogs(node yaml.Node) {
	if node.Kind == yaml.ScalarNode {
		p.unless(node.Value == "auto", "logConfig is %q, want auto", node.Value)
		return
	}
	var own struct {
		Project  string `yaml:"project"`
		Logstore string `yaml:"logstore"`
	}
	p.decode(node, &own)
	p.unless(own.Project != "" && own.Logstore != "", "logConfig has no project and logstore")
}

// fcAsync wants both said: the defaults are three retries within five hours.
func (p *problems) fcAsync(c fcAsync) {
	said := c.MaxAsyncRetryAttempts != nil && c.MaxAsyncEventAgeInSeconds > 0
	p.unless(said, "asyncInvokeConfig leaves retries or age to the default")
	p.unless(!said || *c.MaxAsyncRetryAttempts >= 0 && *c.MaxAsyncRetryAttempts <= 8, "maxAsyncRetryAttempts is not 0 to 8")
}

func (p *problems) fcVariables(variables map[string]any) map[string]string {
	plain := make(map[string]string, len(variables))
	size := 0
	for name, value := range variables {
		text, ok := value.(string)
		p.unless(ok, "%s is not a quoted string", name)
		p.unless(fcVariable.MatchString(name) && !strings.HasPrefix(name, "FC_"), "%s is no name for a variable", name)
		if text != "" { // An empty variable counts as not set.
			plain[name] = text
		}
		size += len(name) + len(text)
	}
	p.unless(size <= 4096, "variables take %d bytes, more than 4096", size)
	return plain
}

func (p *problems) fcTrigger(t fcTrigger, f *function) {
	switch t.TriggerType {
	case "http":
		f.public = p.fcHTTP(t.TriggerConfig, f.name)
		f.http = true
	case "timer":
		f.every = append(f.every, p.fcTimer(t.TriggerConfig))
	case "eventbridge":
		p.fcQueue(t.TriggerConfig)
	default:
		p.unless(false, "triggerType is %q", t.TriggerType)
	}
}

func (p *problems) fcHTTP(node yaml.Node, name string) (public bool) {
	var c fcHTTP
	p.decode(node, &c)
	p.unless(slices.Contains([]string{"anonymous", "function", "jwt"}, c.AuthType), "authType is %q", c.AuthType)
	p.unless(len(c.Methods) > 0, "methods are missing")
	for _, method := range c.Methods {
		p.unless(slices.Contains(fcMethods, method), "method is %q", method)
	}
	p.methods(c.Methods, name)
	p.unless(c.DisableURLInternet != nil, "disableURLInternet is left to the default")
	return c.AuthType == "anonymous"
}

func (p *problems) fcTimer(node yaml.Node) time.Duration {
	var c fcTimer
	p.decode(node, &c)
	p.unless(c.Enable != nil && *c.Enable, "the timer is not enabled")
	p.unless(c.Payload != nil, "payload is left to the default")
	interval, err := cronInterval(c.CronExpression)
	p.unless(err == nil, "cronExpression %q: %v", c.CronExpression, err)
	return interval
}
