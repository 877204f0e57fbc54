package incident

import "time"

// Advance applies an evaluation to what is remembered of its incident, and
// returns what is to be remembered and what receivers are to be notified of.
func Advance[D any](past Incident[D], e Evaluation[D], now time.Time, p Policy) (Incident[D], []Change[D]) {
	panic("not written yet")
}

// Elapse lets time pass for an incident without an evaluation: what flapping held
// back becomes due, and what is over is forgotten (the zero Incident).
func Elapse[D any](past Incident[D], now time.Time, p Policy) (Incident[D], []Change[D]) {
	panic("not written yet")
}
