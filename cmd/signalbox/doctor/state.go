package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/redisdial"
	"signalbox/shared/store"
)

// states are the checks of where functions keep what must outlive a run.
func (e *examination) states() []check {
	var checks []check
	for _, s := range []struct {
		function string
		where    store.Config
		look     func(ctx context.Context, s store.Store) (string, error)
	}{
		{"alerts", e.alerts.StateConfig(), e.lookAtAlerts},
		{"conversion", e.conversion.StateConfig(), func(context.Context, store.Store) (string, error) { return "it can be used", nil }},
	} {
		if !e.examines(s.function) {
			continue
		}
		name := "state of " + s.function
		s.where.File = e.stateFile(s.function)
		checks = append(checks, check{name, func(ctx context.Context) []Result { return e.state(ctx, name, s.where, s.look) }})
	}
	return checks
}

// state looks at one, without moving a damaged one aside. A file is closed again.
func (e *examination) state(ctx context.Context, name string, where store.Config, look func(context.Context, store.Store) (string, error)) []Result {
	if where.Table == nil && where.RedisURL == "" {
		if where.File == "" {
			return e.noState(name)
		}
		if r, done := stateFolder(name, where.File); done {
			return []Result{r}
		}
	}
	where.Reset, where.Shared = "", true
	s, err := store.Open(where) //nolint:contextcheck // a shared one is not opened yet
	if err != nil {
		return []Result{stateTrouble(name, err)}
	}
	defer func() { _ = s.Close() }() // it was only read
	what := ""
	if err = s.Check(ctx); err == nil {
		what, err = look(ctx, s)
	}
	if err != nil {
		return []Result{stateTrouble(name, err)}
	}
	return []Result{{name, OK, what, ""}}
}

// noState is one that alerts lacks, which is a mistake of its variables, and conversion can do
// without.
func (e *examination) noState(name string) []Result {
	if name != "state of conversion" {
		return nil
	}
	return []Result{{
		name, Warning, "there is none: OTP events are not counted, and reports that Alibaba does not take are lost to whoever sends them once",
		"set SIGNALBOX_STATE_FILE or SIGNALBOX_REDIS_URL, if that is not meant",
	}}
}

// stateFolder looks at what is there without opening the state. It reports whether that says
// all there is to say.
func stateFolder(name, file string) (r Result, done bool) {
	folder := filepath.Dir(file)
	switch info, err := os.Stat(folder); {
	case errors.Is(err, fs.ErrNotExist):
		return Result{name, Failed, "the folder " + folder + " does not exist", "create it, on a disk that outlives the process"}, true
	case err != nil:
		return Result{name, Failed, err.Error(), "make the folder readable for this user"}, true
	case !info.IsDir():
		return Result{name, Failed, folder + " is not a folder", "name a file in a folder"}, true
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return newState(name, file), true
	case err != nil:
		return Result{name, Failed, err.Error(), "make the file readable for this user"}, true
	case !info.Mode().IsRegular():
		return Result{name, Failed, file + " is not a file", "name a file, which may not exist yet"}, true
	}
	opened, err := os.OpenFile(file, os.O_RDWR, 0) //nolint:gosec // the operator's path
	if err != nil {
		return Result{name, Failed, err.Error(), "make the file writable for this user"}, true
	}
	_ = opened.Close() // nothing was written
	return Result{}, false
}

// newState tries whether a file can be made, by another name.
func newState(name, file string) Result {
	made, err := os.CreateTemp(filepath.Dir(file), ".signalbox-doctor-*")
	if err != nil {
		return Result{name, Failed, file + " does not exist yet, and cannot be made: " + cause(err), "make its folder writable for this user, or make room there"}
	}
	err = errors.Join(made.Close(), os.Remove(made.Name()))
	if err != nil {
		return Result{name, Warning, "its folder: " + cause(err), "look at the disk"}
	}
	return Result{name, OK, file + " does not exist yet: the first run makes it", ""}
}

// cause is an error of the file system without its path.
func cause(err error) string {
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		return wrapped.Err.Error()
	}
	return err.Error()
}

func (e *examination) lookAtAlerts(ctx context.Context, s store.Store) (string, error) {
	look, err := alerts.LookAt(ctx, s, e.Now())
	if err != nil {
		return "", err
	}
	what := fmt.Sprintf("%d incidents are open", look.Open)
	if look.LastFinished.IsZero() {
		what += ", no sweep has finished yet"
	} else {
		what += ", the last sweep finished at " + look.LastFinished.UTC().Format(time.RFC3339)
	}
	if look.Runs != "" {
		what += ", a run has the lease until " + look.RunsUntil.Format(time.RFC3339)
	}
	return what, nil
}

// stateTrouble is what keeps a state from being used.
func stateTrouble(name string, err error) Result {
	if locked, ok := errors.AsType[*store.LockedError](err); ok {
		return Result{
			name, Unchecked, fmt.Sprintf("%s is held by %s, and was not looked at", locked.Path, locked.By),
			"ask that process, as by signalbox health --ready; if it is not Signalbox's server, stop it",
		}
	}
	if damaged, ok := errors.AsType[*store.DamagedError](err); ok {
		return Result{
			name, Failed, fmt.Sprintf("the state in %s is damaged: %s", damaged.Where, damaged.Reason),
			"restore it, or set SIGNALBOX_STATE_RESET=" + damaged.ID + " to move it aside and begin anew",
		}
	}
	if schema, ok := errors.AsType[*store.SchemaError](err); ok {
		return Result{
			name, Failed, fmt.Sprintf("the state in %s has schema %d, and this version knows schemas up to %d", schema.Where, schema.Found, schema.Known),
			"deploy the version that wrote it, or a newer one",
		}
	}
	if reason, action := redisdial.Explain(err); reason != "" {
		return Result{name, Failed, "the state cannot be used: " + reason, action}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Result{name, Failed, "the state did not answer in time", "see the other checks, and look at the disk, the Redis or the table that it is in"}
	}
	return Result{name, Failed, "the state cannot be used: " + strings.ReplaceAll(err.Error(), "\n", " "), "check SIGNALBOX_STATE_TABLE, SIGNALBOX_REDIS_URL or SIGNALBOX_STATE_FILE"}
}
