package rule

// The rule that the sweeps themselves are judged by: it is about no card.
const (
	Fleet = "fleet" // the subject
	Sweep = "sweep" // the rule: sweeps are late or failing

	SweepLate    = "sweep-late"
	SweepFailing = "sweep-failing"

	FactFinished = "finished" // when the last sweep was done, RFC 3339
)
