package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/cardflow"
	"signalbox/functions/conversion"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/incidentlink"
	"signalbox/shared/metric"
	"signalbox/shared/otplink"
	"signalbox/shared/quota"
	"signalbox/shared/serve"
	"signalbox/shared/slack/slacktest"
)

const (
	// The key and the token are known to the fakes alone.
	devKeyID  = "signalbox-dev-key"
	devSecret = "signalbox-dev-secret" //nolint:gosec // opens nothing but the fake
	devToken  = "signalbox-dev-token"  //nolint:gosec // opens nothing but the functions of this process
	devLinks  = "signalbox-dev-links"  // signs links to the pages of this process

	// languageVariable chooses the language of messages.
	languageVariable = "SIGNALBOX_LANGUAGE"

	// devWindow is short, so that nobody waits.
	devWindow = time.Second

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
	base, folder string
	language     string // of messages, as its variable has it; "": the default
	bot          bool   // Slack is a bot, and not a webhook
	said         words
	cloud        *aliyuntest.Server
	slack        *slacktest.Server
	receivers    []devReceiver
	functions    []serve.Function
}

// newEnvironment builds everything that answers at base, with what it stores in
// folder. The functions are made from an environment, as deployed ones are; of outside,
// the environment around, they get the language. It must be closed.
func newEnvironment(base, folder string, o devOptions, outside []string, logs io.Writer) (*environment, error) {
	e := &environment{
		ServeMux: http.NewServeMux(),
		base:     base,
		folder:   folder,
		language: valueIn(outside, languageVariable),
		bot:      o.bot,
		cloud:    aliyuntest.New(aliyuntest.Options{AccessKeyID: devKeyID, AccessKeySecret: devSecret, Cards: o.cards}),
		slack:    slacktest.New(slacktest.Options{Token: devBotToken}),

		receivers: newDevReceivers(),
	}
	process := new(quota.Process)
	err := errors.Join(
		e.writeRules(),
		e.open(process, cardflow.FromEnvIn, "", logs, "/", "/healthz"),
		e.open(process, conversion.FromEnvIn, "conversion.db", logs,
			"/conversions", "/conversions/", "/otp-events", "/otp-windows", otplink.Path, "/dead-letters", "/dead-letters/"),
		e.open(process, alerts.FromEnvIn, "alerts.db", logs, "/invoke", incidentlink.Path, incidentlink.Path+"/",
			"/silences", "/silences/", "/explain/", "/state", "/slack/"),
		e.mount(serve.Function{Name: "dev", Handler: http.NotFoundHandler(), Ready: e.unusable}, "/readyz"),
	)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	e.HandleFunc("GET /metrics", e.metrics)
	e.mountFakes()
	return e, nil
}

// open makes a function, with its state in a file, and mounts it.
func (e *environment) open(
	process *quota.Process, fromEnv func(*quota.Process, []string, io.Writer) (serve.Function, error), stateFile string, logs io.Writer, paths ...string,
) error {
	f, err := fromEnv(process, e.environ(stateFile), logs)
	if err != nil {
		return err
	}
	e.functions = append(e.functions, f)
	return e.mount(f, paths...)
}

