package alerts

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/config"
	"signalbox/shared/incidentlink"
	"signalbox/shared/language"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
	"signalbox/shared/receiver"
	"signalbox/shared/route"
	"signalbox/shared/serve/function"
	"signalbox/shared/store"
	"signalbox/shared/upstream"
)

// functionName is the function's.
const functionName = "alerts"

// Env is the function's environment.
type Env struct {
	Process  config.Process
	Account  config.Account
	Quota    config.Quota
	Linkcard config.Linkcard
	Slack    Slack
	Pages    config.Pages
	State    config.State
	Table    config.Table
	Auth     config.Auth
	Invoke   config.Invoke

	Heartbeat  HeartbeatURL      `env:"SIGNALBOX_HEARTBEAT_URL"`
	AlertsURL  config.PageURL    `env:"SIGNALBOX_ALERTS_URL"`
	Language   language.Language `env:"SIGNALBOX_LANGUAGE" envDefault:"en"`
	ICCIDs     ICCIDs            `env:"SIGNALBOX_ICCIDS"`
	Triage     Triage            `env:"SIGNALBOX_TRIAGE" envDefault:"all"`
	Usage      config.Steps      `env:"SIGNALBOX_ALERT_USAGE" envDefault:"80,90,100"`
	ExpiryDays config.Steps      `env:"SIGNALBOX_ALERT_EXPIRY_DAYS" envDefault:"30,14,7,3,1"`
	RulesFile  string            `env:"SIGNALBOX_RULES_FILE"`
	Repeat     config.Period     `env:"SIGNALBOX_ALERT_REPEAT" envDefault:"0s"`
	Every      config.Period     `env:"SIGNALBOX_SWEEP_EVERY" envDefault:"10m"`
	Lease      config.Period     `env:"SIGNALBOX_SWEEP_LEASE" envDefault:"2m"`
	RunTimeout config.Period     `env:"SIGNALBOX_RUN_TIMEOUT" envDefault:"10m"`
	SummaryAt  config.TimeOfDay  `env:"SIGNALBOX_SUMMARY_AT" envDefault:"09:00"`
}

// Validate reports what is missing.
func (e Env) Validate() []config.Problem {
	return slices.Concat(e.Account.Validate(), e.slackProblems(), e.actionProblems(), e.Pages.Validate(), e.linkProblems(), e.Auth.ValidateMode(), e.tableProblems(), e.stateProblems(),
		least("SIGNALBOX_SWEEP_EVERY", e.Every, time.Minute), least("SIGNALBOX_SWEEP_LEASE", e.Lease, time.Second),
		least("SIGNALBOX_RUN_TIMEOUT", e.RunTimeout, 5*time.Second))
}

// slackProblems are those of Slack's variables. With a rules file it is only known later
// whether they are needed.
func (e Env) slackProblems() []config.Problem {
	if e.RulesFile != "" {
		return nil
	}
	return e.Slack.Validate()
}

// linkProblems are those of what signs links to the list of incidents.
func (e Env) linkProblems() []config.Problem {
	if _, secrets := e.Pages.Links(); e.AlertsURL != "" && len(secrets) == 0 {
		return []config.Problem{config.Missing("SIGNALBOX_LINK_SECRET", "it signs the links to SIGNALBOX_ALERTS_URL")}
	}
	return nil
}

// incidentLinks are those to the list of incidents.
func (e Env) incidentLinks() incidentlink.Links {
	_, secrets := e.Pages.Links()
	return incidentlink.New(string(e.AlertsURL), secrets)
}

// least is the problem of a time that is too short to do anything in.
func least(variable string, got config.Period, want time.Duration) []config.Problem {
	if time.Duration(got) >= want {
		return nil
	}
	return []config.Problem{{Variable: variable, Rule: "must be at least " + want.String()}}
}

// stateProblems asks for a place for the state.
func (e Env) stateProblems() []config.Problem {
	if e.State.File == "" && e.Quota.RedisURL.Secret == "" && !e.Table.Set() {
		return []config.Problem{config.Missing("SIGNALBOX_STATE_FILE",
			"name a file on a disk that outlives the instance; or set SIGNALBOX_STATE_TABLE or SIGNALBOX_REDIS_URL, or SIGNALBOX_STATE_DIR for signalbox serve")}
	}
	return nil
}

