package message_test

import (
	"strings"
	"testing"

	"signalbox/shared/language"
)

// TestHowManyAreNamed has numbers that need other words.
func TestHowManyAreNamed(t *testing.T) {
	t.Parallel()
	for l, want := range map[language.Language][]string{
		language.English: {"None of 5 are shown.", "The worst of 5 is shown.", "The worst 2 of 5 are shown."},
		language.Chinese: {"共 5 项，均未列出。", "共 5 项，仅列出最严重的 1 项。", "共 5 项，仅列出最严重的 2 项。"},
	} {
		rows := in(l, writer).Digest(messageID, opened(ofAll(5, usedUp))).Rows
		for named, said := range want {
			if got := rows.Unnamed(named); !strings.HasPrefix(got, said) {
				t.Errorf("%d of 5 named: %q, want %q", named, got, said)
			}
		}
	}
}
