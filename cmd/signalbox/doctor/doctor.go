// Package doctor looks at what the functions need in an environment, before or after they
// are deployed there, and says what to do about what is wrong. It changes nothing, sends
// nothing to people, and shows no secret.
package doctor

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/cardflow"
	"signalbox/functions/conversion"
	"signalbox/shared/config"
	"signalbox/shared/serve/function"
)

// Status is what came of a check.
type Status string

// What can come of a check. What could not be looked at is never called well.
const (
	OK        Status = "ok"
	Warning   Status = "warning"
	Failed    Status = "failed"
	Unchecked Status = "unchecked"
)

// Result is one thing that a check has found. None of its texts holds a secret.
type Result struct {
	// Check names what was looked at: a variable, or a part such as "redis".
	Check  string `json:"check"`
	Status Status `json:"status"`
	// What was found, and Action is what to do about it: "" where there is nothing.
	What   string `json:"what"`
	Action string `json:"action,omitempty"`
}

// Config says what is looked at.
type Config struct {
	// Environ has the form of os.Environ.
	Environ []string
	// Only are the names of the functions. None: all three.
	Only []string
	// Timeout is how long one check may take. All take little longer: they go on at the
	// same time. Zero: 10 s.
	Timeout time.Duration
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// deployable is a function that can be looked at.
type deployable struct {
	name    string
	fromEnv func([]string, io.Writer) (function.Function, error)
	env     reflect.Type
}

// deployables are all functions.
var deployables = []deployable{
	{"cardflow", cardflow.FromEnv, reflect.TypeFor[cardflow.Env]()},
	{"conversion", conversion.FromEnv, reflect.TypeFor[conversion.Env]()},
	{"alerts", alerts.FromEnv, reflect.TypeFor[alerts.Env]()},
}

// Names are those of all functions.
func Names() []string {
	names := make([]string, len(deployables))
	for i, d := range deployables {
		names[i] = d.name
	}
	return names
}

// examination is one look at an environment.
type examination struct {
	Config

	scratch   string // a folder that is removed again
	functions []deployable
	secrets   secrets

	// What of the environment can be read; the rest is zero, and reported as wrong.
	alerts     alerts.Env
	conversion conversion.Env
}

// check is one look at one part.
type check struct {
	name string
	run  func(ctx context.Context) []Result
}

// Run makes all checks, and returns what they have found in a fixed order. The error is
// that none could be made. A check that hangs, whatever it waits for, is given up.
func Run(ctx context.Context, c Config) ([]Result, error) {
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	scratch, err := os.MkdirTemp("", "signalbox-doctor-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the checks: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }() // it is in the folder for what may be lost
	e := &examination{Config: c, scratch: scratch, secrets: secretsWithin(c.Timeout, c.Environ)}
	e.alerts, _ = config.Load[alerts.Env](c.Environ)
	e.conversion, _ = config.Load[conversion.Env](c.Environ)
	for _, d := range deployables {
		if len(c.Only) == 0 || slices.Contains(c.Only, d.name) {
			e.functions = append(e.functions, d)
		}
	}
	return e.run(ctx), nil
}

func (e *examination) run(ctx context.Context) []Result {
	checks := e.checks()
	found := make([][]Result, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { found[i] = e.bounded(ctx, c) })
	}
	all.Wait()
	results := slices.Concat(found...)
	for i := range results {
		results[i].What, results[i].Action = e.secrets.hide(results[i].What), e.secrets.hide(results[i].Action)
	}
	return results
}

func (e *examination) checks() []check {
	return slices.Concat([]check{
		{"variables", e.variables},
		{"names of variables", e.names},
		{"rules file", e.rulesFile},
		{"linkcard", e.linkcard},
		{"dysms", e.dysms},
		{"redis", e.redis},
	}, e.states(), []check{
		{"slack", e.slack},
		{"receivers", e.receivers},
	})
}

// bounded makes a check. One that does not heed its ctx, such as the reading of a file on a
// disk that is not there any more, is left alone: the process ends soon.
func (e *examination) bounded(ctx context.Context, c check) []Result {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	done := make(chan []Result, 1)
	go func() {
		defer func() {
			if problem := recover(); problem != nil {
				done <- []Result{{c.name, Unchecked, fmt.Sprintf("the check failed: %v", problem), "report it"}}
			}
		}()
		done <- c.run(ctx)
	}()
	select {
	case results := <-done:
		return results
	case <-ctx.Done():
	}
	select {
	case results := <-done: // it says more than that it took too long
		return results
	case <-time.After(patience):
		return []Result{{c.name, Failed, "it took longer than " + e.Timeout.String(), "find out what it waits for: a disk, a resolver or a firewall"}}
	}
}

// patience is how long after its time a check may say what kept it.
const patience = 500 * time.Millisecond

// examines reports whether one of the functions is looked at.
func (e *examination) examines(names ...string) bool {
	return slices.ContainsFunc(e.functions, func(d deployable) bool { return slices.Contains(names, d.name) })
}

// value is that of a variable, "" where it is not set.
func (e *examination) value(name string) string { return valueIn(e.Environ, name) }

// stateFile is where a function keeps its state, by itself or as one of several that
// signalbox serve serves. "": in no file.
func (e *examination) stateFile(function string) string {
	if file := e.value("SIGNALBOX_STATE_FILE"); file != "" {
		return file
	}
	if folder := e.value("SIGNALBOX_STATE_DIR"); folder != "" {
		return filepath.Join(folder, function+".db")
	}
	return ""
}
