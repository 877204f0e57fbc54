package conversion

import (
	"log/slog"
	"time"

	"signalbox/functions/conversion/message"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/watch"
	"signalbox/shared/config"
	"signalbox/shared/language"
	"signalbox/shared/layout"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/otplink"
	"signalbox/shared/receiver"
	"signalbox/shared/store"
)

// Watching is the part of the environment about who is notified of what the watch over the
// rates finds.
type Watching struct {
	Slack       receiver.Slack
	RulesFile   string             `env:"SIGNALBOX_RULES_FILE"`
	Language    language.Language  `env:"SIGNALBOX_LANGUAGE" envDefault:"en"`
	Zone        config.Zone        `env:"SIGNALBOX_TIMEZONE" envDefault:"Asia/Shanghai"`
	Floor       config.Share       `env:"SIGNALBOX_OTP_FLOOR"`
	URL         config.PageURL     `env:"SIGNALBOX_CONVERSION_URL"`
	LinkSecrets config.LinkSecrets `env:"SIGNALBOX_LINK_SECRET"`
}

// Validate asks for what signs links to the address.
func (w Watching) Validate() []config.Problem {
	if w.URL != "" && len(w.LinkSecrets) == 0 {
		return []config.Problem{config.Missing("SIGNALBOX_LINK_SECRET", "it signs the links to SIGNALBOX_CONVERSION_URL")}
	}
	return nil
}

// Links are those to the page of the rates.
func (w Watching) Links() otplink.Links {
	secrets := make([]string, len(w.LinkSecrets))
	for i, secret := range w.LinkSecrets {
		secrets[i] = string(secret)
	}
	return otplink.New(string(w.URL), secrets)
}

// receivers are those of the rules file, or else Slack, or none.
func (w Watching) receivers(environ []string, logger *slog.Logger) (receiver.Set, error) {
	return receiver.FromEnv(w.Slack, w.RulesFile, environ, logger)
}

// open makes the watch over the windows in a store.
func (w Watching) open(s store.Store, windows otpwatch.Windows, length time.Duration, to receiver.Set, logger *slog.Logger, meter *metric.Meter) (*otpwatch.Watch, error) {
	return otpwatch.New(otpwatch.Config{
		Store: s, Windows: windows, Length: length, Settings: watch.Settings{Floor: float64(w.Floor)},
		To: to, Logger: logger, Meter: meter,
		Writer: func(receiver string, now time.Time) notify.Writer[watch.Details] {
			style := message.Style{Language: to.Language(receiver, w.Language), Zone: w.Zone.Location, Links: w.Links()}
			return message.Writer{Style: style, At: now, Render: layout.Slack}
		},
	})
}
