package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"

	"signalbox/functions/alerts"
	"signalbox/functions/cardflow"
	"signalbox/functions/conversion"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve"
	"signalbox/shared/slack/slacktest"
)

const (
	// The key and the token are known to the fakes alone.
	devKeyID  = "signalbox-dev-key"
	devSecret = "signalbox-dev-secret" //nolint:gosec // opens nothing but the fake
	devToken  = "signalbox-dev-token"  //nolint:gosec // opens nothing but the functions of this process

	// leastCards has the fleet's three cards for demonstrations: a healthy
	// one, one that is about to expire, and one that is nearly used up.
	leastCards = 3
	// shownCard is the one that is nearly used up.
	shownCard = 2
)

// environment is the dev environment: the three functions and fakes of the
// clouds they call, behind one address.
type environment struct {
	*http.ServeMux
	base  string
	cloud *aliyuntest.Server
	slack *slacktest.Server
}

// newEnvironment builds everything that answers at base. The functions are made from
// an environment, as a deployed one is.
func newEnvironment(base, folder string, cards int, logs io.Writer) (*environment, error) {
	e := &environment{
		ServeMux: http.NewServeMux(),
		base:     base,
		cloud:    aliyuntest.New(aliyuntest.Options{AccessKeyID: devKeyID, AccessKeySecret: devSecret, Cards: cards}),
		slack:    slacktest.New(slacktest.Options{}),
	}
	environ := e.environ(filepath.Join(folder, "alerts.db"))
	flow, flowErr := cardflow.FromEnv(environ, logs)
	convert, convertErr := conversion.FromEnv(environ, logs)
	alert, alertErr := alerts.FromEnv(environ, logs)
	if err := errors.Join(flowErr, convertErr, alertErr); err != nil {
		return nil, err
	}
	err := errors.Join(
		e.mount(serve.Function{Name: "cardflow", Handler: flow, Logger: flow.Logger, Meter: flow.Meter}, "/cards/", "/healthz"),
		e.mount(serve.Function{Name: "conversion", Handler: convert, Batch: convert.Batch, Logger: convert.Logger, Meter: convert.Meter}, "/conversions"),
		e.mount(serve.Function{Name: "alerts", Handler: alert, Scheduled: alert.Scheduled, Logger: alert.Logger, Meter: alert.Meter}, "/invoke"),
	)
	e.mountFakes()
	return e, err
}

// environ is the configuration of all three functions.
func (e *environment) environ(stateFile string) []string {
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + devKeyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + devSecret,
		"SIGNALBOX_LINKCARD_ENDPOINT=" + e.base,
		"SIGNALBOX_DYSMS_ENDPOINT=" + e.base,
		"SIGNALBOX_API_TOKENS=" + devToken,
		"SIGNALBOX_SLACK_WEBHOOK_URL=" + e.base + e.slack.WebhookPath(),
		"SIGNALBOX_STATE_FILE=" + stateFile,
		"SIGNALBOX_LOG_LEVEL=warn",
	}
}

// mount serves paths by a function, as a plain HTTP deployment does.
func (e *environment) mount(f serve.Function, paths ...string) error {
	handler, err := serve.Handler(f)
	if err != nil {
		return err
	}
	for _, path := range paths {
		e.Handle(path, handler)
	}
	return nil
}

// mountFakes puts the clouds beside the functions: Alibaba's gateway answers
// at the root, as the real one does, and Slack under its own paths.
func (e *environment) mountFakes() {
	for _, path := range []string{"/services/", "/api/", "/upload/", "/inbox", "/inbox.json", "/inbox.txt", "/inbox/"} {
		e.Handle(path, e.slack)
	}
	e.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && !r.URL.Query().Has("Action") {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, e.welcome()) // The caller may not be there any more.
			return
		}
		e.cloud.ServeHTTP(w, r)
	})
}

// welcome says what to try.
func (e *environment) welcome() string {
	var text strings.Builder
	fmt.Fprintf(&text, "Signalbox on %s: %d cards, fakes of Alibaba Cloud and Slack. Try:\n\n", e.base, e.cloud.Cards())
	for _, s := range e.steps() {
		fmt.Fprintf(&text, "%s:\n  %s\n", s.title, s.curl())
	}
	fmt.Fprintf(&text, "\nSlack inbox: %s/inbox\n", e.base)
	return text.String()
}
