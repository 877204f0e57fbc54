package deploy_test

import (
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// The sam types of alarms, and of metrics that are counted in a log.
type (
	samAlarm struct {
		Description string         `yaml:"AlarmDescription"`
		Namespace   string         `yaml:"Namespace"`
		Metric      string         `yaml:"MetricName"`
		Dimensions  []samDimension `yaml:"Dimensions"`
		Statistic   string         `yaml:"Statistic"`
		Period      int            `yaml:"Period"`
		Evaluations int            `yaml:"EvaluationPeriods"`
		Datapoints  int            `yaml:"DatapointsToAlarm"`
		Threshold   int            `yaml:"Threshold"`
		Comparison  string         `yaml:"ComparisonOperator"`
		Missing     string         `yaml:"TreatMissingData"`
		Actions     []string       `yaml:"AlarmActions"`
		OKActions   []string       `yaml:"OKActions"`
	}
	samDimension struct {
		Name  string `yaml:"Name"`
		Value string `yaml:"Value"`
	}
	samFilter struct {
		Log     string      `yaml:"LogGroupName"`
		Pattern string      `yaml:"FilterPattern"`
		Metrics []samMetric `yaml:"MetricTransformations"`
	}
	samMetric struct {
		Namespace string `yaml:"MetricNamespace"`
		Name      string `yaml:"MetricName"`
		Value     string `yaml:"MetricValue"`
	}
)

// What alarms are on: a queue, a function, or what is counted in a log.
const (
	ofQueues    = "AWS/SQS"
	ofFunctions = "AWS/Lambda"
)

// samAlarm wants an alarm that can sound, and reaches somebody where there is a topic.
func (p *problems) samAlarm(node yaml.Node, topic string) samAlarm {
	var a samAlarm
	p.decode(node, &a)
	p.unless(a.Description != "", "nobody knows what the alarm is about")
	p.unless(a.Period >= 60 && a.Period%60 == 0 && a.Evaluations > 0 && a.Threshold > 0, "the alarm has no period or threshold")
	notified := []string{topic}
	p.unless(topic == "" || slices.Equal(a.Actions, notified) && slices.Equal(a.OKActions, notified), "the alarm notifies nobody")
	p.unless(topic != "" || len(a.Actions)+len(a.OKActions) == 0, "the alarm notifies a topic that is not there")
	switch a.Namespace {
	case ofQueues:
		p.samAbove(a, "QueueName", "Maximum")
		p.unless(a.Evaluations == 1, "the alarm waits for a second period")
	case ofFunctions:
		p.samAbove(a, "FunctionName", "Sum")
	default:
		p.samBelow(a)
	}
	return a
}

// samAbove wants an alarm on one thing that sounds when something is counted.
func (p *problems) samAbove(a samAlarm, of, statistic string) {
	p.unless(len(a.Dimensions) == 1 && a.Dimensions[0].Name == of, "the alarm is on no %s", of)
	p.unless(a.Statistic == statistic, "Statistic is %q, want %s", a.Statistic, statistic)
	p.unless(a.Comparison == "GreaterThanOrEqualToThreshold", "the alarm does not sound when the threshold is reached")
	p.unless(a.Missing == "notBreaching", "TreatMissingData is %q: what is idle has no data", a.Missing)
}

// samBelow wants an alarm that sounds when nothing is counted.
func (p *problems) samBelow(a samAlarm) {
	p.unless(a.Statistic == "Sum" && a.Comparison == "LessThanThreshold" && a.Threshold == 1, "the alarm does not sound when nothing happens")
	p.unless(a.Missing == "breaching", "TreatMissingData is %q: what is silent has no data", a.Missing)
}

// samWatched wants to be told of what goes wrong with a function.
func (p *problems) samWatched(id string, stack samStack) {
	for _, metric := range []string{"Errors", "Throttles"} {
		ok := slices.ContainsFunc(stack.alarms, func(a samAlarm) bool {
			on := slices.Equal(a.Dimensions, []samDimension{{"FunctionName", id}})
			return on && a.Metric == metric && a.Threshold == 1 && a.Datapoints > 1 && a.Evaluations >= a.Datapoints
		})
		p.unless(ok, "no alarm says that there are %s", metric)
	}
}

// finished is how alerts says in its log that a sweep is over.
const finished = `{ ($.message = "run done") && ($.done IS TRUE) }`

// samHeartbeat wants an alarm for when no sweep of a function is finished: after more than
// one that failed, and within an hour.
func (p *problems) samHeartbeat(s samFunction, f function, stack samStack) {
	var counted []samMetric
	for _, filter := range stack.filters {
		if filter.Log == s.LoggingConfig.LogGroup && filter.Pattern == finished {
			counted = append(counted, filter.Metrics...)
		}
	}
	every := slices.Min(f.every)
	ok := slices.ContainsFunc(stack.alarms, func(a samAlarm) bool {
		long := time.Duration(a.Period*a.Evaluations) * time.Second
		return slices.Contains(counted, samMetric{a.Namespace, a.Metric, "1"}) && long >= 2*every && long <= time.Hour
	})
	p.unless(ok, "no alarm says that sweeps are not finished")
}
