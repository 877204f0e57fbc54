package logging_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"signalbox/shared/logging"
)

func TestUntrusted(t *testing.T) {
	t.Parallel()
	const cut = "..."
	tests := []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"short", "month", "month"},
		{"as long as allowed", strings.Repeat("a-", 128), strings.Repeat("a-", 128)},
		{"longer", strings.Repeat("a-", 129), strings.Repeat("a-", 126) + "a" + cut},
		{"longer, cut within a letter", strings.Repeat("é", 200), strings.Repeat("é", 126) + cut},
		{"no UTF-8", "a\xffb", "a?b"},
		{"lines and other controls", "a\r\nb\x00\x1b[31m", "a??b??[31m"},
		{"a card", "89860321000000015668", "89860321******15668"},
		{"a card in a path", "/cards/89860321000000015668/flow", "/cards/89860321******15668/flow"},
		{"hexadecimal digits", "8986032100000001566F", "89860321******1566F"},
		{"two cards", "89860321000000015668,89860321000000015669", "89860321******15668,89860321******15669"},
		{"the shortest", "898603210000001", "8986******00001"},
		{"more digits than a card has", "8986032100000001566812345", "89860321******12345"},
		{"fewer", "89860321000000", "89860321000000"},
		{"a card at the cut", strings.Repeat("a-", 120) + "89860321000000015668", strings.Repeat("a-", 120) + "89860321*****" + cut},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := logging.Untrusted(tt.text); got != tt.want || !utf8.ValidString(got) || len(got) > 256 {
				t.Errorf("Untrusted(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func FuzzUntrusted(f *testing.F) {
	f.Add("/cards/89860321000000015668/flow")
	f.Fuzz(func(t *testing.T, text string) {
		got := logging.Untrusted(text)
		if len(got) > 256 || !utf8.ValidString(got) || logging.Untrusted(got) != got {
			t.Errorf("Untrusted(%q) = %q, want at most 256 bytes of text that stays as it is", text, got)
		}
	})
}
