package doctor

import (
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"signalbox/shared/config"
)

// secrets are what must not be shown. No text is made of them; should one be all the same,
// such as in another's error, it is hidden.
type secrets struct {
	values []string
	named  []string // variables that the rules file names
}

// leastSecret is the length in bytes from which on a part of a secret is hidden: shorter ones
// are in any text.
const leastSecret = 6

// secretsWithin are those of the rules file, too, unless that cannot be read in time: then no
// text is made of what it names.
func secretsWithin(timeout time.Duration, environ []string) secrets {
	named := make(chan []string, 1)
	go func() { named <- namedIn(valueIn(environ, "SIGNALBOX_RULES_FILE")) }()
	select {
	case names := <-named:
		return secretsIn(environ, names)
	case <-time.After(timeout):
		return secretsIn(environ, nil)
	}
}

// secretsIn are the values of all variables that are secrets, named ones among them, and the
// parts of them.
func secretsIn(environ, named []string) secrets {
	s := secrets{named: named}
	names := slices.Clone(named)
	for _, d := range deployables {
		names = append(names, secretVariables(d.env)...)
	}
	for _, name := range names {
		s.add(valueIn(environ, name))
	}
	// The longest first: another may be a part of it.
	slices.SortFunc(s.values, func(a, b string) int { return len(b) - len(a) })
	return s
}

// add takes a value, and what it is made of: tokens in a list, the parts of a URL but its
// host.
func (s *secrets) add(value string) {
	parts := append(strings.Split(value, ","), value)
	if u, err := url.Parse(value); err == nil && u.Host != "" {
		password, _ := u.User.Password()
		parts = append(strings.FieldsFunc(u.RequestURI(), func(r rune) bool { return strings.ContainsRune("/?&=", r) }), password, u.RequestURI())
	}
	for _, part := range parts {
		_, token, _ := strings.Cut(part, ":") // name:token
		for _, text := range []string{strings.TrimSpace(part), strings.TrimSpace(token)} {
			if len(text) >= leastSecret && !harmless.MatchString(text) {
				s.values = append(s.values, text)
			}
		}
	}
}

// harmless are parts of the usual addresses.
var harmless = regexp.MustCompile(`^(services|access_token|cgi-bin|webhook|open-apis|/+)$`)

// hide returns text without secrets.
func (s *secrets) hide(text string) string {
	for _, value := range s.values {
		text = strings.ReplaceAll(text, value, "[redacted]")
	}
	return text
}

// secretVariables are those of an environment whose values are secrets.
func secretVariables(env reflect.Type) []string {
	var names []string
	for _, v := range config.Variables(env) {
		if slices.Contains(secretTypes, v.Type) {
			names = append(names, v.Name)
		}
	}
	return names
}

var secretTypes = []reflect.Type{
	reflect.TypeFor[config.Secret](), reflect.TypeFor[config.SecretURL](), reflect.TypeFor[config.RedisURL](),
	reflect.TypeFor[config.Tokens](), reflect.TypeFor[config.LinkSecrets](),
}

// variableInRules finds the variables that a rules file names, be it otherwise wrong.
var variableInRules = regexp.MustCompile(`(?:url_env|secret_env)\s*:\s*["']?([A-Za-z_][A-Za-z0-9_]*)`)

// namedIn are the variables that a rules file names. What is no file is not waited for.
func namedIn(path string) []string {
	if info, err := os.Stat(path); path == "" || err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return nil // The check of the rules file says so.
	}
	var names []string
	for _, m := range variableInRules.FindAllStringSubmatch(string(text), -1) {
		names = append(names, m[1])
	}
	return names
}
