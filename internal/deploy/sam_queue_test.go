package deploy_test

import (
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// outage is how long Alibaba may fail and no message be lost.
const outage = 6 * time.Hour

// samQueues are the queues by their logical id, and the alarms on them.
type samQueues struct {
	queues map[string]samQueue
	alarms []samAlarm
}

// samQueues reads what is no function.
func (p *problems) samQueues(document samDocument) samQueues {
	found := samQueues{queues: make(map[string]samQueue)}
	for id, resource := range document.Resources {
		switch resource.Type {
		case "AWS::Serverless::Function":
		case "AWS::SQS::Queue":
			var queue samQueue
			p.decode(resource.Properties, &queue)
			found.queues[id] = queue
		case "AWS::CloudWatch::Alarm":
			where := problems{at: id + ": "}
			found.alarms = append(found.alarms, where.samAlarm(resource.Properties))
			p.found = append(p.found, where.found...)
		default:
			p.unless(false, "%s: no check knows the type %q", id, resource.Type)
		}
	}
	return found
}

// samAlarm wants an alarm that sounds for the worst moment of its period, says nothing
// of an empty queue, and reaches somebody.
func (p *problems) samAlarm(node yaml.Node) samAlarm {
	var a samAlarm
	p.decode(node, &a)
	p.unless(a.Namespace == "AWS/SQS" && len(a.Dimensions) == 1 && a.Dimensions[0].Name == "QueueName", "the alarm is on no queue")
	p.unless(a.Statistic == "Maximum" && a.Comparison == "GreaterThanOrEqualToThreshold", "the alarm is not on the maximum")
	p.unless(a.Period >= 60 && a.Evaluations == 1 && a.Threshold > 0, "the alarm has no period or threshold")
	p.unless(a.Missing == "notBreaching", "TreatMissingData is %q: an idle queue has no data", a.Missing)
	p.unless(a.Actions.Tag == "!If" && a.OKActions.Tag == "!If", "the alarm notifies nobody")
	return a
}

// watched reports whether an alarm is on a metric of the queue with an id.
func (q samQueues) watched(id, metric string, atMost int) bool {
	return slices.ContainsFunc(q.alarms, func(a samAlarm) bool {
		on := len(a.Dimensions) == 1 && a.Dimensions[0].Value == id+".QueueName"
		return on && a.Metric == metric && a.Threshold <= atMost
	})
}

func (p *problems) samSQS(node yaml.Node, timeout int, queues samQueues) {
	var s samSQS
	p.decode(node, &s)
	p.unless(slices.Equal(s.ResponseTypes, []string{"ReportBatchItemFailures"}), "one bad message would repeat its whole batch")
	id := strings.TrimSuffix(s.Queue, ".Arn")
	queue, ok := queues.queues[id]
	p.unless(ok, "Queue %q is no queue's Arn", s.Queue)
	p.unless(queue.VisibilityTimeout >= 6*timeout, "VisibilityTimeout %d is below six times the Timeout %d", queue.VisibilityTimeout, timeout)
	deadLetters := strings.TrimSuffix(queue.Redrive.Target, ".Arn")
	dead, ok := queues.queues[deadLetters]
	p.unless(ok && queue.Redrive.Receives > 0, "a message that always fails would never leave the queue")
	tried := time.Duration(queue.VisibilityTimeout*queue.Redrive.Receives) * time.Second
	p.unless(tried >= outage, "a message is tried for %s, less than an outage of %s", tried, outage)
	p.unless(queue.RetentionPeriod >= 4*int(outage.Seconds()), "MessageRetentionPeriod %d is too short for an outage", queue.RetentionPeriod)
	p.unless(dead.RetentionPeriod > queue.RetentionPeriod, "a dead letter expires with its message")
	age := int(outage.Seconds()) / 6
	p.unless(queues.watched(id, "ApproximateAgeOfOldestMessage", age), "no alarm says that messages of %s wait", id)
	p.unless(queues.watched(deadLetters, "ApproximateNumberOfMessagesVisible", 1), "no alarm says that there are dead letters")
}
