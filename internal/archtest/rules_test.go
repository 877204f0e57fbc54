package archtest_test

import "slices"

// A layer is a row of packages that know those below, and each other, and
// nothing above.
type layer struct {
	name     string
	packages []string
}

// order is the one direction in which dependencies point, lowest first. A
// pattern is as matches describes. Every package of ours stands in one layer.
var order = []layer{
	{"vocabulary", []string{
		"signalbox/shared/card",
		"signalbox/shared/cardlink",
		"signalbox/shared/country",
		"signalbox/shared/delivery",
		"signalbox/shared/forecast",
		"signalbox/shared/incident",
		"signalbox/shared/incidentlink",
		"signalbox/shared/otplink",
		"signalbox/shared/plaintext",
		"signalbox/shared/route",
		"signalbox/shared/signedlink",
		"signalbox/functions/*/dial",
		"signalbox/functions/*/flow",
		"signalbox/functions/*/rule",
		"signalbox/functions/*/watch",
		"signalbox/functions/*/window",
	}},
	{"tools", []string{
		"signalbox/doc",
		"signalbox/shared/aliyun",
		"signalbox/shared/aliyun/credential",
		"signalbox/shared/buildinfo",
		"signalbox/shared/config",
		"signalbox/shared/htmlpage",
		"signalbox/shared/language",
		"signalbox/shared/logging",
		"signalbox/shared/metric",
		"signalbox/shared/notify",
		"signalbox/shared/outbound",
		"signalbox/shared/quota",
		"signalbox/shared/redisdial",
		"signalbox/shared/serve/event",
		"signalbox/shared/serve/function",
		"signalbox/shared/slack",
		"signalbox/shared/store",
		"signalbox/shared/store/dynamodb",
		"signalbox/shared/store/tablestore",
		"signalbox/shared/strictyaml",
		"signalbox/shared/web",
	}},
	{"operations", []string{
		"signalbox/shared/aliyun/dysms",
		"signalbox/shared/aliyun/linkcard",
	}},
	{"wiring", []string{
		"signalbox/shared/dingtalk",
		"signalbox/shared/feishu",
		"signalbox/shared/layout",
		"signalbox/shared/receiver",
		"signalbox/shared/upstream",
		"signalbox/shared/webhook",
		"signalbox/shared/wecom",
	}},
	{"functions", []string{
		"signalbox/functions/*",
		"signalbox/functions/*/action",
		"signalbox/functions/*/fleet",
		"signalbox/functions/*/intake",
		"signalbox/functions/*/ledger",
		"signalbox/functions/*/lookup",
		"signalbox/functions/*/message",
		"signalbox/functions/*/otpwatch",
		"signalbox/functions/*/outbox",
		"signalbox/functions/*/page",
		"signalbox/functions/*/rulefile",
		"signalbox/functions/*/words",
	}},
	{"platforms", []string{"signalbox/shared/serve"}},
	{"fakes and laws", slices.Concat(fakes, []string{
		"signalbox/internal/*",
		"signalbox/shared/serve/internal/...",
	})},
	{"executables", []string{
		"signalbox/functions/*/bootstrap",
		"signalbox/cmd/...",
	}},
}

var fakes = []string{
	"signalbox/shared/aliyun/aliyuntest",
	"signalbox/shared/dingtalk/dingtalktest",
	"signalbox/shared/feishu/feishutest",
	"signalbox/shared/outbound/outboundtest",
	"signalbox/shared/slack/slacktest",
	"signalbox/shared/webhook/webhooktest",
	"signalbox/shared/wecom/wecomtest",
	"signalbox/shared/serve/servetest",
	"signalbox/shared/store/storetest",
	"signalbox/shared/store/tablestore/tablestoretest",
	"signalbox/functions/*/ledger/ledgertest",
}

// A rule says what the packages it binds may import. Both lists hold patterns
// as matches describes them.
type rule struct {
	reason string
	binds  []string
	// deep extends the rule from a package's own import lines to everything
	// that comes with them.
	deep bool
	may  []string
}

