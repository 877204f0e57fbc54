package page

import (
	"cmp"
	"encoding/json"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// answer is a list as JSON. What is not known is null.
type answer struct {
	Incidents   []incidentAnswer `json:"incidents"`
	Counts      countsAnswer     `json:"counts"`
	Coverage    *coverageAnswer  `json:"coverage"`
	RetrievedAt *time.Time       `json:"retrievedAt"`
}

type countsAnswer struct {
	Open         int `json:"open"`
	Acknowledged int `json:"acknowledged"`
	Silenced     int `json:"silenced"`
}

type coverageAnswer struct {
	Sweep        string     `json:"sweep"`
	Started      *time.Time `json:"started"`
	Done         bool       `json:"done"`
	Cards        int        `json:"cards"`
	Checked      int        `json:"checked"`
	Failed       int        `json:"failed"`
	FailedWhy    *string    `json:"failedWhy"`
	OldestData   *time.Time `json:"oldestData"`
	LastFinished *time.Time `json:"lastFinished"`
	Late         bool       `json:"late"`
}

type incidentAnswer struct {
	ID             string       `json:"id"`
	Subject        string       `json:"subject"`
	Kind           string       `json:"kind"`
	Rule           string       `json:"rule"`
	Severity       *string      `json:"severity"`
	Title          string       `json:"title"`
	Details        *string      `json:"details"`
	State          action.State `json:"state"`
	By             *string      `json:"by"`
	At             *time.Time   `json:"at"`
	Until          *time.Time   `json:"until"`
	Comment        *string      `json:"comment"`
	AcknowledgedBy *string      `json:"acknowledgedBy"`
	AcknowledgedAt *time.Time   `json:"acknowledgedAt"`
	SuppressedBy   *string      `json:"suppressedBy"`
	InhibitedBy    *string      `json:"inhibitedBy"`
	Opened         *time.Time   `json:"opened"`
	Threshold      *float64     `json:"threshold"`

	factsAnswer

	PageURL *string `json:"pageUrl"`
}

// factsAnswer is what every rule says of its card or pool.
type factsAnswer struct {
	Package    *string    `json:"package"`
	Pool       *string    `json:"pool"`
	Tags       []string   `json:"tags"`
	Remark     *string    `json:"remark"`
	UsedBytes  *int64     `json:"usedBytes"`
	UsedFlow   *string    `json:"usedFlow"`
	RestBytes  *int64     `json:"restBytes"`
	RestFlow   *string    `json:"restFlow"`
	TotalBytes *int64     `json:"totalBytes"`
	TotalFlow  *string    `json:"totalFlow"`
	Ratio      *float64   `json:"ratio"`
	Expires    *time.Time `json:"expires"`
	Renews     *time.Time `json:"renews"`
	Counted    *time.Time `json:"counted"`
}

// JSON writes the list as the API answers it.
func (l List) JSON() ([]byte, error) {
	a := answer{
		Incidents: make([]incidentAnswer, len(l.Items)), RetrievedAt: l.time(l.now()), Coverage: l.coverage(),
		Counts: countsAnswer{l.Counts[action.Open], l.Counts[action.Acknowledged], l.Counts[action.Silenced]},
	}
	for i, item := range l.Items {
		a.Incidents[i] = l.incident(item)
	}
	body, err := json.Marshal(a)
	return append(body, '\n'), err
}

func (l List) coverage() *coverageAnswer {
	c := l.Coverage
	if c.Sweep == "" {
		return nil
	}
	return &coverageAnswer{
		Sweep: c.Sweep, Started: l.time(c.Started), Done: !c.Partial, Cards: c.Total, Checked: c.Checked, Failed: c.Failed,
		FailedWhy: known(c.Why), OldestData: l.time(c.OldestData), LastFinished: l.time(c.LastFinished), Late: c.Late,
	}
}

func (l List) incident(i Item) incidentAnswer {
	said, f, s := l.Style.Describe(*i.Incident, l.now()), i.Details.Facts, i.Standing
	a := incidentAnswer{
		ID: i.ID(), Subject: said.Subject, Kind: string(i.Key.Subject.Kind), Rule: i.Key.Rule, Severity: known(string(i.Severity)),
		Title: said.Title, Details: known(said.Details), State: s.State, By: known(l.who(s.By)), At: l.time(s.At), Until: l.time(s.Until),
		Comment: known(s.Comment), AcknowledgedBy: known(l.who(s.AcknowledgedBy)), AcknowledgedAt: l.time(s.AcknowledgedAt),
		SuppressedBy: suppressor(i.Suppressed), Opened: l.time(i.Opened), Threshold: threshold(i.Threshold),
		factsAnswer: newFacts(f, l.time), PageURL: known(said.Page), InhibitedBy: known(inhibitor(i.Suppressed)),
	}
	return a
}

// inhibitor is the rule that has something worse to say. "": there is none.
func inhibitor(s incident.Suppression) string {
	if s.By != incident.ByInhibition {
		return ""
	}
	return s.Name
}

// newFacts answers with what is known. zoned answers with a time, and null for the zero one.
func newFacts(f rule.Facts, zoned func(time.Time) *time.Time) factsAnswer {
	a := factsAnswer{
		Package: known(f.Package), Pool: known(f.Pool), Tags: f.Tags, Remark: known(f.Remark),
		Expires: zoned(f.Expires), Renews: zoned(f.Renews), Counted: zoned(f.Refreshed),
	}
	a.UsedBytes, a.UsedFlow = size(f.Used)
	a.RestBytes, a.RestFlow = size(f.Rest)
	a.TotalBytes, a.TotalFlow = size(f.Total())
	if ratio, ok := f.Ratio.Value(); ok {
		a.Ratio = &ratio
	}
	return a
}

// suppressor is what keeps an incident from being notified now.
func suppressor(s incident.Suppression) *string {
	switch s.By {
	case incident.BySilence:
		return new("silence")
	case incident.ByMuteTime:
		return new("muteTime")
	case incident.ByInhibition:
		return new("inhibition")
	default:
		return nil
	}
}

func (l List) time(t time.Time) *time.Time { return timeIn(l.Style.Zone, t) }

// timeIn is null where a time is not known. Fractions of seconds say nothing to people.
func timeIn(zone *time.Location, t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.In(cmp.Or(zone, time.UTC)).Truncate(time.Second))
}

func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func threshold(t incident.Threshold) *float64 {
	if t == (incident.Threshold{}) {
		return nil
	}
	return &t.Value
}

func size(s card.DataSize) (bytes *int64, text *string) {
	if n, ok := s.Bytes(); ok {
		bytes = &n
	}
	return bytes, known(s.Text())
}
