package deploy_test

import (
	"maps"
	"regexp"
	"slices"

	"signalbox/functions/alerts"
	"signalbox/functions/cardflow"
	"signalbox/functions/conversion"
	"signalbox/shared/config"
)

// A scenario is what somebody supplies who deploys: the parameters of template.yaml, or the
// variables of the shell for s.yaml.
type scenario map[string]string

// Both files are checked in the same scenarios.
const (
	least      = "the least"
	bot        = "a bot"
	rules      = "a rules file"
	everything = "everything"
)

var scenarios = []string{everything, least, bot, rules}

// inScenarios reads a file in some scenarios, and returns the functions with all that they can
// have, nil without the scenario of that. With role they have no keys of their own.
func (p *problems) inScenarios(names []string, role bool, read func(name string) (map[string]function, []string)) (all map[string]function) {
	for _, name := range names {
		functions, found := read(name)
		for _, problem := range found {
			p.unless(false, "%s (with %s)", problem, name)
		}
		if name == everything {
			p.everyChoice(functions, role)
			all = functions
		}
	}
	slices.Sort(p.found)
	return all
}

// samScenarios leave the least to the parameters' defaults.
var samScenarios = map[string]scenario{
	least:           {},
	"few instances": {"Instances": "2", "AlertsInstances": "2"}, "many instances": {"Instances": "10"},
	bot:   {"Slack": "bot", "SlackChannel": "C0123456789", "SlackButtons": "true", "SlackOperators": "U0123456789,U9876543210"},
	rules: {"Slack": "none", "RulesFile": "true", "Receivers": "2"},
	everything: {
		"Slack": "bot", "SlackChannel": "C0123456789", "SlackButtons": "true", "SlackOperators": "U0123456789", "Language": "zh",
		"RulesFile": "true", "Receivers": "3", "Redis": "true", "Heartbeat": "true", "OTPFloor": "0.5", "AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
		"CardflowAddress": "https://example.com/cardflow", "AlertsAddress": "https://example.com/alerts", "ConversionAddress": "https://example.com/conversion",
	},
}

// fcScenarios are the same for s.yaml.
var fcScenarios = map[string]scenario{
	least: fcSupplied(nil, "FC_ROLE", "SIGNALBOX_API_TOKENS", "SIGNALBOX_STATE_TABLE", "SIGNALBOX_SLACK_WEBHOOK_URL"),
	bot: fcSupplied(scenario{"SIGNALBOX_SLACK_OPERATORS": "U0123456789,U9876543210"}, "FC_ROLE", "SIGNALBOX_API_TOKENS", "SIGNALBOX_STATE_TABLE",
		"SIGNALBOX_SLACK_BOT_TOKEN", "SIGNALBOX_SLACK_CHANNEL", "SIGNALBOX_SLACK_SIGNING_SECRET"),
	rules: fcSupplied(nil, "FC_ROLE", "SIGNALBOX_API_TOKENS", "SIGNALBOX_STATE_TABLE", "SIGNALBOX_RULES_FILE",
		"RECEIVER_1_URL", "RECEIVER_1_SECRET", "RECEIVER_2_URL", "RECEIVER_2_SECRET"),
	everything: fcSupplied(nil, slices.DeleteFunc(slices.Collect(maps.Keys(supplied)), func(name string) bool { return name == "SIGNALBOX_SLACK_WEBHOOK_URL" })...),
}

