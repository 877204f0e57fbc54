package outbound

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"signalbox/shared/delivery"
)

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2400:3200::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.5.4": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.100.100.200": false, "0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false, "::7f00:1": false,
	} {
		if got := isPublic(netip.MustParseAddr(text)); got != want {
			t.Errorf("isPublic(%s) = %t, want %t", text, got, want)
		}
	}
}

// TestAdmit judges the address that a name has resolved to, whatever the name is.
func TestAdmit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address string
		here    bool // the URL names this machine
		want    bool
	}{
		{"8.8.8.8:443", false, true},
		{"127.0.0.1:443", false, false},
		{"10.1.2.3:443", false, false},
		{"[::1]:443", false, false},
		{"127.0.0.1:80", true, true},
		{"[::1]:80", true, true},
		{"10.1.2.3:80", true, false},
		{"8.8.8.8:80", true, false},
		{"nothing", true, false},
	} {
		if got := admit(tt.address, tt.here) == nil; got != tt.want {
			t.Errorf("admit(%s, %t) = %t, want %t", tt.address, tt.here, got, tt.want)
		}
	}
}

// TestPrivateAddressIsRefused has a name of the Internet's lead to this machine.
func TestPrivateAddressIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	for _, tt := range []struct {
		name    string // that the operator has written
		private bool
		want    delivery.Kind
	}{
		{"hooks.example", false, delivery.KindConfig}, {"hooks.example", true, ""}, {"127.0.0.1", false, ""},
	} {
		p, err := NewPoster("test", 1, Config{
			URL: server.URL, AllowPrivate: tt.private, Transport: Transport(&url.URL{Host: tt.name}, tt.private),
		})
		if err != nil {
			t.Fatal(err)
		}
		answer, failure := p.ask(t.Context(), Request{})
		switch {
		case tt.want == "" && answer == nil:
			t.Errorf("%s, private %t: %v, want an answer", tt.name, tt.private, failure)
		case tt.want != "" && (failure == nil || failure.Kind != tt.want || failure.Uncertain || !strings.Contains(failure.Reason, "allow_private")):
			t.Errorf("%s, private %t: %+v, want %s", tt.name, tt.private, failure, tt.want)
		}
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{
		"https://hooks.example/a?b=c": true, "http://127.0.0.1:9000/a": true, "http://localhost/a": true, "http://[::1]/a": true,
		"http://hooks.example/a": false, "ftp://127.0.0.1/a": false, "https://user:secret@hooks.example/": false, "secret": false, "": false, "https://": false, "http://localhost.example/": false,
	} {
		_, err := ParseURL("test URL", raw)
		if got := err == nil; got != want {
			t.Errorf("ParseURL(%q) = %v, want accepted: %t", raw, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error quotes the URL: %v", err)
		}
	}
}
