package glossary_test

// exceptions are the words that are somebody else's, or mean another thing.
var exceptions = []exception{
	{word: "channel", text: "SIGNALBOX_SLACK_CHANNEL", reason: "Slack's own"},
	{word: "channel", text: "SlackChannel", reason: "likewise, a parameter of template.yaml"},
	{word: "channel", text: "channel_not_found", reason: "an error word of Slack's"},
	{path: "shared/slack/", word: "channel", reason: "Slack's own, where messages are posted"},
	{path: "internal/deploy/slack_test.go", word: "channel", reason: "likewise, in the name of a scope"},
	{path: "shared/receiver/", word: "channel", reason: "Slack's own"},
	{path: "functions/alerts/report.go", word: "escalated", text: "json:", reason: "the report keeps its members' names"},
	{path: "shared/notify/", word: "channel", reason: "Slack's own, where a bot posts"},
	{path: "shared/serve/", word: "memory", reason: "RAM: an instance has only so much"},
	{path: "internal/e2e/memory_test.go", word: "memory", reason: "RAM"},
	{path: "functions/conversion/ledger/remote.go", word: "memory", reason: "a section of Redis's INFO"},
	{path: "internal/redistest/ledger_test.go", word: "memory", reason: "RAM of a Redis"},
	{path: "internal/redistest/otpbench_test.go", word: "memory", reason: "likewise"},
	{path: "internal/deploy/", word: "memory", text: "MemorySize", reason: "RAM, by the platforms' own name"},
	{path: "internal/deploy/systemd_test.go", word: "memory", text: "MemoryDenyWriteExecute", reason: "RAM, by systemd's own name"},
	{path: "internal/deploy/kubernetes_test.go", word: "memory", reason: "RAM, by Kubernetes' own name"},
	{path: "shared/logging/", word: "hidden", reason: "a secret in a log, not a notification"},
	{path: "shared/aliyun/", word: "ended", reason: "an attempt's time, not an incident"},
	{path: "shared/forecast/", word: "ended", reason: "a card's data, not an incident"},
}
