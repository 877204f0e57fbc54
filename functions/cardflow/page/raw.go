package page

import (
	"encoding/json"
	"fmt"
	"strings"

	"signalbox/functions/cardflow/flow"
)

// raw is the answer as the API gives it, so that both always say the same, on lines for
// people. Escapes such as \u202e mean the same to JSON.
func raw(f flow.Flow) (string, error) {
	body, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encode the answer: %w", err)
	}
	lines := strings.Split(string(body), "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	return strings.Join(lines, "\n"), nil
}
