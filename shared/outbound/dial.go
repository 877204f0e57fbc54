package outbound

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// errPrivate is why a connection is refused.
var errPrivate = errors.New("the address resolves to a private network, which is refused without allow_private: true")

// special are networks that are not private by name, and not the public's either.
//
// See https://www.iana.org/assignments/iana-ipv4-special-registry/ and its like for IPv6.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// isPublic reports whether a is a host of the Internet's.
func isPublic(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	inside := func(p netip.Prefix) bool { return p.Contains(a) }
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(special, inside)
}

// Transport connects to where an operator has named an address: unless allowPrivate, to
// hosts of the Internet alone, and to this machine where the address itself names it. It
// judges what a name resolves to at each connection, so that a name cannot change its
// mind. A proxy from the environment is used only with allowPrivate: what is connected
// to is then the proxy's choice.
func Transport(to *url.URL, allowPrivate bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	transport := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConns: 2, IdleConnTimeout: time.Minute,
	}
	if allowPrivate {
		transport.Proxy = http.ProxyFromEnvironment
		return transport
	}
	here := isLoopback(to.Hostname())
	dialer.Control = func(_, address string, _ syscall.RawConn) error { return admit(address, here) }
	return transport
}

// admit refuses an address that is connected to, after its name was resolved.
func admit(address string, here bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivate
	}
	if isPublic(at.Addr()) && !here || at.Addr().Unmap().IsLoopback() && here {
		return nil
	}
	return errPrivate
}
