package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"signalbox/shared/dingtalk/dingtalktest"
	"signalbox/shared/feishu/feishutest"
	"signalbox/shared/outbound/outboundtest"
	"signalbox/shared/webhook/webhooktest"
	"signalbox/shared/wecom/wecomtest"
)

// devRules has a receiver of each kind, which all get everything.
const devRules = `version: 1
receivers:
  - {name: slack, %s}
  - {name: dingtalk, dingtalk: {url_env: DINGTALK_URL, secret_env: DINGTALK_SECRET}}
  - {name: feishu, feishu: {url_env: FEISHU_URL, secret_env: FEISHU_SECRET}}
  - {name: wecom, wecom: {url_env: WECOM_URL}}
  - {name: webhook, webhook: {url_env: HOOK_URL, secret_env: HOOK_SECRET}}
`

// devReceiver is a fake of a receiver beside Slack.
type devReceiver struct {
	name, variable, path string
	fake                 *outboundtest.Server
}

func newDevReceivers() []devReceiver {
	return []devReceiver{
		{"DingTalk", "DINGTALK", dingtalktest.Path, dingtalktest.New(devSecret, nil)},
		{"Feishu", "FEISHU", feishutest.Path, feishutest.New(devSecret, nil)},
		{"WeCom", "WECOM", wecomtest.Path, wecomtest.New(nil)},
		{"Webhook", "HOOK", webhooktest.Path, webhooktest.New(devSecret, nil)},
	}
}

// inboxPath is where its inbox is.
func (r devReceiver) inboxPath() string { return "/inbox/" + strings.ToLower(r.name) }

// receiversEnviron are the variables that the rules file names, and that of the file.
func (e *environment) receiversEnviron() []string {
	environ := []string{"SIGNALBOX_RULES_FILE=" + e.rulesFile()}
	for _, r := range e.receivers {
		environ = append(environ, r.variable+"_URL="+e.base+r.path)
		if r.variable != "WECOM" {
			environ = append(environ, r.variable+"_SECRET="+devSecret)
		}
	}
	return environ
}

func (e *environment) rulesFile() string { return filepath.Join(e.folder, "rules.yaml") }

func (e *environment) writeRules() error {
	return os.WriteFile(e.rulesFile(), fmt.Appendf(nil, devRules, e.slackReceiver()), 0o600)
}

// mountReceivers puts the fakes under the vendors' own paths, and their inboxes.
func (e *environment) mountReceivers() {
	for _, r := range e.receivers {
		path, _, _ := strings.Cut(r.path, "?")
		e.Handle("POST "+path, r.fake)
		e.Handle("GET "+r.inboxPath(), r.fake)
	}
}
