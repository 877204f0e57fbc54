package words

import (
	"testing"

	"signalbox/internal/wordstest"
)

func TestEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	wordstest.Both(t, english, chinese,
		"Tag", "Message.Percent", "Message.Comma", "Message.Sentence", "Message.Colon", "Page.NoRate")
}
