package receiver

import (
	"fmt"
	"maps"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"signalbox/shared/route"
	"signalbox/shared/strictyaml"
)

// version of the format of rules files.
const version = "1"

// ofCards are the keys of a rules file that alerts reads and checks.
var ofCards = []string{"groups", "mute", "rules", "silences"}

// Parts are the parts of a rules file about receivers and routes, while it is being read.
type Parts struct {
	strictyaml.Reader

	variables func(name string) string
	receivers []Receiver
	routes    []placed
}

// NewParts returns what reads one rules file. variables returns what a variable of the
// environment holds, "" where it is not set.
func NewParts(variables func(name string) string) *Parts { return &Parts{variables: variables} }

// Read reads a rules file; others read what is beside the version, receivers and routes.
// The error has one line of text for each mistake, such as
//
//	line 7: receivers.slack: SIGNALBOX_SLACK_BOT_TOKEN is not set; the bot needs it
//
// in the order of the file, and repeats no variable's value. Text that is not YAML has one
// mistake only, the first.
func (p *Parts) Read(data []byte, others strictyaml.Fields) error {
	root, err := strictyaml.Document(data, "version: "+version)
	if err != nil {
		return err
	}
	known := strictyaml.Fields{"version": p.version, "receivers": p.Each(p.receiver), "routes": p.Each(p.route)}
	maps.Copy(known, others)
	p.Mapping(root, known, "version")
	p.together()
	return p.Err()
}

func (p *Parts) version(n *yaml.Node) {
	if n.ShortTag() != "!!int" || n.Value != version {
		p.Fail(n, "must be %s", version)
	}
}

// Receivers are those of the file.
func (p *Parts) Receivers() []Receiver { return p.receivers }

// Routes are those of the file.
func (p *Parts) Routes() route.Routes {
	var routes route.Routes
	for _, r := range p.routes {
		routes = append(routes, r.Route)
	}
	return routes
}

// File is what a rules file says of receivers and routes.
type File struct {
	// Receivers are who is notified. None: whom the environment names.
	Receivers []Receiver
	// Routes say which of them of what. None: each of everything.
	Routes route.Routes
}

// Load reads the file at path as [Parse] does.
func Load(path string, variables func(name string) string) (File, error) {
	data, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return File{}, fmt.Errorf("read the rules file: %w", err)
	}
	file, err := Parse(data, variables)
	if err != nil {
		return File{}, fmt.Errorf("rules file %s:\n%w", path, err)
	}
	return file, nil
}

// Parse returns what a rules file says of receivers and routes, with errors as
// [Parts.Read] has them. What the file says of cards it leaves unread, be it wrong: alerts
// checks that. A key that no function knows is a mistake all the same.
func Parse(data []byte, variables func(name string) string) (File, error) {
	others := make(strictyaml.Fields)
	for _, key := range ofCards {
		others[key] = func(*yaml.Node) {}
	}
	p := NewParts(variables)
	if err := p.Read(data, others); err != nil {
		return File{}, err
	}
	return File{p.Receivers(), p.Routes()}, nil
}

// Variables returns what the variables of an environment hold, "" where they are not set.
// environ has the form of os.Environ.
func Variables(environ []string) func(name string) string {
	values := make(map[string]string, len(environ))
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}
