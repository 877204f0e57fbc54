// Package desk may tell what it likes in a comment.
package desk

import "example.com/tick"

type Board struct {
	livingMessage string       `json:"quietHours"`
	Inner         tick.Verdict // theirs
}

func (b *Board) Tick(memory int) error {
again:
	for turn := range memory {
		told, _ := tick.Tell(turn)
		log("sweep done", slog.Int("left_alone", told))
		log("the card has gone", "gone", "memory of a town")
		if told {
			continue again
		}
	}
	const text = `one
stand-ins of two`
	var standIn, boards = 1, "signalbox_towns"
	turn, b.quiet = 1, 2 // uses
	return b.verdict()
}
