package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"signalbox/shared/config"
	"signalbox/shared/logging"
)

// ours are the beginnings of names that somebody who means our variables writes.
var ours = []string{"SIGNALBOX", "SIGNAL_BOX", "ALIBABA_CLOUD", "ALIBABACLOUD", "ALICLOUD"}

// names finds variables that nothing reads, and values that were quoted once too often.
func (e *examination) names(context.Context) []Result {
	known := append(slices.Clone(e.secrets.named), "SIGNALBOX_STATE_DIR")
	for _, d := range deployables {
		for _, v := range config.Variables(d.env) {
			known = append(known, v.Name)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	var results []Result
	for _, line := range e.Environ {
		name, value, ok := strings.Cut(line, "=")
		switch {
		case !ok || value == "":
		case slices.Contains(known, name):
			results = append(results, quoted(name, value)...)
		case isOurs(name) || nearlyOurs(name, known):
			results = append(results, e.unread(name, known))
		}
	}
	if len(results) == 0 {
		return []Result{{"names of variables", OK, "none is misspelt", ""}}
	}
	return results
}

// isOurs says whether a name begins as ours do.
func isOurs(name string) bool {
	return slices.ContainsFunc(ours, func(begin string) bool { return strings.HasPrefix(strings.ToUpper(name), begin) })
}

// nearlyOurs says whether a name is one of ours but for two characters, which may be in its
// beginning: variables of others do not come as near to names of that length.
func nearlyOurs(name string, known []string) bool {
	nearest, distance := nearestOf(strings.ToUpper(name), known)
	return isOurs(nearest) && distance <= 2
}

// unread is a variable that nothing reads. One that is nearly another which is not set is
// most likely meant to be that.
func (e *examination) unread(name string, known []string) Result {
	nearest, distance := nearestOf(strings.ToUpper(name), known)
	name = logging.Untrusted(name)
	if distance > max(2, len(nearest)/5) {
		return Result{name, Warning, "nothing reads it", "remove it"}
	}
	r := Result{name, Warning, "nothing reads it", "remove it: " + nearest + " is set, and counts"}
	if e.value(nearest) == "" {
		r.Status, r.Action = Failed, "rename it: did you mean "+nearest+"?"
	}
	return r
}

// quoted is a value that a file of variables or a form has kept its quotes around, or white
// space.
func quoted(name, value string) []Result {
	var what string
	switch first := value[0]; {
	case (first == '"' || first == '\'') && len(value) > 1 && value[len(value)-1] == first:
		what = "has quotes around its value, which are taken for a part of it"
	case strings.TrimSpace(value) != value:
		what = "has white space around its value, which is taken for a part of it"
	default:
		return nil
	}
	return []Result{{name, Failed, what, fmt.Sprintf("take it away: docker --env-file and systemd treat it in different ways, and %s is not to have it", name)}}
}

// nearestOf is the name with the least edits to it.
func nearestOf(name string, known []string) (nearest string, distance int) {
	distance = len(name) + 1
	for _, k := range known {
		if n := edits(name, k); n < distance {
			nearest, distance = k, n
		}
	}
	return nearest, distance
}

// edits is how many characters have to be added, removed or replaced to make b of a.
//
// https://en.wikipedia.org/wiki/Levenshtein_distance
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := before
			if a[i] != b[j] {
				replaced++
			}
			before = row[j+1]
			row[j+1] = min(replaced, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
