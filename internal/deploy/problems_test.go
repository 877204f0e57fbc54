package deploy_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"gopkg.in/yaml.v3"
)

// A function is what both files say of one.
type function struct {
	name        string
	variables   map[string]string // those that are not empty
	timeout     int               // seconds
	concurrency int               // instances at most
	http        bool
	public      bool            // the platform lets everybody in
	every       []time.Duration // between two events of each timer
}

// problems collects what is wrong, each with where it is.
type problems struct {
	at    string
	found []string
}

func (p *problems) unless(ok bool, format string, args ...any) {
	if !ok {
		p.found = append(p.found, p.at+fmt.Sprintf(format, args...))
	}
}

// decode reads node into out and takes a property that out lacks for a mistake.
func (p *problems) decode(node yaml.Node, out any) {
	text, err := yaml.Marshal(&node)
	if err == nil {
		err = strict(text, out)
	}
	p.unless(err == nil, "%v", err)
}

// strict reads YAML of which every property must be known.
func strict(text []byte, out any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(out); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("decode YAML: %w", err)
	}
	return nil
}

// function checks what holds on every platform.
func (p *problems) function(f function) {
	p.unless(f.concurrency > 0, "the number of instances is left to the default")
	p.unless(f.http || len(f.every) > 0, "nothing ever calls it")
	p.unless(f.counts(), "its share of the account's quota is left to the default")
	if f.http {
		p.auth(f)
	}
	if len(f.every) > 0 {
		p.unless(f.keepsState() || f.idles(), "the state is lost, and %d runs could be at work at once: no SIGNALBOX_STATE_TABLE", f.concurrency)
		p.unless(!f.http || f.concurrency > 1, "nobody is answered while a run is at work")
	}
}

// auth wants exactly one of the platform and the function to ask who calls.
func (p *problems) auth(f function) {
	want := "platform"
	if f.public {
		want = "token"
		_, ok := f.variables["SIGNALBOX_API_TOKENS"]
		p.unless(ok, "SIGNALBOX_API_TOKENS is missing")
	}
	got := f.variables["SIGNALBOX_AUTH"]
	p.unless(got == want, "SIGNALBOX_AUTH is %q where the trigger wants %q", got, want)
}

func (f function) counts() bool {
	_, linkcard := f.variables["SIGNALBOX_LINKCARD_QPS"]
	_, dysms := f.variables["SIGNALBOX_DYSMS_QPS"]
	return linkcard || dysms
}

// sweeper is the function whose runs are of no use without a state.
const sweeper = "alerts"

// keepsState wants a table or a Redis: a file on NAS or EFS is for a function without HTTP,
// at a concurrency of 1.
func (f function) keepsState() bool {
	_, table := f.variables["SIGNALBOX_STATE_TABLE"]
	_, redis := f.variables["SIGNALBOX_REDIS_URL"]
	_, file := f.variables["SIGNALBOX_STATE_FILE"]
	return (table && f.name == sweeper || redis) && !file
}

// idles reports whether a run does nothing: without a store that is so of conversion.
func (f function) idles() bool {
	_, redis := f.variables["SIGNALBOX_REDIS_URL"]
	_, file := f.variables["SIGNALBOX_STATE_FILE"]
	return f.name == "conversion" && !redis && !file
}