// The namespaces of states that do not see each other.
const (
	wholeAccount = "alerts"
	listedCards  = "alerts-iccids" // of SIGNALBOX_ICCIDS
)

// StateConfig says where the state of e is kept. The store closes its table.
func (e Env) StateConfig() store.Config {
	namespace := wholeAccount
	if len(e.ICCIDs) > 0 {
		namespace = listedCards
	}
	return store.Config{
		File: e.State.File, Shared: e.State.Shared(), Table: e.table(),
		RedisURL: string(e.Quota.RedisURL.Secret), Account: e.Quota.AccountID(), Namespace: namespace, Reset: e.State.Reset,
	}
}

// FromEnv makes the function from environ, with logs as JSON lines on logs.
// The error names every variable that is wrong.
func FromEnv(environ []string, logs io.Writer) (function.Function, error) {
	return FromEnvIn(new(quota.Process), environ, logs)
}

// FromEnvIn is [FromEnv] in a process that has other functions, too.
func FromEnvIn(process *quota.Process, environ []string, logs io.Writer) (function.Function, error) {
	env, variables, err := readEnv(environ)
	if err != nil {
		return function.Function{}, err
	}
	c, err := env.configure(process, variables, logs, nil)
	if err != nil {
		return function.Function{}, err
	}
	// The sweeps of the command line say nothing of those of the function.
	if c.Heartbeat, err = NewHeartbeat(env.Heartbeat); err != nil {
		return function.Function{}, errors.Join(err, c.Store.Close())
	}
	c.Meter.WatchFile(env.State.File)
	return serviceOf(c)
}

// serviceOf makes the function of c, with what it hands to whoever serves it. After an
// error c's store is closed.
func serviceOf(c Config) (function.Function, error) {
	f, err := New(c)
	if err != nil {
		return function.Function{}, errors.Join(err, c.Store.Close())
	}
	return function.Function{
		Name: functionName, Handler: f, Scheduled: f.Scheduled, RunTimeout: c.RunTimeout, InvokeTokens: c.InvokeTokens,
		Ready: f.unusableParts, Close: f.Close, Logger: c.Logger, Meter: c.Meter,
		Timers: f.config.timers(), Roots: []string{strings.Trim(incidentlink.Path, "/"), "slack", "silences", "explain", "state"},
	}, nil
}

// timers ask for sweeps and the daily summary where no platform does.
func (c Config) timers() []function.Timer {
	return []function.Timer{
		{Name: "sweep", Every: c.Every},
		{Name: SummaryPayload, Payload: SummaryPayload, At: c.SummaryAt, Zone: c.Zone},
	}
}

// Configure is what [FromEnv] makes the function of, for those who want to change a
// part before [New]. If change is not nil, it may change where the state is kept before
// that is opened.
func Configure(environ []string, logs io.Writer, change func(*store.Config)) (Config, error) {
	env, variables, err := readEnv(environ)
	if err != nil {
		return Config{}, err
	}
	return env.configure(new(quota.Process), variables, logs, change)
}

// readEnv reads the environment, and how the rules file's variables are looked up in it.
func readEnv(environ []string) (Env, func(name string) string, error) {
	env, err := config.Load[Env](environ)
	variables := receiver.Variables(environ)
	if err != nil {
		_, rulesErr := env.file(variables) // Its mistakes are mended together with the others.
		return env, variables, errors.Join(err, rulesErr)
	}
	return env, variables, nil
}

// configure opens the store, too.
func (e Env) configure(process *quota.Process, variables func(name string) string, logs io.Writer, change func(*store.Config)) (Config, error) {
	c, err := e.withoutStore(process, variables, logs)
	if err != nil {
		return Config{}, err
	}
	where := e.StateConfig()
	if change != nil {
		change(&where)
	}
	if c.Store, err = store.Open(where); err != nil {
		return Config{}, err
	}
	return c, nil
}

