package contract

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
)

// exampleOf is a JSON answer that the contract gives as an example.
type exampleOf struct {
	operation

	status int
	media  string
	name   string
	value  any
}

func examplesOf(t *testing.T, b *book) (all []exampleOf) {
	t.Helper()
	for _, o := range b.operations {
		for status, response := range o.route.Operation.Responses.Map() {
			for media, content := range response.Value.Content {
				number, err := strconv.Atoi(status)
				if err != nil {
					t.Fatal(err)
				}
				for name, example := range content.Examples {
					all = append(all, exampleOf{o, number, media, name, example.Value.Value})
				}
			}
		}
	}
	return all
}

// answer is the example with another value, and with the header that the contract wants.
func (e exampleOf) answer(t *testing.T, value any) Answer {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {e.media}}
	for name, h := range e.route.Operation.Responses.Status(e.status).Value.Headers {
		if h.Value.Required {
			header.Set(name, fmt.Sprint(cmpOr(h.Value.Example, any(1))))
		}
	}
	return Answer{e.status, header, body}
}

func cmpOr(a, b any) any {
	if a == nil {
		return b
	}
	return a
}

// mutant is a value with one thing wrong.
type mutant struct {
	what  string
	value any
}

// mutants are all values with one thing wrong: an object with one member more, or a value
// of another type. A place in the value is replaced by put.
func mutants(at string, value any, put func(any) any) (all []mutant) {
	wrong := any([]any{[]any{}})
	if _, ok := value.([]any); ok {
		wrong = map[string]any{"wrong": 1}
	}
	all = append(all, mutant{at + " of another type", put(wrong)})
	switch value := value.(type) {
	case map[string]any:
		all = append(all, mutant{at + " with one member more", put(with(value, "unheardOf", 1))})
		for name, member := range value {
			all = append(all, mutants(at+"."+name, member, func(v any) any { return put(with(value, name, v)) })...)
		}
	case []any:
		for i, element := range value {
			all = append(all, mutants(at+"["+strconv.Itoa(i)+"]", element, func(v any) any {
				changed := slices.Clone(value)
				changed[i] = v
				return put(changed)
			})...)
		}
	}
	return all
}

func with(object map[string]any, name string, value any) map[string]any {
	changed := map[string]any{name: value}
	for n, v := range object {
		if n != name {
			changed[n] = v
		}
	}
	return changed
}

// TestEveryWrongMemberFails takes each example of an answer, and wants it to be
// refused with any one thing wrong: a member more, or a value of another type.
func TestEveryWrongMemberIsNoticed(t *testing.T) {
	t.Parallel()
	b, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	examples := examplesOf(t, b)
	if len(examples) < 20 {
		t.Fatalf("the contract has %d examples of answers, want more", len(examples))
	}
	for _, e := range examples {
		t.Run(e.operation.name()+" "+strconv.Itoa(e.status)+" "+e.name, func(t *testing.T) {
			t.Parallel()
			r := e.request(t)
			if _, _, err := b.check(r, e.answer(t, e.value)); err != nil {
				t.Errorf("the example is refused: %v", err)
			}
			for _, m := range mutants("it", e.value, func(v any) any { return v }) {
				if _, _, err := b.check(r, e.answer(t, m.value)); err == nil {
					t.Errorf("%s is taken for an answer", m.what)
				}
			}
		})
	}
}

// TestEveryMissingMemberFails does so with members that a lookup always has.
func TestEveryMissingMemberIsNoticed(t *testing.T) {
	t.Parallel()
	b, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examplesOf(t, b) {
		whole, _ := e.value.(map[string]any)
		if e.route.Path != "/cards/{iccid}/flow" || e.status != http.StatusOK {
			continue
		}
		for name := range whole {
			less := with(whole, name, nil)
			delete(less, name)
			if _, _, err := b.check(e.request(t), e.answer(t, less)); err == nil {
				t.Errorf("an answer without %s is taken for one", name)
			}
		}
	}
}
