package plaintext_test

import (
	"testing"

	"signalbox/shared/plaintext"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"门禁 A": "门禁 A", "a\u202eb": `a\u202eb`, "a\nb\x00": `a\u000ab\u0000`, "\xff": "\uFFFD", "\U000E0001": `\U000e0001`,
	} {
		if got := plaintext.Printable(text); got != want {
			t.Errorf("Printable(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "门禁": "门禁", "92.5": "92.5", "=1+1": "'=1+1", "＝1": "'＝1", " \u00a0@a": "' \u00a0@a", "\tx": "'\tx", "|x": "'|x",
		"89860345190897749986": "'89860345190897749986", "8986E10": "'8986E10", "123456789012345": "123456789012345",
	} {
		if got := plaintext.Cell(text); got != want {
			t.Errorf("Cell(%q) = %q, want %q", text, got, want)
		}
	}
}
