package page

import (
	"cmp"
	"encoding/json"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// Explanation is what is known of a card now, what each rule says of it, and whether
// somebody is notified of that, or why nobody is.
type Explanation struct {
	Observations []Observed // of the card, and of the pool whose data it shares
	Standing     action.Standing
	// Receivers are who is notified of an incident. Nil: all receivers are.
	Receivers func(rule.Incident) []string
	Now       time.Time
	Style     message.Style
}

// Observed is one observation with what follows from it.
type Observed struct {
	rule.Observation

	Rules []rule.Explained
	// Incidents are what is remembered of them, by rule.
	Incidents map[string]rule.Incident
}

// Reason is why somebody is notified of what a rule says, or nobody is.
type Reason string

// The reasons.
const (
	ReasonOff          Reason = "off"          // the rule is switched off
	ReasonUnknown      Reason = "unknown"      // too little is known of the card
	ReasonClear        Reason = "clear"        // there is nothing to say
	ReasonHysteresis   Reason = "hysteresis"   // between the opening and the clearing threshold
	ReasonAbsent       Reason = "absent"       // the card was not found, or is destroyed
	ReasonPending      Reason = "pending"      // not for long enough
	ReasonSilence      Reason = "silence"      // suppressed by one
	ReasonMuteTime     Reason = "muteTime"     // suppressed by one
	ReasonInhibition   Reason = "inhibition"   // another incident says more
	ReasonAcknowledged Reason = "acknowledged" // notified again when it gets worse or is over
	ReasonNotified     Reason = "notified"     // it was
	ReasonDue          Reason = "due"          // by the next sweep
)

// reason says why. status is of an incident that is open.
func (o Observed) reason(e rule.Explained, status action.Status) Reason {
	i := o.Incidents[e.Key.Rule]
	switch {
	case e.Status == incident.Off:
		return ReasonOff
	case e.Status == "":
		return ReasonUnknown
	case e.Status == incident.Absent:
		return ReasonAbsent
	case e.Status == incident.Hysteresis && i.Phase != incident.PhaseOpen:
		return ReasonHysteresis
	case e.Status == incident.Clear:
		return ReasonClear
	case status.State == action.Silenced:
		return ReasonSilence
	case e.Suppressed.Active():
		return suppressedBy(e.Suppressed)
	case i.Suppressed.Active() && i.Phase == incident.PhaseOpen:
		return suppressedBy(i.Suppressed)
	case status.State == action.Acknowledged:
		return ReasonAcknowledged
	case i.IsOpen():
		return ReasonNotified
	case e.For > 1 && i.Breached < e.For:
		return ReasonPending
	default:
		return ReasonDue
	}
}

func suppressedBy(s incident.Suppression) Reason {
	switch s.By {
	case incident.BySilence:
		return ReasonSilence
	case incident.ByMuteTime:
		return ReasonMuteTime
	default:
		return ReasonInhibition
	}
}

type explanationAnswer struct {
	ICCID       string          `json:"iccid"`
	Subjects    []subjectAnswer `json:"subjects"`
	RetrievedAt *time.Time      `json:"retrievedAt"`
}

type subjectAnswer struct {
	Subject    string       `json:"subject"`
	Kind       string       `json:"kind"`
	Unreadable *string      `json:"unreadable"`
	NotFound   bool         `json:"notFound"`
	Status     *string      `json:"status"`
	OsStatus   *string      `json:"osStatus"`
	Carrier    *string      `json:"carrier"`
	Lookup     *string      `json:"lookup"`
	Facts      factsAnswer  `json:"facts"`
	Rules      []ruleAnswer `json:"rules"`
}

type ruleAnswer struct {
	Rule       string         `json:"rule"`
	Status     string         `json:"status"` // "unknown" where it cannot say
	Severity   *string        `json:"severity"`
	Threshold  *float64       `json:"threshold"`
	Thresholds []string       `json:"thresholds"`
	Details    *string        `json:"details"`
	Reason     Reason         `json:"reason"`
	Because    *string        `json:"because"` // the silence's maker or comment, or what inhibits
	Until      *time.Time     `json:"until"`
	Of         *ofAnswer      `json:"breached"`
	Incident   *knownIncident `json:"incident"`
	Receivers  []string       `json:"receivers"`
}

// ofAnswer is how often a rule was breached in a row, and how often it has to be.
type ofAnswer struct {
	Times int `json:"times"`
	Of    int `json:"of"`
}

type knownIncident struct {
	ID            string     `json:"id"`
	Phase         string     `json:"phase"`
	Opened        *time.Time `json:"opened"`
	Notified      *time.Time `json:"notified"`
	Notifications int        `json:"notifications"`
	Flapping      bool       `json:"flapping"`
}

// JSON writes the explanation as the API answers it.
func (x Explanation) JSON() ([]byte, error) {
	a := explanationAnswer{Subjects: make([]subjectAnswer, 0, len(x.Observations)), RetrievedAt: x.time(x.Now)}
	for _, o := range x.Observations {
		if o.Subject.Kind == incident.Card {
			a.ICCID = o.Subject.ID
		}
		a.Subjects = append(a.Subjects, x.subject(o))
	}
	body, err := json.Marshal(a)
	return append(body, '\n'), err
}

func (x Explanation) time(t time.Time) *time.Time { return timeIn(x.Style.Zone, t) }

func (x Explanation) subject(o Observed) subjectAnswer {
	a := subjectAnswer{
		Subject: o.Subject.ID, Kind: string(o.Subject.Kind), Unreadable: known(o.Unreadable), NotFound: o.Missing,
		Status: known(o.Status), OsStatus: known(o.OsStatus), Carrier: known(o.Vendor), Lookup: known(string(o.Lookup)),
		Rules: make([]ruleAnswer, 0, len(o.Rules)), Facts: newFacts(o.Facts(), x.time),
	}
	for _, e := range o.Rules {
		a.Rules = append(a.Rules, x.rule(o, e))
	}
	return a
}

func (x Explanation) rule(o Observed, e rule.Explained) ruleAnswer {
	i, remembered := o.Incidents[e.Key.Rule]
	now := x.asIncident(e, i)
	status := x.Standing.Of(now, x.Now)
	a := ruleAnswer{
		Rule: e.Key.Rule, Status: string(e.Status), Severity: known(string(e.Severity)), Threshold: threshold(e.Threshold),
		Thresholds: e.Thresholds, Reason: o.reason(e, status), Receivers: x.receivers(now),
	}
	if e.Status == "" {
		a.Status = string(ReasonUnknown)
	}
	if e.Details.Value != nil && (e.Status == incident.Breached || e.Status == incident.Hysteresis) {
		a.Details = known(x.Style.Describe(now, x.Now).Details)
	}
	if a.Reason == ReasonPending {
		a.Of = &ofAnswer{i.Breached, e.For}
	}
	a.Because, a.Until = x.because(a.Reason, status, e, i)
	if remembered {
		a.Incident = &knownIncident{
			ID: i.ID(), Phase: string(i.Phase), Opened: x.time(i.Opened), Notified: x.time(i.Notified.At),
			Notifications: i.Notified.Count, Flapping: i.Notified.Damped > 0,
		}
	}
	return a
}

// asIncident is what is said now of what is remembered.
func (x Explanation) asIncident(e rule.Explained, i rule.Incident) rule.Incident {
	i.Key, i.Severity, i.Threshold = e.Key, e.Severity, e.Threshold
	receivers := i.Details.Receivers
	i.Details = e.Details
	i.Details.Receivers = receivers
	if e.Suppressed.Active() {
		i.Suppressed = e.Suppressed
	}
	return i
}

func (x Explanation) receivers(i rule.Incident) []string {
	if x.Receivers == nil {
		return nil
	}
	return x.Receivers(i)
}

// because says who or what keeps people from being notified, and until when.
func (x Explanation) because(why Reason, status action.Status, e rule.Explained, i rule.Incident) (because *string, until *time.Time) {
	said := known(cmp.Or(e.Suppressed.Name, i.Suppressed.Name))
	switch {
	case why == ReasonAcknowledged, why == ReasonSilence && status.State == action.Silenced && !status.ByFile():
		return known(x.Style.Who(status.By)), x.time(status.Until)
	case why == ReasonSilence && status.ByFile():
		return known(status.Comment), x.time(status.Until)
	case why == ReasonSilence, why == ReasonInhibition:
		return said, nil
	default:
		return nil, nil
	}
}
