package language_test

import (
	"strings"
	"testing"

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
