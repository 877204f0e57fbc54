package alerts

import (
	"log/slog"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// Report is what one run saw and did. The counts of cards, calls and changes are
// those of the whole sweep, over all the runs it took.
type Report struct { //nolint:recvcheck // What serves a run asks a copy of it whether it overlapped.
	Sweep     string `json:"sweep"` // the sweep's id
	Done      bool   `json:"done"`  // false: the next run goes on
	Cards     int    `json:"cards"` // in the fleet, or with [fleet.Filters] just those listed
	Checked   int    `json:"checked"`
	Failed    int    `json:"failed"`    // cards that were not judged
	ListCalls int    `json:"listCalls"` // ListCardInfo
	FlowCalls int    `json:"flowCalls"` // GetCardFlowInfo
	PoolCalls int    `json:"poolCalls"` // GetCredentialPoolStatistics
	Opened    int    `json:"opened"`
	Worsened  int    `json:"escalated"`
	Reminded  int    `json:"reminded"`
	Resolved  int    `json:"resolved"`
	Flapping  int    `json:"flapping"`
	Open      int    `json:"open"` // incidents open after the run

	Messages    int  `json:"messages"`    // delivered by this run
	Waiting     int  `json:"waiting"`     // notifications that wait for the next run, or [notify.Unknown]
	DeadLetters int  `json:"deadLetters"` // notifications that this run gave up
	Busy        bool `json:"busy"`        // another run has the lease; this one did nothing
}

// Overlapped says to whoever asked for the run that another one has the lease.
func (r Report) Overlapped() bool { return r.Busy }

// count adds changes.
func (r *Report) count(changes []rule.Change) {
	for _, c := range changes {
		switch c.Kind {
		case incident.Opened:
			r.Opened++
		case incident.Worsened:
			r.Worsened++
		case incident.Reminded:
			r.Reminded++
		case incident.Resolved:
			r.Resolved++
		case incident.Flapping:
			r.Flapping++
		}
	}
}

// attrs are the members of a line of the log.
func (r *Report) attrs() []slog.Attr {
	return []slog.Attr{
		slog.String("sweep", r.Sweep), slog.Bool("done", r.Done),
		slog.Int("cards", r.Cards), slog.Int("checked", r.Checked), slog.Int("failed", r.Failed),
		slog.Int("list_calls", r.ListCalls), slog.Int("flow_calls", r.FlowCalls), slog.Int("pool_calls", r.PoolCalls),
		slog.Int("opened", r.Opened), slog.Int("worsened", r.Worsened), slog.Int("reminded", r.Reminded),
		slog.Int("resolved", r.Resolved), slog.Int("flapping", r.Flapping), slog.Int("open", r.Open),
		slog.Int("messages", r.Messages), slog.Int("waiting", r.Waiting), slog.Int("dead_letters", r.DeadLetters),
	}
}
