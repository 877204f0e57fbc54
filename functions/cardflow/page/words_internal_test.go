package page

import (
	"testing"

	"signalbox/internal/wordstest"
)

func TestEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	wordstest.Both(t, english, chinese, "Find.Label")
}
