package receiver

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"signalbox/shared/config"
	"signalbox/shared/language"
	"signalbox/shared/strictyaml"
)

// receiverName is one that can be a part of a key.
var receiverName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

func (p *Parts) receiver(n *yaml.Node) {
	r := Receiver{Line: n.Line}
	known := strictyaml.Fields{"name": func(n *yaml.Node) { r.Name = p.receiverName(n) }}
	for _, kind := range kinds {
		known[string(kind)] = func(n *yaml.Node) {
			if r.Kind != "" {
				p.Fail(n, "is a second kind, beside %s: a receiver is one", r.Kind)
				return
			}
			r.Kind = kind
			p.settings(n, &r)
		}
	}
	before := p.Mistakes()
	p.Mapping(p.withoutMisplaced(n), known, "name")
	if r.Kind == "" && p.Mistakes() == before {
		p.Fail(n, "one of %s is missing", joinKinds())
	}
	p.receivers = append(p.receivers, r)
}

// settingNames are the keys inside a receiver's kind.
var settingNames = []string{"allow_private", "channel", "language", "secret_env", "url_env"}

// withoutMisplaced is a receiver without the settings that are beside its kind.
func (p *Parts) withoutMisplaced(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	rest := *n
	rest.Content = nil
	kind := string(KindSlack)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; slices.Contains(kinds, Kind(key)) {
			kind = key
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; slices.Contains(settingNames, key.Value) {
			p.Fail(key, "%s belongs inside the receiver's kind, as in %s: {%s: ...}", key.Value, kind, key.Value)
			continue
		}
		rest.Content = append(rest.Content, n.Content[i], n.Content[i+1])
	}
	return &rest
}

func joinKinds() string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	return strings.Join(names, ", ")
}

func (p *Parts) receiverName(n *yaml.Node) string {
	switch {
	case n.Kind != yaml.ScalarNode || !receiverName.MatchString(n.Value):
		p.Fail(n, "must be of a to z, 0 to 9, - and _, at most 40")
	case slices.ContainsFunc(p.receivers, func(r Receiver) bool { return r.Name == n.Value }):
		p.Fail(n, "%s is the name of another receiver", n.Value)
	}
	return n.Value
}

// settings are those of one kind.
func (p *Parts) settings(n *yaml.Node, r *Receiver) {
	known := strictyaml.Fields{
		"url_env":       func(n *yaml.Node) { r.URL = p.variable(n) },
		"language":      func(n *yaml.Node) { r.Language = p.language(n) },
		"allow_private": func(n *yaml.Node) { r.AllowPrivate = p.YesNo(n) },
	}
	switch r.Kind {
	case KindSlack:
		delete(known, "allow_private")
		known["channel"] = func(n *yaml.Node) { r.Channel = p.channel(n) }
	case KindDingTalk, KindFeishu, KindWebhook:
		known["secret_env"] = func(n *yaml.Node) { r.Secret = p.variable(n) }
	case KindWeCom:
	}
	before := p.Mistakes()
	p.Mapping(n, known)
	switch {
	case p.Mistakes() > before:
	case r.Kind == KindSlack && (r.Channel == "") == (r.URL == ""):
		p.Fail(n, "needs channel, for the bot of SIGNALBOX_SLACK_BOT_TOKEN, or url_env, for an incoming webhook")
	case r.Kind == KindSlack && r.Channel != "" && p.variables("SIGNALBOX_SLACK_BOT_TOKEN") == "":
		p.Fail(n, "SIGNALBOX_SLACK_BOT_TOKEN is not set; the bot needs it")
	case r.Kind != KindSlack && r.URL == "":
		p.Fail(n, "url_env is missing")
	}
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// variable returns what a variable holds. It never repeats what is no name: it may be
// the secret itself.
func (p *Parts) variable(n *yaml.Node) config.Secret {
	if n.Kind != yaml.ScalarNode || !variableName.MatchString(n.Value) {
		p.Fail(n, "must be the name of a variable, which holds the value")
		return ""
	}
	value := p.variables(n.Value)
	if value == "" {
		p.Fail(n, "variable %s is not set", n.Value)
	}
	return config.Secret(value)
}

func (p *Parts) channel(n *yaml.Node) string {
	channel, ok := p.Text(n)
	if ok && strings.HasPrefix(channel, "#") {
		p.Fail(n, "must be the id of the channel, such as C0123456789, not its name")
	}
	return channel
}

func (p *Parts) language(n *yaml.Node) *language.Language {
	l := new(language.Language)
	if err := l.UnmarshalText([]byte(n.Value)); err != nil {
		p.Fail(n, "%v", err)
	}
	return l
}
