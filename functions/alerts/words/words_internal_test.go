package words

import (
	"testing"

	"signalbox/internal/wordstest"
)

func TestEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	wordstest.Both(t, english, chinese,
		"Tag", "Punctuation.Comma", "Punctuation.Semicolon", "Punctuation.Colon", "Punctuation.Sentences")
}
