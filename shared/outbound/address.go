package outbound

import (
	"errors"
	"net"
	"net/url"
)

// ParseURL reads the address of what, such as "slack webhook URL": https, or http on a
// loopback address. Its errors do not quote raw, which may be a secret and which
// url.Parse's own would.
func ParseURL(what, raw string) (*url.URL, error) {
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
