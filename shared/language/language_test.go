package language_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/language"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		chosen, accept string
		want           language.Language
	}{
		{"", "", language.English},
		{"", "zh-CN,zh;q=0.9,en;q=0.8", language.Chinese},
		{"", "zh", language.Chinese},
		{"", "zh-TW", language.Chinese},
		{"", "zh-Hant-HK,de;q=0.5", language.Chinese},
		{"", "en-GB,en;q=0.9,zh;q=0.1", language.English},
		{"", "de-DE,de;q=0.9,zh;q=0.3", language.Chinese},
		{"", "de,fr", language.English},
		{"", "zh;q=0", language.English},
		{"", "*", language.English},
		{"", "\xff;;;q=", language.English},
		{"", strings.Repeat("zh-", 2000), language.English},
		{"zh", "en", language.Chinese},
		{"en", "zh", language.English},
		{"fr", "zh", language.Chinese},
		{"ZH", "en", language.English},
	}
	for _, tt := range tests {
		if got := language.Match(tt.chosen, tt.accept); got != tt.want {
			t.Errorf("Match(%q, %.40q) = %v, want %v", tt.chosen, tt.accept, got, tt.want)
		}
	}
}

func TestPhrases(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -999: "-999"} {
		if got := language.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
	cards := language.Counts("card", "cards")
	got := []string{cards(1), cards(0), cards(2000), language.Around("by ", ".")("Ann"), language.Numbered("另有 ", " 项")(1500)}
	if diff := cmp.Diff([]string{"1 card", "0 cards", "2,000 cards", "by Ann.", "另有 1,500 项"}, got); diff != "" {
		t.Error(diff)
	}
}
