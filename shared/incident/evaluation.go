package incident

import (
	"strconv"
	"time"
)

// Status is what a rule finds of a subject. The zero Status is that the rule
// cannot say.
type Status string

// The statuses.
const (
	Clear      Status = "clear"
	Hysteresis Status = "hysteresis" // between the opening and the clearing threshold
	Breached   Status = "breached"
	Off        Status = "off"    // the rule is switched off for the subject
	Absent     Status = "absent" // the subject was not found, or is destroyed
)

// Severity is how bad an incident is. It is decided once, by the rule.
type Severity string

// The severities.
const (
	Warning  Severity = "warning"
	Critical Severity = "critical"
)

// Compare is positive where s is worse than t. The empty severity is the least.
func (s Severity) Compare(t Severity) int { return severityRank(s) - severityRank(t) }

func severityRank(s Severity) int {
	switch s {
	case Critical:
		return 2
	case Warning:
		return 1
	default:
		return 0
	}
}

// Threshold is the value that was crossed, in the rule's unit: percent of a
// package, days before its end. The zero Threshold is of a rule that has none.
type Threshold struct {
	Value float64 `json:"value"`
	// Falling says that smaller is worse, as with days that are left.
	Falling bool `json:"falling,omitempty"`
}

// Compare is positive where t is worse than u.
func (t Threshold) Compare(u Threshold) int {
	switch {
	case t.Value == u.Value:
		return 0
	case (t.Value > u.Value) != (t.Falling || u.Falling):
		return 1
	default:
		return -1
	}
}

// String returns the value, such as "80"; empty where there is none.
func (t Threshold) String() string {
	if t == (Threshold{}) {
		return ""
	}
	return strconv.FormatFloat(t.Value, 'f', -1, 64)
}

// worse reports whether t is a threshold, and a worse one than u.
func (t Threshold) worse(u Threshold) bool {
	return t != (Threshold{}) && u != (Threshold{}) && t.Compare(u) > 0
}

// Suppression is why an incident is not notified now. The zero value is that it
// is.
type Suppression struct {
	By   Suppressor `json:"by,omitempty"`
	Name string     `json:"name,omitempty"` // the silence's comment, or the rule that inhibits
	// Origin is where a silence was made, such as in Slack. Empty: in the rules file.
	Origin string `json:"origin,omitempty"`
}

// Suppressor is what kept an incident from being notified.
type Suppressor string

// The suppressors.
const (
	BySilence    Suppressor = "silence"
	ByMuteTime   Suppressor = "mute time"
	ByInhibition Suppressor = "inhibition"
)

// Active reports whether something suppresses.
func (s Suppression) Active() bool { return s.By != "" }

// Evaluation is what a rule says of a subject now.
type Evaluation[D any] struct {
	Key    Key
	Status Status
	// Instance tells one occasion from the next, such as the package that is
	// running out. Another instance is another incident; an empty one is
	// unknown, and taken for the same.
	Instance string
	// Partial says that the answer lacked what the rule goes by. Such an
	// evaluation may open or worsen an incident, but neither resolves it nor
	// begins another instance.
	Partial bool
	// Severity and Threshold are of a Breached evaluation alone.
	Severity  Severity
	Threshold Threshold
	// For is how many evaluations in a row it takes to open an incident, or for
	// Absent to resolve it. Zero: one. Those with the same Seen, such as the day
	// of the data or the sweep, count once; an empty Seen is always another.
	For        int
	Seen       string
	Suppressed Suppression
	// Unsure may suppress it as well, as far as is known. An incident that one of them
	// suppressed stays suppressed by it; no other incident is suppressed by one.
	Unsure  []Suppression
	Details D
}

// Policy is how changes become notifications.
type Policy struct {
	// Repeat is how often an incident that stays open is reminded of. Zero: never.
	Repeat time.Duration
	// Damping is the least time between two notifications of one incident that
	// flaps. Zero: 1 h.
	Damping time.Duration
	// Acknowledged is how bad the incident was when somebody acknowledged it: it is not
	// reminded, and while it is open receivers are notified only of what is worse. Zero:
	// nobody did.
	Acknowledged Level
}

// Level is how bad an incident is. The zero Level is none.
type Level struct {
	Severity  Severity  `json:"severity,omitempty"`
	Threshold Threshold `json:"threshold,omitzero"`
}

// Covers reports whether other is no worse than l.
func (l Level) Covers(other Level) bool {
	return l.Severity != "" && other.Severity.Compare(l.Severity) <= 0 && !other.Threshold.worse(l.Threshold)
}
