package deploy_test

import (
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// outage is how long Alibaba may fail and no message be lost.
const outage = 6 * time.Hour

// samStack is what a template makes beside functions, by its logical ids.
type samStack struct {
	queues  map[string]samQueue
	logs    map[string]int // days that they are kept
	tables  []string
	filters []samFilter
	alarms  []samAlarm
}

// samStack reads what is no function. The alarms notify topic.
func (p *problems) samStack(resources map[string]samResource, topic string) samStack {
	stack := samStack{queues: make(map[string]samQueue), logs: make(map[string]int)}
	for id, resource := range resources {
		where := problems{at: id + ": "}
		switch resource.Type {
		case "AWS::Serverless::Function":
		case "AWS::SQS::Queue":
			var queue samQueue
			where.decode(resource.Properties, &queue)
			stack.queues[id] = queue
		case "AWS::CloudWatch::Alarm":
			stack.alarms = append(stack.alarms, where.samAlarm(resource.Properties, topic))
		case "AWS::DynamoDB::Table":
			where.samTable(resource)
			stack.tables = append(stack.tables, id)
		case "AWS::Logs::LogGroup":
			stack.logs[id] = where.samLog(resource.Properties)
		case "AWS::Logs::MetricFilter":
			var filter samFilter
			where.decode(resource.Properties, &filter)
			stack.filters = append(stack.filters, filter)
		default:
			where.unless(false, "no check knows the type %q", resource.Type)
		}
		p.found = append(p.found, where.found...)
	}
	return stack
}

// watched reports whether an alarm is on a metric of the queue with an id.
func (q samStack) watched(id, metric string, atMost int) bool {
	return slices.ContainsFunc(q.alarms, func(a samAlarm) bool {
		on := len(a.Dimensions) == 1 && a.Dimensions[0].Value == id+".QueueName"
		return on && a.Metric == metric && a.Threshold <= atMost
	})
}

func (p *problems) samSQS(node yaml.Node, timeout int, stack samStack) {
	var s samSQS
	p.decode(node, &s)
	p.unless(slices.Equal(s.ResponseTypes, []string{"ReportBatchItemFailures"}), "one bad message would repeat its whole batch")
	id := strings.TrimSuffix(s.Queue, ".Arn")
	queue, ok := stack.queues[id]
	p.unless(ok, "Queue %q is no queue's Arn", s.Queue)
	p.unless(queue.VisibilityTimeout >= 6*timeout, "VisibilityTimeout %d is below six times the Timeout %d", queue.VisibilityTimeout, timeout)
	deadLetters := strings.TrimSuffix(queue.Redrive.Target, ".Arn")
	dead, ok := stack.queues[deadLetters]
	p.unless(ok && queue.Redrive.Receives > 0, "a message that always fails would never leave the queue")
	tried := time.Duration(queue.VisibilityTimeout*queue.Redrive.Receives) * time.Second
	p.unless(tried >= outage, "a message is tried for %s, less than an outage of %s", tried, outage)
	p.unless(queue.RetentionPeriod >= 4*int(outage.Seconds()), "MessageRetentionPeriod %d is too short for an outage", queue.RetentionPeriod)
	p.unless(dead.RetentionPeriod > queue.RetentionPeriod, "a dead letter expires with its message")
	age := int(outage.Seconds()) / 6
	p.unless(stack.watched(id, "ApproximateAgeOfOldestMessage", age), "no alarm says that messages of %s wait", id)
	p.unless(stack.watched(deadLetters, "ApproximateNumberOfMessagesVisible", 1), "no alarm says that there are dead letters")
}