// withoutStore is what e says of the function, but for its store.
func (e Env) withoutStore(process *quota.Process, variables func(name string) string, logs io.Writer) (Config, error) {
	logger, meter := e.Process.LoggerOf(functionName, logs), metric.New()
	service, apiErr := upstream.Open(upstream.Settings{
		Endpoint: e.Linkcard.LinkcardEndpoint, PerSecond: e.Linkcard.LinkcardQPS,
		Account: e.Account, Quota: e.Quota, Process: process, Background: true, Meter: meter, Logger: logger,
	})
	file, rulesErr := e.file(variables)
	filters, filtersErr := e.filters(file.Policy)
	if err := errors.Join(apiErr, rulesErr, filtersErr); err != nil {
		return Config{}, err
	}
	to, err := receiver.Open(receiver.File{Receivers: file.Receivers, Routes: route.Routes(file.Policy.Routes)}, e.Slack.Slack, logger)
	if err != nil {
		return Config{}, err
	}
	buttons, err := e.buttons()
	if err != nil {
		return Config{}, err
	}
	cards := linkcard.New(service.Client)
	return Config{
		Cards: cards, Pools: cards, Ready: service.Ready, Watch: e.ICCIDs, Filters: filters,
		Rules: file.Policy, Receivers: to.Receivers, Routes: rule.Routes(to.Routes), Languages: to.Languages, Kinds: to.Kinds, Style: e.style(), Links: e.incidentLinks(), Guard: e.guard(), Zone: e.Linkcard.Zone.Location,
		Logger: logger, Meter: meter, Buttons: buttons,
		Repeat: time.Duration(e.Repeat), Every: time.Duration(e.Every),
		SummaryAt: time.Duration(e.SummaryAt),
		LeaseTime: time.Duration(e.Lease), RunTimeout: time.Duration(e.RunTimeout), InvokeTokens: e.Invoke.Tokens(), MaxExport: e.maxExport(),
	}, nil
}

// filters follow from the thresholds.
func (e Env) filters(policy rule.Policy) (fleet.Filters, error) {
	if e.Triage != TriageFiltered {
		return fleet.Filters{}, nil
	}
	filters, err := filtersOf(policy)
	if err != nil {
		return fleet.Filters{}, fmt.Errorf("SIGNALBOX_TRIAGE: must be all with these rules: %w", err)
	}
	return filters, nil
}

// defaults are the rules of cards for which the rules file has none.
func (e Env) defaults() rule.Settings {
	return rule.Defaults().With(rule.Usage{Percent: e.Usage}, rule.Expiry{Days: e.ExpiryDays})
}

// ExamineRules says of a rules file what is wrong with it, and what is hardly meant, beside
// the thresholds that environ has. variables returns what a variable of the environment
// holds, as [receiver.Variables] does. The error is that the file cannot be read.
func ExamineRules(path string, environ []string, variables func(name string) string, now time.Time) (rulefile.Examined, error) {
	data, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return rulefile.Examined{}, fmt.Errorf("read the rules file: %w", err)
	}
	env, _ := config.Load[Env](environ) // Its mistakes are not the file's.
	return rulefile.Examine(data, env.defaults(), variables, now), nil
}

// file is what the rules file says, with the thresholds of the environment beside. Without
// receivers in it Slack's variables are needed.
func (e Env) file(variables func(name string) string) (rulefile.File, error) {
	defaults := e.defaults()
	if e.RulesFile == "" {
		return rulefile.File{Policy: rule.Policy{Default: defaults, Groups: rule.DefaultGroups()}}, nil
	}
	file, err := rulefile.Load(e.RulesFile, defaults, variables)
	if err != nil {
		err = fmt.Errorf("SIGNALBOX_RULES_FILE: %w", err)
	}
	// A file with mistakes may still say who is notified; one that cannot be read does not.
	if _, unread := errors.AsType[*fs.PathError](err); unread || err == nil && len(file.Receivers) == 0 {
		err = errors.Join(err, config.Join(e.Slack.Validate()))
	}
	return file, err
}
