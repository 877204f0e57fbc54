package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Kind is what a change says.
type Kind string

// The kinds of change.
const (
	Opened   Kind = "opened"
	Worsened Kind = "worsened" // a higher severity, or a worse threshold
	Reminded Kind = "reminded" // still open
	Resolved Kind = "resolved"
	Flapping Kind = "flapping" // Damped changes since the last one; Incident says how it is now
)

// Change is one thing that receivers are to be notified of: the incident as it
// was then.
type Change[D any] struct {
	// ID is the same however often the change is delivered.
	ID     string    `json:"id"`
	Kind   Kind      `json:"kind"`
	At     time.Time `json:"at"`
	Damped int       `json:"damped,omitempty"` // changes that a Flapping one stands for
	// FellBack is the kind that the change had before others were notified of it in
	// place of the receiver that it waits for. "": they were not.
	FellBack Kind        `json:"fellBack,omitempty"`
	Incident Incident[D] `json:"incident"`
}

// IsOver reports whether the change leaves its incident resolved. One that flaps
// may leave it open or resolved.
func (c Change[D]) IsOver() bool {
	return c.Kind == Resolved || c.Kind == Flapping && c.Incident.Phase != PhaseOpen
}

// changeID names the count-th change of an incident that was opened then.
func changeID(k Key, opened time.Time, count int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d", k, opened.UnixNano(), count))
	return hex.EncodeToString(sum[:6])
}
