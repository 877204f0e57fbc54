package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/config"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	const first, second = "0123456789abcdef", "fedcba9876543210"
	tests := []struct {
		name, text string
		want       config.Tokens // none: refused
	}{
		{"one", first, config.Tokens{{Secret: first}}},
		{"two", first + ", " + second, config.Tokens{{Secret: first}, {Secret: second}}},
		{"with a name", "support:" + first, config.Tokens{{Name: "support", Secret: first}}},
		{"with names and without", "support:" + first + "," + second, config.Tokens{{Name: "support", Secret: first}, {Secret: second}}},
		{"a colon in the token", "support:" + first + ":x", config.Tokens{{Name: "support", Secret: first + ":x"}}},
		{"a colon after what is no name", "support+1:" + first, config.Tokens{{Secret: "support+1:" + first}}},
		{"a name and a short token", "a-name-of-enough-characters:" + first[:15], nil},
		{"a name and no token", "a-name-of-enough-characters:", nil},
		{"a short token", first[:15], nil},
		{"a space within", first + " " + second, nil},
		{"nothing after the comma", first + ",", nil},
		{"the same token twice", first + "," + first, nil},
		{"the same token with another name", "a:" + first + ",b:" + first, nil},
		{"the same token without its name", "a:" + first + "," + first, nil},
		{"the same name twice", "a:" + first + ",a:" + second, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got config.Tokens
			err := got.UnmarshalText([]byte(tt.text))
			if (err == nil) != (tt.want != nil) {
				t.Fatalf("error %v, want ok %v", err, tt.want != nil)
			}
			if err != nil && strings.Contains(err.Error(), first[:15]) {
				t.Errorf("the error repeats a token: %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	const secret = "0123456789abcdef"
	tests := []struct {
		name, address, secret string
		wrong                 string // part of the error; "": none
	}{
		{"neither", "", "", ""},
		{"both", "https://example.com", secret, ""},
		{"below a path", "https://example.com/cardflow/", secret, ""},
		{"two secrets", "http://127.0.0.1:9000", secret + ",fedcba9876543210", ""},
		{"no secret", "https://example.com", "", "SIGNALBOX_LINK_SECRET: is not set"},
		{"no address", "", secret, ""},
		{"in the clear", "http://example.com", secret, "SIGNALBOX_PAGE_URL: must begin with https://"},
		{"with a query", "https://example.com/?a=b", secret, "SIGNALBOX_PAGE_URL: must be the address"},
		{"with a fragment", "https://example.com/#a", secret, "SIGNALBOX_PAGE_URL: must be the address"},
		{"with a user", "https://a:b@example.com/", secret, "SIGNALBOX_PAGE_URL: must be the address"},
		{"no host", "cards", secret, "SIGNALBOX_PAGE_URL: must be the address"},
		{"a short secret", "https://example.com", secret[1:], "SIGNALBOX_LINK_SECRET: must be a secret"},
		{"the same secret twice", "https://example.com", secret + "," + secret, "SIGNALBOX_LINK_SECRET: must be a secret"},
		{"three secrets", "https://example.com", secret + ",1" + secret + ",2" + secret, "SIGNALBOX_LINK_SECRET: must be one secret, or two"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Load[pages]([]string{"SIGNALBOX_PAGE_URL=" + tt.address, "SIGNALBOX_LINK_SECRET=" + tt.secret})
			if tt.wrong == "" && (err != nil || strings.HasSuffix(string(got.Pages.URL), "/")) {
				t.Errorf("Load = %+v, %v, want an address without a slash at its end", got, err)
			}
			if tt.wrong != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.wrong) || strings.Contains(err.Error(), secret[1:])) {
				t.Errorf("Load = %v, want %s, without a secret", err, tt.wrong)
			}
		})
	}
}

// pages is an environment with nothing else in it.
type pages struct{ Pages config.Pages }

func (p pages) Validate() []config.Problem { return p.Pages.Validate() }

func TestOrigins(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"https://support.example.com": true, "https://support.example.com:8443": true, "http://localhost:3000": true, "http://[::1]:3000": true,
		"https://a.example, https://b.example": true,
		"https://support.example.com/":         false, "https://support.example.com/cards": false, "https://Support.example.com": false,
		"HTTPS://support.example.com": false, "https://support.example.com:443": false, "http://127.0.0.1:80": false, "http://support.example.com": false,
		"*": false, "https://*.example.com": false, "null": false, "support.example.com": false, "https://": false, "https://:443": false,
		"https://a:b@support.example.com": false, "https://support.example.com?": false, "https://a.example,": false, "https://a.example:": false,
	}
	for text, ok := range tests {
		var got config.Origins
		if err := got.UnmarshalText([]byte(text)); (err == nil) != ok {
			t.Errorf("origins %q: %v, error %v, want ok %v", text, got, err, ok)
		}
	}
}