// Close closes the functions.
func (e *environment) Close() error {
	var errs []error
	for _, f := range e.functions {
		if f.Close != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// environ is the configuration of all three functions, and of other commands, whose
// state is in a file of their own: one process alone has such a file open.
func (e *environment) environ(stateFile string) []string {
	environ := append(e.receiversEnviron(), e.slackEnviron()...)
	if e.language != "" {
		environ = append(environ, languageVariable+"="+e.language)
	}
	return append(environ,
		"ALIBABA_CLOUD_ACCESS_KEY_ID="+devKeyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET="+devSecret,
		"SIGNALBOX_LINKCARD_ENDPOINT="+e.base,
		"SIGNALBOX_DYSMS_ENDPOINT="+e.base,
		"SIGNALBOX_API_TOKENS="+devToken,
		"SIGNALBOX_INVOKE_TOKEN="+devToken,
		"SIGNALBOX_PAGE_URL="+e.base+"/cardflow",
		"SIGNALBOX_ALERTS_URL="+e.base,
		"SIGNALBOX_CONVERSION_URL="+e.base,
		"SIGNALBOX_LINK_SECRET="+devLinks,
		"SIGNALBOX_STATE_FILE="+filepath.Join(e.folder, stateFile),
		"SIGNALBOX_OTP_WINDOW="+devWindow.String(),
		"SIGNALBOX_OTP_GRACE=0s",
		"SIGNALBOX_LOG_LEVEL=warn")
}

// mount serves paths by a function, as a plain HTTP deployment does, and all paths
// under its name: POST /invoke is one of each with a timer.
func (e *environment) mount(f serve.Function, paths ...string) error {
	handler, err := serve.Handler(f)
	if err != nil {
		return err
	}
	for _, path := range paths {
		e.Handle(path, handler)
	}
	e.Handle("/"+f.Name+"/", http.StripPrefix("/"+f.Name, handler))
	return nil
}

// unusable is what any of the functions cannot use.
func (e *environment) unusable(ctx context.Context) []serve.Unusable {
	var all []serve.Unusable
	for _, f := range e.functions {
		if f.Ready != nil {
			all = append(all, f.Ready(ctx)...)
		}
	}
	return all
}

// metrics writes what each function's own GET /metrics does, as one page.
func (e *environment) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", metric.ContentType)
	sources := make([]metric.Source, len(e.functions))
	for i, f := range e.functions {
		sources[i] = metric.Source{Function: f.Name, Meter: f.Meter}
	}
	metric.WritePage(w, sources...)
}

// mountFakes puts the clouds beside the functions: Alibaba's gateway answers
// at the root, as the real one does, and receivers under their own paths.
func (e *environment) mountFakes() {
	for _, path := range []string{"/services/", "/api/", "/upload/", "/actions/", "/inbox", "/inbox.json", "/inbox.txt", "/inbox/"} {
		e.Handle(path, e.slack)
	}
	e.mountReceivers()
	e.mountPage()
}

// pageLink leads to the page of the card that is looked up.
func (e *environment) pageLink() string {
	return cardlink.New(e.base+"/cardflow", []string{devLinks}).To(card.ICCID(e.cloud.ICCID(shownCard)), time.Now())
}

// listLink leads to the list of incidents.
func (e *environment) listLink() string {
	return incidentlink.New(e.base, []string{devLinks}).List(time.Now())
}

// ratesLink leads to the page of the OTP rates.
func (e *environment) ratesLink() string {
	return otplink.New(e.base, []string{devLinks}).Page(time.Now())
}

// welcome says what to try.
func (e *environment) welcome() string {
	var text strings.Builder
	fmt.Fprintf(&text, "Signalbox on %s: %d cards, fakes of Alibaba Cloud, Slack and other receivers. Try:\n\n", e.base, e.cloud.Cards())
	for _, s := range e.steps() {
		fmt.Fprintf(&text, "%s:\n  %s\n", s.title, s.curl())
	}
	fmt.Fprintf(&text, "\nTo have other commands use these fakes, such as signalbox sweep, doctor and test-message, and bootstraps, run these lines in another terminal first:\n")
	for _, line := range e.exports() {
		fmt.Fprintf(&text, "  %s\n", line)
	}
	fmt.Fprintf(&text, "\nAll of it in a browser, and buttons that let things happen: %s/\n", e.base)
	fmt.Fprintf(&text, "\nPage of a card, by a signed link: %s\n", e.pageLink())
	fmt.Fprintf(&text, "All incidents, by a signed link: %s\n", e.listLink())
	fmt.Fprintf(&text, "OTP rates, by a signed link: %s\n", e.ratesLink())
	fmt.Fprintf(&text, "Any card, with any name and the password %s: %s/cardflow/\n", devToken, e.base)
	for _, r := range e.receivers {
		fmt.Fprintf(&text, "%s inbox: %s%s\n", r.name, e.base, r.inboxPath())
	}
	fmt.Fprintf(&text, "Slack inbox: %s/inbox\n", e.base)
	return text.String()
}
