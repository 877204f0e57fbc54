package deploy_test

import (
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// The fc types of a trigger that EventBridge feeds from an MNS queue.
//
// https://github.com/devsapp/fc3/blob/master/docs/zh/yaml/triggers.md
type (
	fcQueue struct {
		Enable  *bool      `yaml:"triggerEnable"`
		Async   *bool      `yaml:"asyncInvocationType"`
		Pattern string     `yaml:"eventRuleFilterPattern"`
		Source  fcSource   `yaml:"eventSourceConfig"`
		Sink    fcSink     `yaml:"eventSinkConfig"`
		Options fcStreamed `yaml:"runOptions"`
	}
	fcSource struct {
		Type       string `yaml:"eventSourceType"`
		Parameters struct {
			MNS struct {
				QueueName      string `yaml:"QueueName"`
				IsBase64Decode *bool  `yaml:"IsBase64Decode"`
			} `yaml:"sourceMNSParameters"`
		} `yaml:"eventSourceParameters"`
	}
	fcSink struct {
		Delivery struct {
			Schema string `yaml:"eventSchema"`
		} `yaml:"deliveryOption"`
	}
	fcStreamed struct {
		Mode      string `yaml:"mode"`
		Tolerance string `yaml:"errorsTolerance"`
		Retry     struct {
			Strategy string `yaml:"PushRetryStrategy"`
		} `yaml:"retryStrategy"`
		DeadLetters struct {
			Arn string `yaml:"Arn"`
		} `yaml:"deadLetterQueue"`
		Batch struct {
			Count int `yaml:"CountBasedWindow"`
			Time  int `yaml:"TimeBasedWindow"`
		} `yaml:"batchWindow"`
	}
)

func (p *problems) fcQueue(node yaml.Node) {
	var q fcQueue
	p.decode(node, &q)
	p.unless(q.Enable != nil && *q.Enable, "the queue's trigger is not enabled")
	p.unless(q.Async != nil && !*q.Async, "an asynchronous call counts as done before it is")
	p.unless(q.Pattern == "{}", "eventRuleFilterPattern leaves messages out")
	p.unless(q.Source.Type == "MNS" && q.Source.Parameters.MNS.QueueName != "", "the trigger has no queue")
	p.unless(q.Sink.Delivery.Schema == "CloudEvents", "eventSchema %q has neither id nor time", q.Sink.Delivery.Schema)
	p.unless(q.Options.Mode == "event-streaming", "runOptions count only in mode event-streaming")
	p.unless(q.Options.Retry.Strategy == "EXPONENTIAL_DECAY_RETRY", "a message is tried for less than an outage of %s", outage)
	p.unless(q.Options.Tolerance == "ALL", "a message that always fails would stop the queue")
	p.unless(strings.Contains(q.Options.DeadLetters.Arn, ":/queues/"), "a message that always fails would be dropped")
	p.unless(q.Options.Batch.Count == 1, "a message that fails would repeat its whole batch")
}

var comment = regexp.MustCompile(`(?m)^        # ((?:- triggerName: conversions|  ).*)$`)

// withQueue takes the # off the trigger that s.yaml has as a comment.
func withQueue(text []byte) string { return comment.ReplaceAllString(string(text), "        $1") }

// TestQueueInAComment reads the trigger that s.yaml has as a comment, and proves
// that the check can fail.
func TestQueueInAComment(t *testing.T) {
	t.Parallel()
	text := withQueue(read(t, "s.yaml"))
	if _, found := fcFile([]byte(text)); len(found) > 0 || !strings.Contains(text, "\n          triggerType: eventbridge\n") {
		t.Errorf("with the queue's trigger: %q\n%s", found, text)
	}
	for _, m := range []mistake{
		{"triggerEnable: true", "triggerEnable: false", "not enabled"},
		{"asyncInvocationType: false", "asyncInvocationType: true", "counts as done"},
		{`eventRuleFilterPattern: "{}"`, `eventRuleFilterPattern: "{\"source\":[]}"`, "leaves messages out"},
		{"eventSourceType: MNS", "eventSourceType: Kafka", "has no queue"},
		{"QueueName:", "Queue:", "field Queue not found"},
		{"eventSchema: CloudEvents", "eventSchema: RawData", "neither id nor time"},
		{"mode: event-streaming", "mode: event-driven", "only in mode"},
		{"EXPONENTIAL_DECAY_RETRY", "BACKOFF_RETRY", "less than an outage"},
		{"errorsTolerance: ALL", "errorsTolerance: NONE", "stop the queue"},
		{"Arn: acs:mns", "Arn: \"\" # acs:mns", "be dropped"},
		{"CountBasedWindow: 1", "CountBasedWindow: 10", "repeat its whole batch"},
	} {
		spoilt := strings.Replace(text, m.old, m.mistaken, 1)
		if _, found := fcFile([]byte(spoilt)); spoilt == text || !strings.Contains(strings.Join(found, "\n"), m.want) {
			t.Errorf("problems after %q became %q = %q, want %q", m.old, m.mistaken, found, m.want)
		}
	}
}
