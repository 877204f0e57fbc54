package contract

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// seen are the answers that this process has seen, such as "GET /healthz 200 application/json".
var seen sync.Map

func remember(answer string) { seen.Store(answer, true) }

// Excuses say of answers why no test of a package sees them. Their names are as of
// [Check], or begin with "*" for those of all routes, such as "* 500 application/problem+json".
type Excuses map[string]string

// Main runs the tests of a package, which are to see every answer that the contract has
// for the operations with a tag, or to have an excuse. It is for TestMain, and does not return.
func Main(m *testing.M, tag string, excuses Excuses) {
	code := m.Run()
	if code == 0 && isWhole() {
		for _, complaint := range complaints(tag, excuses) {
			fmt.Fprintln(os.Stderr, complaint)
			code = 1
		}
	}
	os.Exit(code)
}

// isWhole reports whether all tests were run, and nothing else.
func isWhole() bool {
	for _, name := range []string{"run", "skip", "list", "bench", "fuzz", "fuzzworker", "short"} {
		if f := flag.Lookup("test." + name); f != nil && f.Value.String() != f.DefValue {
			return false
		}
	}
	return true
}

func complaints(tag string, excuses Excuses) []string {
	b, err := ours()
	if err != nil {
		return []string{err.Error()}
	}
	return b.unseen(tag, excuses, func(answer string) bool {
		_, ok := seen.Load(answer)
		return ok
	})
}

// unseen lists the answers that no test has seen, and the excuses that excuse nothing.
func (b *book) unseen(tag string, excuses Excuses, saw func(answer string) bool) (complaints []string) {
	used := make(map[string]bool)
	for _, answer := range b.answers(tag) {
		_, rest, _ := strings.Cut(answer, " ")
		_, rest, _ = strings.Cut(rest, " ")
		switch general := "* " + rest; {
		case excuses[answer] != "":
			used[answer] = !saw(answer)
		case excuses[general] != "":
			used[general] = true
		case !saw(answer):
			complaints = append(complaints, "doc/openapi.yaml: no test of this package sees "+answer)
		}
	}
	for _, excuse := range slices.Sorted(maps.Keys(excuses)) {
		if !used[excuse] {
			complaints = append(complaints, "doc/openapi.yaml: nothing needs the excuse for "+excuse)
		}
	}
	return complaints
}

// answers lists what the operations with a tag may answer.
func (b *book) answers(tag string) (names []string) {
	for _, o := range b.operations {
		if o.tag != tag {
			continue
		}
		for status, response := range o.route.Operation.Responses.Map() {
			if len(response.Value.Content) == 0 {
				names = append(names, o.name()+" "+status)
			}
			for media := range response.Value.Content {
				names = append(names, o.name()+" "+status+" "+media)
			}
		}
	}
	slices.Sort(names)
	return names
}
