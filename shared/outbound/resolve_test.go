package outbound_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"signalbox/shared/outbound"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	tests := []struct {
		address string
		private bool
		want    string // part of the error; "": none
	}{
		{"https://1.1.1.1/sealed", false, ""},
		{"http://127.0.0.1/sealed", false, ""},
		{"http://localhost/sealed", false, ""},
		{"https://10.0.0.1/sealed", false, "private network"},
		{"https://10.0.0.1/sealed", true, ""},
		{"https://169.254.169.254/sealed", false, "private network"},
		{"https://no-such-host.invalid/sealed", true, "the host no-such-host.invalid "},
	}
	for _, tt := range tests {
		to, err := url.Parse(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		err = outbound.Resolve(t.Context(), to, tt.private)
		if (err != nil) != (tt.want != "") || err != nil && (!strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "sealed")) {
			t.Errorf("Resolve(%s, %t) = %v, want %q without the path", tt.address, tt.private, err, tt.want)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := outbound.Resolve(over, &url.URL{Scheme: "https", Host: "example.com"}, false); err == nil {
		t.Error("Resolve after the end of ctx = nil, want an error")
	}
}
