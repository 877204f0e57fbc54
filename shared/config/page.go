package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// PageURL is where pages are: https, or http on this machine, with a path in front of
// theirs if there is one, and no slash at the end.
type PageURL string

// UnmarshalText checks the form.
func (p *PageURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(string(text), "?#") {
		return errors.New("must be the address of the function without a query, such as https://example.com or https://example.com/cardflow")
	}
	if err := checkScheme(u); err != nil {
		return err
	}
	*p = PageURL(strings.TrimRight(string(text), "/"))
	return nil
}

// LinkSecrets sign links: the first one does, and each verifies. Two are for the time
// in which one takes the other's place.
type LinkSecrets []Secret

// UnmarshalText reads one secret, or two separated by a comma; its errors do not
// repeat them.
func (l *LinkSecrets) UnmarshalText(text []byte) error {
	var secrets LinkSecrets
	for field := range strings.SplitSeq(string(text), ",") {
		secret := Secret(strings.TrimSpace(field))
		if len(secret) < minToken || slices.Contains(secrets, secret) {
			return fmt.Errorf("must be a secret of at least %d characters, or two different ones separated by a comma", minToken)
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) > 2 {
		return errors.New("must be one secret, or two separated by a comma")
	}
	*l = secrets
	return nil
}

func (l LinkSecrets) values() []string {
	values := make([]string, len(l))
	for i, secret := range l {
		values[i] = string(secret)
	}
	return values
}

// Origins are those that may call a function from a browser.
type Origins []string

// UnmarshalText reads origins as browsers write them, separated by commas.
func (o *Origins) UnmarshalText(text []byte) error {
	var origins Origins
	for field := range strings.SplitSeq(string(text), ",") {
		origin := strings.TrimSpace(field)
		if !isOrigin(origin) {
			return errors.New("must be origins as browsers send them, separated by commas: https://, a host in small letters, " +
				"and a port unless it is 443, such as https://support.example.com (http:// is for this machine only)")
		}
		origins = append(origins, origin)
	}
	*o = origins
	return nil
}

func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || text != u.Scheme+"://"+u.Host || checkScheme(u) != nil {
		return false
	}
	isDefaultPort := u.Port() == "443" && u.Scheme == "https" || u.Port() == "80" && u.Scheme == "http"
	return !isDefaultPort && !strings.HasSuffix(u.Host, ":") && u.Host == strings.ToLower(u.Host) && !strings.ContainsAny(u.Host, "*@")
}
