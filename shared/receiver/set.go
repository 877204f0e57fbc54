package receiver

import (
	"fmt"
	"log/slog"

	"signalbox/shared/config"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/notify"
	"signalbox/shared/route"
)

// Set is who a function notifies, of what and in which language. The zero value notifies
// nobody.
type Set struct {
	Receivers []notify.Receiver
	// Routes say which of them of what. None: each of everything.
	Routes route.Routes
	// Languages are those of the receivers that have one of their own, by name.
	Languages map[string]language.Language
	// Kinds are what the receivers of the rules file are, by name.
	Kinds map[string]Kind
}

// FromEnv makes the receivers that an environment names: those of the rules file, if it is
// named and has some, or else Slack's, which needs its variables only then. With none set
// nobody is notified. environ, which has the form of os.Environ, has the variables that the
// file names. The error names all that is wrong.
func FromEnv(s Slack, rulesFile string, environ []string, logger *slog.Logger) (Set, error) {
	var file File
	if rulesFile != "" {
		var err error
		if file, err = Load(rulesFile, Variables(environ)); err != nil {
			return Set{}, fmt.Errorf("SIGNALBOX_RULES_FILE: %w", err)
		}
	}
	if len(file.Receivers) == 0 && s.IsSet() {
		if err := config.Join(s.Validate()); err != nil {
			return Set{}, err
		}
	}
	return Open(file, s, logger)
}

// Language is a receiver's own, or else the one given.
func (s Set) Language(receiver string, otherwise language.Language) language.Language {
	if own, ok := s.Languages[receiver]; ok {
		return own
	}
	return otherwise
}

// ConfigFor is that of a notifier of incidents whose facts are given, but for what the
// function itself has: a store, a clock and a logger.
func ConfigFor[D any](s Set, facts func(incident.Incident[D]) route.Facts) notify.Config[D] {
	return notify.Config[D]{
		Receivers: s.Receivers,
		Route: func(receiver string, i incident.Incident[D]) bool {
			return s.Routes.Notifies(receiver, facts(i))
		},
		Mention: func(receiver string, i incident.Incident[D]) bool {
			return s.Routes.Mentions(receiver, facts(i))
		},
		Fallback: func(receiver string, i incident.Incident[D]) []string {
			return s.Routes.Fallback(receiver, facts(i))
		},
		Announces: s.Routes.Announces,
	}
}
