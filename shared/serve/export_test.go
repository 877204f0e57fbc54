package serve

import "net/http"

// Margin is for the table of margins.
var Margin = margin

// SoftMemory is for the table of machines.
var SoftMemory = softMemory

// NewPacedTransport is for the ways in which a runtime API fails.
func NewPacedTransport(next http.RoundTripper) http.RoundTripper {
	return &pacedTransport{RoundTripper: next}
}

// ListenAddress is for the table of addresses.
func ListenAddress(environ []string) (string, error) {
	where, err := detect(environ)
	return where.address, err
}
