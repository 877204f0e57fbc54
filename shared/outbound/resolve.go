package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
)

// Resolve reports whether the host of an address is known and, as [Transport] judges it,
// may be connected to. It does not connect. Its errors do not quote what is behind the
// host.
func Resolve(ctx context.Context, to *url.URL, allowPrivate bool) error {
	host := to.Hostname()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if wrapped, ok := errors.AsType[*net.DNSError](err); ok && wrapped.IsNotFound {
		return fmt.Errorf("the host %s is not known", host)
	}
	if err != nil {
		return fmt.Errorf("the host %s cannot be looked up: %w", host, err)
	}
	for _, address := range found {
		if allowPrivate || admit(netip.AddrPortFrom(address, 0).String(), isLoopback(host)) == nil {
			return nil
		}
	}
	return errPrivate
}
