package config

import (
	"errors"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const redacted = "[redacted]"

// Secret is a value that must not be seen. Printing, logging or encoding it
// shows "[redacted]"; string(s) is the value.
type Secret string

// String hides the value.
func (Secret) String() string { return redacted }

// GoString hides the value from %#v.
func (Secret) GoString() string { return redacted }

// MarshalText hides the value from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue hides the value from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Endpoint is the scheme and host of a service: https, or http on this machine.
type Endpoint string

// UnmarshalText checks the form.
func (e *Endpoint) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return errors.New("must be a scheme and a host, such as https://linkcard.aliyuncs.com")
	}
	if err := checkScheme(u); err != nil {
		return err
	}
	*e = Endpoint(u.Scheme + "://" + u.Host)
	return nil
}

// checkScheme refuses what would send credentials over a network in the clear.
func checkScheme(u *url.URL) error {
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return nil
	}
	return errors.New("must begin with https:// (http:// is for this machine only)")
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// SecretURL is a URL whose path is a secret, such as a Slack webhook: https, or
// http on this machine.
type SecretURL struct{ Secret }

// UnmarshalText checks the form; its errors do not repeat the URL.
func (s *SecretURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" {
		return errors.New("must be a URL that begins with https://, as Slack shows it")
	}
	if err := checkScheme(u); err != nil {
		return err
	}
	s.Secret = Secret(text)
	return nil
}

// Link is a page for people: https, or http on this machine.
type Link string

// UnmarshalText checks the form.
func (l *Link) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" {
		return errors.New("must be the address of a page, such as https://example.com/cards")
	}
	if err := checkScheme(u); err != nil {
		return err
	}
	*l = Link(text)
	return nil
}

// RedisURL is the address of a Redis or a Cluster, with user and password.
type RedisURL struct{ Secret }

// UnmarshalText checks the form; its errors do not repeat the URL.
func (r *RedisURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" || strings.Contains(u.Host, ",") || u.Scheme != "redis" && u.Scheme != "rediss" {
		return errors.New("must be a URL such as redis://user:password@host:6379/0, or rediss:// for TLS; " +
			"of a Cluster with its other nodes, such as redis://host1:6379?addr=host2:6379&addr=host3:6379")
	}
	r.Secret = Secret(text)
	return nil
}

// Share is a part of a whole, above 0 and at most 1.
type Share float64

// UnmarshalText checks the range.
func (s *Share) UnmarshalText(text []byte) error {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(value > 0 && value <= 1) {
		return errors.New("must be a number above 0 and at most 1, such as 0.1")
	}
	*s = Share(value)
	return nil
}

// Rate is a number of calls a second, above 0.
type Rate float64

// UnmarshalText checks the range.
func (r *Rate) UnmarshalText(text []byte) error {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(value > 0 && value <= 10_000) {
		return errors.New("must be a number of calls a second, above 0 and at most 10000")
	}
	*r = Rate(value)
	return nil
}

// Period is a length of time, 0 or more.
type Period time.Duration

// UnmarshalText reads a number with a unit, such as 24h.
func (p *Period) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 {
		return errors.New("must be a length of time with its unit, such as 90s, 10m or 24h")
	}
	*p = Period(d)
	return nil
}

// Steps are the rungs of a ladder, such as 80,90,100, in the order given.
type Steps []int

// UnmarshalText reads whole numbers above 0, separated by commas.
func (s *Steps) UnmarshalText(text []byte) error {
	var steps Steps
	for field := range strings.SplitSeq(string(text), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n <= 0 || n > 10_000 || slices.Contains(steps, n) {
			return errors.New("must be different whole numbers from 1 to 10000 without units, separated by commas, such as 1,2,3")
		}
		steps = append(steps, n)
	}
	*s = steps
	return nil
}

// Zone is a time zone by its IANA name. The binary brings the zone database.
type Zone struct{ *time.Location }

// UnmarshalText looks the name up.
func (z *Zone) UnmarshalText(text []byte) error {
	location, err := time.LoadLocation(string(text))
	if err != nil {
		return errors.New("must be an IANA time zone, such as Asia/Shanghai")
	}
	z.Location = location
	return nil
}

// Level is the lowest level that is logged.
type Level struct{ slog.Level }

// UnmarshalText reads debug, info, warn or error.
func (l *Level) UnmarshalText(text []byte) error {
	if err := l.Level.UnmarshalText(text); err != nil {
		return errors.New("must be debug, info, warn or error")
	}
	return nil
}
