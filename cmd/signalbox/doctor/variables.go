package doctor

import (
	"context"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// variables has each function read its environment, as it does at its start.
func (e *examination) variables(context.Context) []Result {
	readers := make(map[string][]string) // by mistake
	var mistakes []string
	var results []Result
	for _, d := range e.functions {
		found := e.mistakes(d)
		for _, line := range found {
			if !slices.Contains(mistakes, line) {
				mistakes = append(mistakes, line)
			}
			if !slices.Contains(readers[line], d.name) { // two of its parts may read one variable
				readers[line] = append(readers[line], d.name)
			}
		}
		if len(found) == 0 {
			results = append(results, Result{"variables", OK, "all that " + d.name + " needs is set", ""})
		}
	}
	for _, line := range mistakes {
		results = append(results, mistake(line, readers[line]))
	}
	return append(results, e.sharedFile()...)
}

// mistakes are what a function says is wrong, one a line, but for what is wrong with the
// rules file. Its state is in a file that is thrown away: what is wrong with the real one
// has a check of its own, and may be a server that has it open.
func (e *examination) mistakes(d deployable) []string {
	environ := slices.Clone(e.Environ)
	if e.stateFile(d.name) != "" {
		environ = append(environ, "SIGNALBOX_STATE_FILE="+filepath.Join(e.scratch, d.name+".db"))
	}
	made, err := d.fromEnv(environ, io.Discard)
	if err == nil {
		if made.Close != nil {
			_ = made.Close() // what it has written is thrown away
		}
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !aboutRules.MatchString(line) && line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

var (
	// aboutRules are lines about the rules file.
	aboutRules = regexp.MustCompile(`^SIGNALBOX_RULES_FILE: |^line \d+: `)
	// aboutVariable begins with a variable.
	aboutVariable = regexp.MustCompile(`^([A-Z][A-Z0-9_]*): (.+)$`)
)

// mistake is one of a function's own words.
func mistake(line string, readers []string) Result {
	about := aboutVariable.FindStringSubmatch(line)
	by := " (" + strings.Join(readers, ", ") + ")"
	if about == nil {
		return Result{"variables", Failed, line + by, "correct it"}
	}
	variable, rule := about[1], about[2]
	if why, missing := strings.CutPrefix(rule, "is not set; "); missing {
		return Result{variable, Failed, "is not set" + by, "set " + variable + ": " + why}
	}
	return Result{variable, Failed, rule + by, "correct " + variable}
}

// sharedFile is that two functions would keep their states in one file, which one process
// at a time has open.
func (e *examination) sharedFile() []Result {
	if e.value("SIGNALBOX_STATE_FILE") == "" || e.value("SIGNALBOX_REDIS_URL") != "" || !e.examines("alerts") || !e.examines("conversion") {
		return nil
	}
	return []Result{{
		"SIGNALBOX_STATE_FILE", Warning, "is that of one function, and both alerts and conversion would open it",
		"give each a file of its own and check it with --only, or set SIGNALBOX_STATE_DIR for signalbox serve",
	}}
}

// valueIn is the value of a variable, "" where it is not set. Of several the last counts.
func valueIn(environ []string, name string) (value string) {
	for _, line := range environ {
		if found, ok := strings.CutPrefix(line, name+"="); ok {
			value = found
		}
	}
	return value
}
