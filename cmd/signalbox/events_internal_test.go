package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll lists what a source yields, and how it ends.
func readAll(next source) (all []string, err error) {
	for {
		e, err := next()
		if err != nil {
			return all, err
		}
		all = append(all, fmt.Sprintf("%d %s%s", e.line, e.text, e.problem))
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxEvent)
	tests := []struct {
		name, text string
		want       []string
		err        string
	}{
		{"nothing", "", nil, "EOF"},
		{"blank", "\ufeff \r\n\n\t", nil, "EOF"},
		{"lines", "\ufeff{}\r\n\n  {\"a\" : 1} \n}", []string{"1 {}", `3 {"a" : 1}`, "4 }"}, "EOF"},
		{"long lines", long + "\n" + long + "x\n" + long + long + long + "\n{}", []string{"1 " + long, "2 " + tooLong, "3 " + tooLong, "4 {}"}, "EOF"},
		{"a long line at the end", "{}\n" + long + long, []string{"1 {}", "2 " + tooLong}, "EOF"},
		{"array", "\n[1,{\n\"a\":\n[2]}\n,\n\"x\"\n]\n\n", []string{"2 1", `2 {"a":[2]}`, `6 "x"`}, "EOF"},
		{"long element", `["` + long + `",1]`, []string{"1 " + tooLong, "1 1"}, "EOF"},
		{"empty array", "[]", nil, "EOF"},
		{"array that ends early", "[1,\n2", []string{"1 1", "2 2"}, "line 2: the array breaks off: unexpected EOF"},
		{"array of one too few", "[1,\n", []string{"1 1"}, "line 2: the array breaks off: unexpected EOF"},
		{"array of what is no JSON", "[1,\n\n2,x]", []string{"1 1", "3 2"}, "line 3: the array breaks off: invalid character 'x'"},
		{"two arrays", "[1]\n[2]", []string{"1 1"}, "line 2: something follows the array"},
		{"array and nonsense", "[1]\n}", []string{"1 1"}, "line 2: the array breaks off: invalid character '}'"},
	}
	for _, tt := range tests {
		for how, reader := range map[string]io.Reader{"at once": strings.NewReader(tt.text), "by bytes": iotest.OneByteReader(strings.NewReader(tt.text))} {
			got, err := readAll(newSource(reader))
			if diff := cmp.Diff(tt.want, got); diff != "" || !strings.HasPrefix(err.Error(), tt.err) {
				t.Errorf("%s, %s: ends with %v, want %s (-want +got):\n%s", tt.name, how, err, tt.err, diff)
			}
		}
	}
}

func TestSourceThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	for _, text := range []string{"", "{}\n{", "[{},\n{"} {
		if _, err := readAll(newSource(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))); !errors.Is(err, broken) {
			t.Errorf("a source of %q ends with %v, want %v", text, err, broken)
		}
	}
}

// FuzzSource wants each event on a line of its own, in order, and none left out of what
// is one valid array.
func FuzzSource(f *testing.F) {
	for _, seed := range []string{"", "{}\n\n{}", "\ufeff[1,\n2]", "[[],{\"a\":\n1}]x", "[1", "\r\n[\n]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		next, events, line := newSource(bytes.NewReader(text)), 0, 1
		e, err := next()
		for ; err == nil; e, err = next() {
			if e.line < line || bytes.ContainsRune(e.text, '\n') || e.line > 1+bytes.Count(text, []byte("\n")) || len(e.text) > maxEvent {
				t.Fatalf("event %d is of line %d after %d: %q", events, e.line, line, e.text)
			}
			events, line = events+1, e.line
		}
		var array []json.RawMessage
		if json.Unmarshal(text, &array) == nil && array != nil && (len(array) != events || !errors.Is(err, io.EOF)) {
			t.Errorf("%d events and %v of an array of %d", events, err, len(array))
		}
	})
}
