// Package receiver has the receivers and routes of the rules file, with which every
// function notifies people: who is notified, how each of them is reached, and of what. A
// function gives only the facts of its incidents that routes go by.
//
// The rules file has more than that. What it says of cards, package rulefile of alerts
// reads, with the help of [Parts].
package receiver

import (
	"signalbox/shared/config"
	"signalbox/shared/language"
)

// Kind is what a receiver is.
type Kind string

// The kinds of receivers, as the file has them.
const (
	KindSlack    Kind = "slack"
	KindDingTalk Kind = "dingtalk"
	KindFeishu   Kind = "feishu"
	KindWeCom    Kind = "wecom"
	KindWebhook  Kind = "webhook"
)

var kinds = []Kind{KindSlack, KindDingTalk, KindFeishu, KindWeCom, KindWebhook}

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
