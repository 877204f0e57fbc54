package alerts

import (
	"fmt"
	"slices"
	"strings"

	"signalbox/shared/card"
)

// ICCIDs is a list of cards in the environment.
type ICCIDs []card.ICCID

// UnmarshalText reads ICCIDs separated by commas, each once.
func (l *ICCIDs) UnmarshalText(text []byte) error {
	var ids ICCIDs
	for i, field := range strings.Split(string(text), ",") {
		id, err := card.ParseICCID(strings.TrimSpace(field))
		if err != nil {
			return fmt.Errorf("must be ICCIDs separated by commas; number %d is not one: %w", i+1, err)
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	*l = ids
	return nil
}
