package words

import (
	"strings"
	"testing"

	"signalbox/internal/wordstest"
)

func TestEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	wordstest.Both(t, english, chinese,
		"Tag", "Punctuation.Comma", "Punctuation.Semicolon", "Punctuation.Colon", "Punctuation.Sentences")
}

// TestOneWordForOneThing holds the Chinese texts to one word for what is open, and the texts
// about actions to what a silence lasts until.
func TestOneWordForOneThing(t *testing.T) {
	t.Parallel()
	for path, text := range wordstest.Texts(t, chinese) {
		for _, word := range []string{"问题", "续期"} {
			if strings.Contains(text, word) {
				t.Errorf("%s is %q, with %s", path, text, word)
			}
		}
	}
	for path, text := range wordstest.Texts(t, english.Act) {
		if strings.Contains(text, "renewal") {
			t.Errorf("%s is %q: a silence lasts until the data resets", path, text)
		}
	}
}
