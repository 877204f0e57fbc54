package serve_test

import (
	"testing"

	"signalbox/shared/serve"
)

func TestListenAddress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		environ []string
		want    string
	}{
		{"nothing set", nil, "127.0.0.1:9000"},
		{"a port", []string{"PORT=8080"}, "127.0.0.1:8080"},
		{"every interface", []string{"HOST=0.0.0.0"}, "0.0.0.0:9000"},
		{"IPv6", []string{"HOST=::1", "PORT=8080"}, "[::1]:8080"},
		{"set and empty", []string{"HOST=", "PORT="}, "127.0.0.1:9000"},
		{"custom runtime", []string{"FC_FUNCTION_NAME=cardflow", "FC_CUSTOM_LISTEN_PORT=9001"}, "0.0.0.0:9001"},
		{"custom runtime with a host", []string{"FC_FUNCTION_NAME=cardflow", "HOST=10.0.0.7"}, "10.0.0.7:9000"},
		{"a custom runtime's port alone", []string{"FC_CUSTOM_LISTEN_PORT=9001", "PORT=8080"}, "127.0.0.1:9001"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := serve.ListenAddress(tt.environ); got != tt.want || err != nil {
				t.Errorf("address with %q = %q, %v, want %q", tt.environ, got, err, tt.want)
			}
		})
	}
}
