package doctor

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"

	"signalbox/shared/logging"
	"signalbox/shared/outbound"
	"signalbox/shared/receiver"
)

// receivers looks at each of the rules file, at the same time.
func (e *examination) receivers(ctx context.Context) []Result {
	examined, _, err := e.rules()
	if err != nil {
		return nil // the check of the rules file says so
	}
	found := make([][]Result, len(examined.File.Receivers))
	var all sync.WaitGroup
	for i, r := range examined.File.Receivers {
		all.Go(func() { found[i] = e.receiver(ctx, r) })
	}
	all.Wait()
	return slices.Concat(found...)
}

func (e *examination) receiver(ctx context.Context, r receiver.Receiver) []Result {
	name, s := "receiver "+r.Name, e.alerts.Slack.Slack
	if r.Kind == receiver.KindSlack && r.Channel != "" {
		if !s.Bot() {
			return nil // the check of the rules file says so
		}
		return bot(ctx, name, s, r.Channel, "channel in the rules file")
	}
	if r.URL == "" {
		return nil // likewise
	}
	if _, err := receiver.Open(receiver.File{Receivers: []receiver.Receiver{r}}, s, logging.Discard()); err != nil {
		// Its beginning says where in the file, as the name does.
		text := err.Error()
		return []Result{{name, Failed, text[strings.LastIndex(text, r.Name+": ")+len(r.Name)+2:], "correct the variable that its url_env names"}}
	}
	if r.Kind == receiver.KindSlack {
		return []Result{slackWebhook(ctx, name, string(r.URL), "the variable that its url_env names")}
	}
	to, err := url.Parse(string(r.URL))
	if err != nil {
		return nil // it was opened
	}
	if kind := kindOf(to.Hostname()); kind != "" && kind != r.Kind {
		return []Result{{name, Failed, "its address is one of " + string(kind) + ", and it is " + string(r.Kind), "correct its kind in the rules file, or the variable that its url_env names"}}
	}
	if err := outbound.Resolve(ctx, to, r.AllowPrivate); err != nil {
		return []Result{{name, Failed, err.Error(), "correct the variable that its url_env names, or the resolver; an own server in a private network wants allow_private: true"}}
	}
	return []Result{{name, OK, to.Hostname() + " may be posted to; signalbox test-message does", ""}}
}

// vendorHosts are where the vendors' robots are.
var vendorHosts = map[receiver.Kind][]string{
	receiver.KindSlack:    slackHosts,
	receiver.KindDingTalk: {"oapi.dingtalk.com", "api.dingtalk.com"},
	receiver.KindFeishu:   {"open.feishu.cn", "open.larksuite.com"},
	receiver.KindWeCom:    {"qyapi.weixin.qq.com"},
}

// kindOf is whose a host is; "": nobody's that is known.
func kindOf(host string) receiver.Kind {
	for kind, hosts := range vendorHosts {
		if slices.Contains(hosts, host) {
			return kind
		}
	}
	return ""
}
