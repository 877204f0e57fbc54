package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"signalbox/functions/alerts"
	"signalbox/functions/cardflow"
	"signalbox/functions/conversion"
	"signalbox/shared/config"
	"signalbox/shared/quota"
	"signalbox/shared/serve"
)

// Variables that signalbox serve reads itself.
const (
	stateFolderVariable = "SIGNALBOX_STATE_DIR"
	stateFileVariable   = "SIGNALBOX_STATE_FILE"
	redisVariable       = "SIGNALBOX_REDIS_URL"
	tableVariable       = "SIGNALBOX_STATE_TABLE"
)

// servable are the functions, by name. The first one that is served answers the paths that
// are nobody's.
var servable = []struct {
	name    string
	fromEnv func(*quota.Process, []string, io.Writer) (serve.Function, error)
}{
	{"cardflow", cardflow.FromEnvIn},
	{"conversion", conversion.FromEnvIn},
	{"alerts", alerts.FromEnvIn},
}

// serveOptions are the flags of signalbox serve.
type serveOptions struct {
	state string
	only  []string
}

func serveCommand(c console) *cobra.Command {
	var o serveOptions
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve all three functions with their pages and timers, for a server of one's own",
		Long: `Serve all three functions with their pages and timers in one process, for a
server of one's own.

Their variables are taken from the environment, HOST and PORT say where to
listen. Each function keeps its state in a file in one folder, unless
SIGNALBOX_REDIS_URL is set.`,
		Example: "  signalbox serve --state /var/lib/signalbox\n  signalbox serve --only cardflow",
		Args:    noArguments,
		PreRunE: check(func() error { return o.check() }),
		RunE:    begin(func(ctx context.Context) error { return runServe(ctx, o, c) }),
	}
	flags := command.Flags()
	flags.StringVar(&o.state, "state", "", "`folder` of the state, which must exist; none: "+stateFolderVariable)
	flags.StringSliceVar(&o.only, "only", nil, "`functions` to serve, separated by commas; none: all three")
	return command
}

func (o *serveOptions) check() error {
	var names []string
	for _, f := range servable {
		names = append(names, f.name)
	}
	for i, name := range o.only {
		if !slices.Contains(names, name) || slices.Contains(o.only[:i], name) {
			return fmt.Errorf("want --only with some of %s, each once", strings.Join(names, ","))
		}
	}
	if len(o.only) == 0 {
		o.only = names
	}
	return nil
}

func runServe(ctx context.Context, o serveOptions, c console) error {
	return serve.Together(ctx, c.environ, func(environ []string) ([]serve.Function, error) {
		functions, err := o.open(environ, c.stderr)
		serve.LimitMemory(environ, functions...)
		return functions, err
	})
}

// open makes the functions from environ. The error says everything that is wrong with it,
// once; functions that were opened are returned nevertheless.
func (o *serveOptions) open(environ []string, logs io.Writer) (functions []serve.Function, err error) {
	folder, problems := o.folder(environ)
	environ = without(environ, stateFileVariable)
	wrong := new(mistakes)
	wrong.add(config.Join(problems))
	process := new(quota.Process)
	for _, f := range servable {
		if !slices.Contains(o.only, f.name) {
			continue
		}
		function, err := f.fromEnv(process, stateIn(folder, f.name, environ), logs)
		if wrong.add(err); err == nil {
			functions = append(functions, function)
		}
	}
	return functions, wrong.err()
}

// folder is where the state is kept: "" with Redis, or where there is a problem.
func (o *serveOptions) folder(environ []string) (folder string, problems []config.Problem) {
	if valueIn(environ, stateFileVariable) != "" {
		problems = append(problems, config.Problem{
			Variable: stateFileVariable, Rule: "must not be set: it is for one function alone; name a folder with --state or " + stateFolderVariable,
		})
	}
	folder = o.state
	if folder == "" {
		folder = valueIn(environ, stateFolderVariable)
	}
	switch info, err := os.Stat(folder); {
	case folder == "" && o.needsFolder(environ):
		problems = append(problems, config.Missing(stateFolderVariable, "name a folder on a disk that outlives the process, or give --state; or set "+redisVariable))
	case folder != "" && (err != nil || !info.IsDir()):
		problems = append(problems, config.Problem{Variable: stateFolderVariable, Rule: "must be a folder that exists, which " + folder + " is not"})
		folder = ""
	}
	return folder, problems
}

// needsFolder reports whether a function that is served has nowhere else to keep its state.
// Only alerts can do so in a table.
func (o *serveOptions) needsFolder(environ []string) bool {
	if valueIn(environ, redisVariable) != "" {
		return false
	}
	return slices.Contains(o.only, "conversion") || slices.Contains(o.only, "alerts") && valueIn(environ, tableVariable) == ""
}

// stateIn has a function keep its state in a file of its own.
func stateIn(folder, function string, environ []string) []string {
	if folder == "" {
		return environ
	}
	return append(slices.Clone(environ), stateFileVariable+"="+filepath.Join(folder, function+".db"))
}

// mistakes are lines of errors, each once: functions read the same variables.
type mistakes struct{ lines []string }

func (m *mistakes) add(err error) {
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		// Whether a function misses its file follows from the folder.
		if !slices.Contains(m.lines, line) && !strings.HasPrefix(line, stateFileVariable+": is not set") {
			m.lines = append(m.lines, line)
		}
	}
}

func (m *mistakes) err() error {
	if len(m.lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(m.lines, "\n"))
}

// valueIn is the value of a variable, or "".
func valueIn(environ []string, name string) (value string) {
	for _, line := range environ {
		if text, ok := strings.CutPrefix(line, name+"="); ok {
			value = text
		}
	}
	return value
}

// without leaves a variable out.
func without(environ []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(line string) bool { return strings.HasPrefix(line, name+"=") })
}
