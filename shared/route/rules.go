package route

import "slices"

// Subject is what a rule is about. Tests of the functions hold the lists of rules to be
// theirs.
type Subject string

// The subjects of rules.
const (
	Cards Subject = "cards" // and pools and groups
	Fleet Subject = "fleet" // the fleet itself
	OTPs  Subject = "otps"
)

// rules are those of all functions by what they are about, in the order in which they are
// listed.
var rules = []struct {
	name  string
	about Subject
}{
	{"expiry", Cards},
	{"usage", Cards},
	{"stopped", Cards},
	{"stale", Cards},
	{"forecast", Cards},
	{"inactive", Cards},
	{"unreadable", Cards},
	{"sweep", Fleet},
	{"lookups", Fleet},
	{"listing", Fleet},
	{"receiver", Fleet},
	{"stopped-group", Cards},
	{"stale-group", Cards},
	{"rate", OTPs},
	{"pumping", OTPs},
	{"silence", OTPs},
	{"reports", OTPs},
}

// Rules are the names of the rules that a route may name: those about one of the subjects.
func Rules(about ...Subject) []string {
	var names []string
	for _, r := range rules {
		if slices.Contains(about, r.about) {
			names = append(names, r.name)
		}
	}
	return names
}

// About is what a rule is about. Empty: there is no such rule.
func About(rule string) Subject {
	for _, r := range rules {
		if r.name == rule {
			return r.about
		}
	}
	return ""
}