// rules are the laws beside order.
var rules = []rule{
	{
		reason: "the vocabulary is values in, values out: callers reach, log and keep",
		binds:  order[0].packages,
		may:    slices.Concat([]string{"std", "!os", "!os/..."}, order[0].packages),
	},
	{
		// Not os: fmt itself brings it.
		reason: "the vocabulary does not know how it is reached, not even through others",
		binds:  order[0].packages,
		deep:   true,
		may:    []string{"...", "!net/http", "!log/slog"},
	},
	{
		reason: "shared/serve alone knows which platform runs us",
		binds:  []string{"signalbox/...", "!signalbox/shared/serve"},
		may:    []string{"...", "!github.com/aws/aws-lambda-go/...", "!github.com/aliyun/fc-runtime-go-sdk/..."},
	},
	{
		reason: "one package speaks to each database",
		binds:  []string{"signalbox/...", "!signalbox/shared/store/dynamodb", "!signalbox/shared/store/tablestore", "!signalbox/internal/dynalitetest"},
		may:    []string{"...", "!github.com/aws/aws-sdk-go-v2/...", "!github.com/aws/smithy-go/...", "!github.com/aliyun/aliyun-tablestore-go-sdk/..."},
	},
	{
		reason: "conversion counts in a file or Redis, and does not carry what it cannot use",
		binds:  []string{"signalbox/functions/conversion/bootstrap", "signalbox/functions/cardflow/bootstrap"},
		deep:   true,
		may:    []string{"...", "!signalbox/shared/store/dynamodb", "!signalbox/shared/store/tablestore"},
	},
	{
		reason: "the client is handed what it needs: shared/upstream reads the environment and counts",
		binds:  []string{"signalbox/shared/aliyun", "signalbox/shared/aliyun/credential"},
		deep:   true,
		may:    []string{"...", "!signalbox/shared/config", "!signalbox/shared/metric"},
	},
	{
		reason: "shared/web answers for any function: what a card is, cardflow knows",
		binds:  []string{"signalbox/shared/web"},
		deep:   true,
		may:    []string{"...", "!signalbox/shared/card"},
	},
	{
		reason: "notifications are about anything: what one says comes in through an interface",
		binds:  []string{"signalbox/shared/notify"},
		deep:   true,
		may:    []string{"...", "!signalbox/shared/card", "!signalbox/shared/forecast", "!signalbox/functions/..."},
	},
	{
		reason: "a platform serves any function, so it knows none",
		binds:  []string{"signalbox/shared/serve"},
		deep:   true,
		may:    []string{"...", "!signalbox/functions/..."},
	},
	{
		reason: "a fake that shares code with the client is wrong where the client is wrong",
		binds: []string{
			"signalbox/shared/aliyun/aliyuntest", "signalbox/shared/slack/slacktest", "signalbox/shared/outbound/outboundtest",
			"signalbox/shared/dingtalk/dingtalktest", "signalbox/shared/feishu/feishutest",
			"signalbox/shared/wecom/wecomtest", "signalbox/shared/webhook/webhooktest",
			"signalbox/shared/store/tablestore/tablestoretest",
		},
		may: []string{"...", "!signalbox/...", "signalbox/shared/outbound/outboundtest"},
	},
	{
		reason: "the fake platforms run a built executable and know it from outside only",
		binds:  []string{"signalbox/shared/serve/servetest"},
		deep:   true,
		may:    []string{"...", "!signalbox/functions/..."},
	},
	{
		reason: "what holds answers against the contract is for tests alone",
		binds:  []string{"signalbox/...", "!signalbox/internal/..."},
		deep:   true,
		may:    []string{"...", "!signalbox/internal/contract", "!github.com/getkin/kin-openapi/..."},
	},
	{
		reason: "what is deployed carries nothing made for tests",
		binds:  []string{"signalbox/functions/*/bootstrap"},
		deep:   true,
		may:    slices.Concat([]string{"...", "!testing", "!testing/...", "!net/http/httptest"}, not(fakes)),
	},
}

// downward turns order into rules.
func downward(order []layer) []rule {
	var below []string
	var rules []rule
	for _, l := range order {
		below = slices.Concat(below, l.packages)
		rules = append(rules, rule{
			reason: "dependencies point one way: the " + l.name + " know nothing above them",
			binds:  l.packages,
			may:    slices.Concat([]string{"...", "!signalbox/..."}, below),
		})
	}
	return rules
}

// apart keeps each function among packages to itself.
func apart(packages []listed) []rule {
	var rules []rule
	for _, p := range packages {
		if matches([]string{"signalbox/functions/*"}, p.ImportPath) {
			rules = append(rules, rule{
				reason: "no function knows another: what two need is shared",
				binds:  []string{p.ImportPath + "/..."},
				deep:   true,
				may:    []string{"...", "!signalbox/functions/...", p.ImportPath + "/..."},
			})
		}
	}
	return rules
}

// not turns patterns into their exceptions.
func not(patterns []string) []string {
	exceptions := make([]string, len(patterns))
	for i, pattern := range patterns {
		exceptions[i] = "!" + pattern
	}
	return exceptions
}
