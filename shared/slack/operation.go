package slack

import (
	"net/http"

	"signalbox/shared/delivery"
)

// operation is what a request is for. It decides what an answer of Slack's means:
// "is_archived" for a new message says that the channel cannot be used, for an
// update that the message is lost.
type operation string

const (
	checking  operation = "" // a message before it is sent
	byWebhook operation = "webhook"
	posting   operation = "post"
	updating  operation = "update"
	replying  operation = "reply"
	uploading operation = "upload"
	searching operation = "find"
	asking    operation = "ask"
)

// attempted says in words what o was to do.
func (o operation) attempted() string {
	switch o {
	case byWebhook, posting:
		return "post to slack"
	case updating:
		return "update a slack message"
	case replying:
		return "reply in a slack thread"
	case uploading:
		return "upload a file to slack"
	case searching:
		return "find a message in slack"
	case asking:
		return "ask slack whose token it is"
	default:
		return "check a slack message"
	}
}

// classify returns the kind of an answer that is not Slack's "ok". Slack's word
// goes before the status, which differs between sources for the same word.
func (o operation) classify(status int, word string) delivery.Kind {
	switch subjectOf(word) {
	case aboutToken:
		return delivery.KindConfig
	case aboutMethod:
		return o.choose(delivery.KindConfig, delivery.KindConfig, delivery.KindRejected)
	case aboutChannel:
		return o.choose(delivery.KindConfig, delivery.KindLost, delivery.KindRejected)
	case aboutThread:
		return o.choose(delivery.KindUnknown, delivery.KindLost, delivery.KindLost)
	case aboutContent:
		return delivery.KindRejected
	case aboutRate:
		return delivery.KindRateLimited
	case aboutSlack, aboutOutcome:
		return delivery.KindUnavailable
	default:
		return o.classifyStatus(status, word)
	}
}

// choose returns what a word means for a new message, for an update or reply,
// and for what a bot can do without: files and looking back.
func (o operation) choose(newMessage, ofMessage, optional delivery.Kind) delivery.Kind {
	switch o {
	case updating, replying:
		return ofMessage
	case uploading, searching:
		return optional
	default:
		return newMessage
	}
}

// classifyStatus returns the kind of an answer whose word is unknown or missing.
// Only a webhook's URL is known to be wrong where the status says so: it is all
// that such a request consists of. A word that nobody knows is about one message.
func (o operation) classifyStatus(status int, word string) delivery.Kind {
	switch {
	case status == http.StatusTooManyRequests:
		return delivery.KindRateLimited
	case status >= 500, status == http.StatusRequestTimeout:
		return delivery.KindUnavailable
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge:
		return delivery.KindRejected
	case o == byWebhook: // a redirect, 403, 404, 410, or 200 from something that is not Slack
		return delivery.KindConfig
	case status == http.StatusOK && word == "": // half an answer, or a page of something between
		return delivery.KindUnavailable
	case status >= 300 && status < 400: // the workspace does not exist any more
		return o.choose(delivery.KindConfig, delivery.KindConfig, delivery.KindUnknown)
	}
	return delivery.KindUnknown
}

// rejected and lost are failures of calls that are not made at all.
func (o operation) rejected(reason string) *delivery.Error {
	return &delivery.Error{Kind: delivery.KindRejected, Reason: reason, Attempted: o.attempted()}
}

func (o operation) lost(reason string) *delivery.Error {
	return &delivery.Error{Kind: delivery.KindLost, Reason: reason, Attempted: o.attempted()}
}
