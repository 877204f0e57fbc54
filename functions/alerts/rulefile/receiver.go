package rulefile

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"signalbox/shared/config"
	"signalbox/shared/language"
)

// Kind is what a receiver is.
type Kind string

// The kinds of receivers, as the file has them.
const (
	Slack    Kind = "slack"
	DingTalk Kind = "dingtalk"
	Feishu   Kind = "feishu"
	WeCom    Kind = "wecom"
	Webhook  Kind = "webhook"
)

var kinds = []Kind{Slack, DingTalk, Feishu, WeCom, Webhook}

// Receiver is one of the file's, with what its variables hold.
type Receiver struct {
	Name string
	Kind Kind
	Line int // where it is in the file
	// Channel is that of a Slack receiver by bot; "": it has a URL.
	Channel string
	// URL and Secret are what the variables that the file names hold.
	URL, Secret config.Secret
	// Language of what it gets to read; nil: as in the environment.
	Language *language.Language
	// AllowPrivate lets the URL resolve to a private network.
	AllowPrivate bool
}

// receiverName is one that can be a part of a key.
var receiverName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

func (p *parser) receiver(n *yaml.Node) {
	r := Receiver{Line: n.Line}
	known := fields{"name": func(n *yaml.Node) { r.Name = p.receiverName(n) }}
	for _, kind := range kinds {
		known[string(kind)] = func(n *yaml.Node) {
			if r.Kind != "" {
				p.fail(n, "is a second kind, beside %s: a receiver is one", r.Kind)
				return
			}
			r.Kind = kind
			p.settings(n, &r)
		}
	}
	before := len(p.mistakes)
	p.mapping(p.withoutMisplaced(n), known, "name")
	if r.Kind == "" && len(p.mistakes) == before {
		p.fail(n, "one of %s is missing", joinKinds())
	}
	p.receivers = append(p.receivers, r)
}

// settingNames are the keys inside a receiver's kind.
var settingNames = []string{"allow_private", "channel", "language", "secret_env", "url_env"}

// withoutMisplaced is a receiver without the settings that are beside its kind.
func (p *parser) withoutMisplaced(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	rest := *n
	rest.Content = nil
	kind := string(Slack)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; slices.Contains(kinds, Kind(key)) {
			kind = key
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; slices.Contains(settingNames, key.Value) {
			p.fail(key, "%s belongs inside the receiver's kind, as in %s: {%s: ...}", key.Value, kind, key.Value)
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

func (p *parser) receiverName(n *yaml.Node) string {
	switch {
	case n.Kind != yaml.ScalarNode || !receiverName.MatchString(n.Value):
		p.fail(n, "must be of a to z, 0 to 9, - and _, at most 40")
	case slices.ContainsFunc(p.receivers, func(r Receiver) bool { return r.Name == n.Value }):
		p.fail(n, "%s is the name of another receiver", n.Value)
	}
	return n.Value
}

// settings are those of one kind.
func (p *parser) settings(n *yaml.Node, r *Receiver) {
	known := fields{
		"url_env":       func(n *yaml.Node) { r.URL = p.variable(n) },
		"language":      func(n *yaml.Node) { r.Language = p.language(n) },
		"allow_private": func(n *yaml.Node) { r.AllowPrivate = p.yesNo(n) },
	}
	switch r.Kind {
	case Slack:
		delete(known, "allow_private")
		known["channel"] = func(n *yaml.Node) { r.Channel = p.channel(n) }
	case DingTalk, Feishu, Webhook:
		known["secret_env"] = func(n *yaml.Node) { r.Secret = p.variable(n) }
	case WeCom:
	}
	before := len(p.mistakes)
	p.mapping(n, known)
	switch {
	case len(p.mistakes) > before:
	case r.Kind == Slack && (r.Channel == "") == (r.URL == ""):
		p.fail(n, "needs channel, for the bot of SIGNALBOX_SLACK_BOT_TOKEN, or url_env, for an incoming webhook")
	case r.Kind == Slack && r.Channel != "" && p.variables("SIGNALBOX_SLACK_BOT_TOKEN") == "":
		p.fail(n, "SIGNALBOX_SLACK_BOT_TOKEN is not set; the bot needs it")
	case r.Kind != Slack && r.URL == "":
		p.fail(n, "url_env is missing")
	}
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// variable returns what a variable holds. It never repeats what is no name: it may be
// the secret itself.
func (p *parser) variable(n *yaml.Node) config.Secret {
	if n.Kind != yaml.ScalarNode || !variableName.MatchString(n.Value) {
		p.fail(n, "must be the name of a variable, which holds the value")
		return ""
	}
	value := p.variables(n.Value)
	if value == "" {
		p.fail(n, "variable %s is not set", n.Value)
	}
	return config.Secret(value)
}

func (p *parser) channel(n *yaml.Node) string {
	channel, ok := p.text(n)
	if ok && strings.HasPrefix(channel, "#") {
		p.fail(n, "must be the id of the channel, such as C0123456789, not its name")
	}
	return channel
}

func (p *parser) oneOf(n *yaml.Node, values ...string) string {
	if n.Kind != yaml.ScalarNode || !slices.Contains(values, n.Value) {
		p.fail(n, "must be one of %s", strings.Join(values, ", "))
	}
	return n.Value
}

func (p *parser) language(n *yaml.Node) *language.Language {
	l := new(language.Language)
	if err := l.UnmarshalText([]byte(n.Value)); err != nil {
		p.fail(n, "%v", err)
	}
	return l
}

func (p *parser) yesNo(n *yaml.Node) bool { return p.oneOf(n, "true", "false") == "true" }
