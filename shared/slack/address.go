package slack

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// parseURL reads a webhook's address. Its errors do not quote raw, which
// url.Parse's own would.
func parseURL(raw string) (*url.URL, error) {
	address, err := url.Parse(raw)
	switch {
	case err != nil, address.Host == "", address.User != nil:
		return nil, errors.New("slack webhook URL: not an absolute URL of the form https://host/path")
	case address.Path == "", address.Path == "/":
		return nil, errors.New("slack webhook URL: no path")
	case address.Scheme == "https":
		return address, nil
	case address.Scheme == "http" && isLoopback(address.Hostname()):
		return address, nil
	}
	return nil, errors.New("slack webhook URL: must be https, or http on a loopback address")
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// reasonOf says why no answer came, without the URL that net/http puts into
// its errors. A text that still quotes a part of it is not used.
func reasonOf(err error, webhook *url.URL) string {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	text := err.Error()
	for part := range strings.FieldsFuncSeq(webhook.RequestURI(), isSeparator) {
		if strings.Contains(text, part) {
			return "no answer"
		}
	}
	return text
}

func isSeparator(r rune) bool { return strings.ContainsRune("/?&=", r) }
