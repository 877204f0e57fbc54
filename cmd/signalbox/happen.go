package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/slack/slacktest"
)

// happening is something that can be had to happen in the dev environment.
type happening struct {
	Key, Label string
	// do makes it happen, and returns what to say of it.
	do func(e *environment, r *http.Request) string
}

const (
	// troubleFor is how long Slack fails.
	troubleFor = time.Minute
	// throttledCalls is how many calls Alibaba throttles: a few seconds of them.
	throttledCalls = 20
	// healthyCard is the one that runs out.
	healthyCard = 0
)

var happenings = []happening{
	{"sweep", "Sweep the fleet", (*environment).sweepNow},
	{"summary", "Send the daily summary", (*environment).summaryNow},
	{"renew", "A card renews", (*environment).renewCard},
	{"run-out", "A card runs out", (*environment).runOutCard},
	{"slack-fails", "Slack fails for a minute", (*environment).failSlack},
	{"throttle", "Alibaba throttles", (*environment).throttle},
	{"recover", "All work again", (*environment).recoverAll},
}

// happen makes the one that a form names happen.
func (e *environment) happen(r *http.Request) string {
	at := slices.IndexFunc(happenings, func(h happening) bool { return h.Key == r.PostFormValue("what") })
	if at < 0 {
		return "There is no such thing."
	}
	return happenings[at].do(e, r)
}

func (e *environment) sweepNow(r *http.Request) string { return e.invoke(r, "") }

func (e *environment) summaryNow(r *http.Request) string { return e.invoke(r, `{"payload":"summary"}`) }

// invoke asks alerts for a run, as its timer does.
func (e *environment) invoke(r *http.Request, body string) string {
	status, answer, err := step{method: http.MethodPost, url: e.base + "/alerts/invoke", body: body}.take(r.Context())
	if err != nil {
		return "The run was not made: " + err.Error()
	}
	return fmt.Sprintf("The run was answered with status %d: %s", status, answer)
}

func (e *environment) renewCard(*http.Request) string {
	id := e.cloud.ICCID(shownCard)
	e.cloud.SetCard(id, func(c *aliyuntest.Card) {
		c.UsedBytes, c.Expires = 0, time.Now().AddDate(0, 6, 0)
	})
	return "Card " + id + " has all of its data again."
}

func (e *environment) runOutCard(*http.Request) string {
	id := e.cloud.ICCID(healthyCard)
	e.cloud.SetCard(id, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
	return "Card " + id + " has used up its data."
}

func (e *environment) failSlack(*http.Request) string {
	e.slack.Refuse(slacktest.Refusal{For: troubleFor, Status: http.StatusServiceUnavailable, Body: "service_unavailable"})
	return "Slack fails for a minute: what it does not take waits for the next sweep."
}

func (e *environment) throttle(*http.Request) string {
	e.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Throttle, Count: throttledCalls})
	return fmt.Sprintf("Alibaba throttles the next %d calls.", throttledCalls)
}

func (e *environment) recoverAll(*http.Request) string {
	e.slack.ClearRefusals()
	e.cloud.ClearFaults()
	return "Slack and Alibaba work again."
}

// words is what was said last to whoever looks at the start page. It is safe for concurrent
// use.
type words struct {
	mu   sync.Mutex
	text string
}

func (w *words) say(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = text
}

func (w *words) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text
}