// supplied are values of all that can be supplied: as the functions take them.
var supplied = scenario{
	"FC_ROLE":                         "signalbox",
	"ALIBABA_CLOUD_ACCESS_KEY_ID":     "LTAI5tExample",
	"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "a-secret-of-an-access-key",
	"SIGNALBOX_API_TOKENS":            "support:0123456789abcdef",
	"SIGNALBOX_STATE_TABLE":           "tablestore:https://signalbox-1.ap-southeast-1.ots.aliyuncs.com/state",
	"SIGNALBOX_REDIS_URL":             "rediss://user:password@redis.example.com:6379/0",
	"SIGNALBOX_SLACK_WEBHOOK_URL":     "https://hooks.slack.com/services/T0/B0/x",
	"SIGNALBOX_SLACK_BOT_TOKEN":       "xoxb-0123456789",
	"SIGNALBOX_SLACK_CHANNEL":         "C0123456789",
	"SIGNALBOX_SLACK_SIGNING_SECRET":  "0123456789abcdef",
	"SIGNALBOX_SLACK_OPERATORS":       "U0123456789",
	"SIGNALBOX_LANGUAGE":              "zh",
	"SIGNALBOX_RULES_FILE":            "/code/rules.yaml",
	"SIGNALBOX_PAGE_URL":              "https://example.com/cardflow",
	"SIGNALBOX_ALERTS_URL":            "https://example.com/alerts",
	"SIGNALBOX_CONVERSION_URL":        "https://example.com/conversion",
	"SIGNALBOX_HEARTBEAT_URL":         "https://heartbeat.example/ping",
	"SIGNALBOX_LINK_SECRET":           "0123456789abcdef",
	"SIGNALBOX_OTP_FLOOR":             "0.5",
	"RECEIVER_1_URL":                  "https://one.example.com/hook",
	"RECEIVER_1_SECRET":               "a-secret-of-one",
	"RECEIVER_2_URL":                  "https://two.example.com/hook",
	"RECEIVER_2_SECRET":               "a-secret-of-two",
	"RECEIVER_3_URL":                  "https://three.example.com/hook",
	"RECEIVER_3_SECRET":               "a-secret-of-three",
}

func fcSupplied(more scenario, names ...string) scenario {
	s := maps.Clone(more)
	if s == nil {
		s = make(scenario)
	}
	for _, name := range names {
		if _, ok := s[name]; !ok {
			s[name] = supplied[name]
		}
	}
	return s
}

// withScenario reads a file in each of its scenarios.
var withScenario = map[string]struct {
	scenarios map[string]scenario
	read      func([]byte, scenario) (map[string]function, []string)
}{
	"s.yaml":        {fcScenarios, fcWith},
	"template.yaml": {samScenarios, samWith},
}

// What the platforms set themselves.
var (
	onFunctionCompute = []string{"FC_RUNTIME_API=127.0.0.1:9001", "FC_FUNCTION_NAME=signalbox", "FC_ACCOUNT_ID=1234567890123456"}
	onLambda          = []string{
		"AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001", "AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=a-secret", "AWS_SESSION_TOKEN=a-token",
	}
)

// loads read the environment as the functions do at their start.
var loads = map[string]func([]string) error{
	"cardflow":   func(environ []string) error { _, err := config.Load[cardflow.Env](environ); return err },
	"conversion": func(environ []string) error { _, err := config.Load[conversion.Env](environ); return err },
	"alerts":     func(environ []string) error { _, err := config.Load[alerts.Env](environ); return err },
}

// starts has the function read the variables that it is deployed with.
func (p *problems) starts(f function, platform []string) {
	load, ok := loads[f.name]
	if !ok {
		return // Which functions there are is compared elsewhere.
	}
	err := load(slices.Concat(environ(f), platform))
	p.unless(err == nil, "it does not start: %v", err)
}

var (
	secretKey = regexp.MustCompile(`\{\{resolve:secretsmanager:signalbox:SecretString:([A-Z0-9_]+)\}\}`)
	resource  = regexp.MustCompile(`\$\{[A-Za-z]+\}`)
)

// environ is the environment that a platform makes of a function's variables.
func environ(f function) []string {
	var lines []string
	for name, value := range f.variables {
		value = secretKey.ReplaceAllStringFunc(value, func(key string) string { return supplied[secretKey.FindStringSubmatch(key)[1]] })
		lines = append(lines, name+"="+resource.ReplaceAllString(value, "signalbox-StateTable-1ABCDEF"))
	}
	return lines
}
