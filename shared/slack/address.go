package slack

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// parseWebhookURL reads a webhook's address.
func parseWebhookURL(raw string) (*url.URL, error) {
	const what = "slack webhook URL"
	address, err := parseURL(what, raw)
	if err == nil && (address.Path == "" || address.Path == "/") {
		return nil, errors.New(what + ": no path")
	}
	return address, err
}

// parseAPIURL reads the address below which the methods of the Web API are.
func parseAPIURL(raw string) (*url.URL, error) {
	const what = "slack API URL"
	address, err := parseURL(what, raw)
	if err == nil && (!strings.HasSuffix(address.Path, "/") || address.RawQuery != "" || address.Fragment != "") {
		return nil, errors.New(what + ": must end in /")
	}
	return address, err
}

// parseURL reads what's address. Its errors do not quote raw, which url.Parse's
// own would.
func parseURL(what, raw string) (*url.URL, error) {
	address, err := url.Parse(raw)
	switch {
	case err != nil, address.Host == "", address.User != nil:
		return nil, errors.New(what + ": not an absolute URL of the form https://host/path")
	case address.Scheme == "https":
		return address, nil
	case address.Scheme == "http" && isLoopback(address.Hostname()):
		return address, nil
	}
	return nil, errors.New(what + ": must be https, or http on a loopback address")
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// reasonOf says why no answer came, without the URL that net/http puts into
// its errors. A text that still quotes one of the secrets is not used.
func reasonOf(err error, secrets []string) string {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	text := err.Error()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			return "no answer"
		}
	}
	return text
}

func isSeparator(r rune) bool { return strings.ContainsRune("/?&=", r) }
