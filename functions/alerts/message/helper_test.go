package message_test

import (
	"fmt"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/incident"
	"signalbox/shared/language"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

var (
	zone  = time.FixedZone("CST", 8*60*60)
	now   = time.Date(2026, 11, 22, 16, 30, 0, 0, zone)
	style = message.Style{Zone: zone}
	// console shows everything.
	console = message.Style{Zone: zone, ShowICCID: true, Console: "https://console.example/"}

	pages = cardlink.New("https://cards.example/prefix", []string{"first-secret-0123456789"})

	coverage = message.Coverage{
		Checked: 99_980, Total: 100_000, Failed: 20, OldestData: now.Add(-3 * time.Hour), At: now,
		Why: "a page of the listing was not answered: unavailable (HTTP 500)", Most: 15,
	}
	writer = message.Writer{Style: style, Coverage: coverage}
)

var languages = []language.Language{language.English, language.Chinese}

// in is w in a language.
func in(l language.Language, w message.Writer) message.Writer {
	w.Style.Language = l
	return w
}

// messageID is one as package notify makes it.
const messageID = "82c20a72d04e5f118f6a"

// plans are names as Alibaba's console writes them.
var plans = []string{"中国联通30MB月套餐", "物联网卡—通用流量100MB/月（含税）", "电信<R&D>测试池 1GB", "=HYPERLINK(\"x\")"}

// iccid is the nth card's.
func iccid(n int) string { return fmt.Sprintf("8986032100000001%04d", n) }

// ofCard makes the nth card's open incident, of which receivers were notified.
func ofCard(n int, ruleName string, severity incident.Severity, threshold float64, value rule.Typed) rule.Incident {
	facts := rule.Facts{
		Package:   plans[n%len(plans)],
		Used:      card.ParseDataSize(fmt.Sprintf("%d.00MB", 80+n%20)),
		Rest:      card.ParseDataSize(fmt.Sprintf("%d.00MB", 20-n%20)),
		Ratio:     card.ParseRatio(fmt.Sprintf("%d%%", 80+n%20)),
		Expires:   now.Add(time.Duration(n%40-2) * 24 * time.Hour),
		Refreshed: now.Add(-30 * time.Hour),
		Volume:    card.ParseDataSize("100.00MB"),
		Tags:      []string{"cars", "north"},
	}
	if n%3 == 2 {
		facts.Remark = []string{"Gate 7", "货车 京A12345"}[n%2]
	}
	opened := now.Add(-time.Duration(n%90) * time.Hour)
	return rule.Incident{
		Key:      incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: iccid(n)}, Rule: ruleName},
		Phase:    incident.PhaseOpen,
		Instance: facts.Expires.Format(time.RFC3339), Opened: opened,
		Status: incident.Breached, Severity: severity,
		Threshold: incident.Threshold{Value: threshold, Falling: ruleName == rule.ExpiryName},
		Details:   rule.Details{Facts: facts, Value: value},
		Notified:  incident.Notified{Count: 1, At: opened, Open: true},
	}
}

func usedUp(n int) rule.Incident {
	i := ofCard(n, rule.UsageName, incident.Critical, 100, rule.UsageDetails{})
	i.Details.Facts.Used, i.Details.Facts.Rest = card.ParseDataSize("100.00MB"), card.ParseDataSize("0KB")
	i.Details.Facts.Ratio = card.ParseRatio("100%")
	return i
}

func highUsage(n int) rule.Incident {
	return ofCard(n, rule.UsageName, incident.Warning, 80, rule.UsageDetails{})
}

func expiring(n int) rule.Incident {
	return ofCard(n, rule.ExpiryName, incident.Warning, 7, rule.ExpiryDetails{})
}

func expired(n int) rule.Incident {
	return ofCard(n, rule.ExpiryName, incident.Critical, 0, rule.ExpiryDetails{})
}

// runningOut is a forecast by so many days of use.
func runningOut(n, points int) rule.Incident {
	i := ofCard(n, rule.ForecastName, incident.Warning, 0.8, rule.ForecastDetails{
		Probability: 0.86, Points: points,
		Expected: card.Day{Year: 2026, Month: 11, Day: 28},
		Earliest: card.Day{Year: 2026, Month: 11, Day: 25}, Latest: card.Day{Year: 2026, Month: 12, Day: 3},
	})
	i.Details.Facts.Expires = now.AddDate(0, 2, 0)
	return i
}

func stopped(n int, cause rule.StopCause, severity incident.Severity) rule.Incident {
	return ofCard(n, rule.StoppedName, severity, 0, rule.StoppedDetails{Cause: cause})
}

func stale(n int) rule.Incident {
	return ofCard(n, rule.StaleName, incident.Warning, 0, rule.StaleDetails{})
}

func inactive(n int) rule.Incident {
	i := ofCard(n, rule.InactiveName, incident.Warning, 10, rule.InactiveDetails{
		LastUse: card.Day{Year: 2026, Month: 10, Day: 30},
	})
	i.Details.Facts.Used, i.Details.Facts.Rest = card.ParseDataSize("0KB"), card.ParseDataSize("100.00MB")
	i.Details.Facts.Ratio = card.ParseRatio("0%")
	return i
}

func unreadable(n int, why string) rule.Incident {
	i := ofCard(n, rule.UnreadableName, incident.Warning, 0, rule.UnreadableDetails{Why: why})
	i.Details.Facts = rule.Facts{}
	return i
}

// ofFleet is about the fleet itself.
func ofFleet(id string, severity incident.Severity, value rule.Typed) rule.Incident {
	i := ofCard(3, value.Rule(), severity, 0, value)
	i.Key.Subject, i.Details.Facts = incident.Subject{Kind: incident.Fleet, ID: id}, rule.Facts{}
	return i
}

func fleetIncidents() []rule.Incident {
	return []rule.Incident{
		ofFleet(rule.SweepName, incident.Critical, rule.SweepDetails{
			Finished: now.Add(-6 * time.Hour), FailedRuns: 3, FailedCause: "the store did not answer: i/o timeout",
		}),
		ofFleet(rule.LookupsName, incident.Critical, rule.LookupsDetails{
			Lookups: 4000, Failed: 3990, Denied: true, Why: "Forbidden.RAM: the key may not call GetCardFlowInfo",
		}),
		ofFleet(rule.ListingName, incident.Warning, rule.ListingDetails{Total: 80_000, Before: 100_000, Listed: 79_990, Overlap: 0.8, Odd: 300, Why: "the listing's Status is missing"}),
		ofFleet("slack-ops", incident.Warning, rule.ReceiverDetails{
			Waiting: 12, Oldest: now.Add(-3 * time.Hour), Why: "Slack answered channel_not_found",
		}),
	}
}

// ofAll is what make makes of n cards.
func ofAll(n int, makes func(int) rule.Incident) []rule.Incident {
	incidents := make([]rule.Incident, n)
	for i := range n {
		incidents[i] = makes(i)
	}
	return incidents
}

func change(kind incident.Kind, i rule.Incident) rule.Change {
	return rule.Change{
		ID: fmt.Sprintf("%s-%s-%s", kind, i.Key.Subject.ID, i.Key.Rule), Kind: kind, At: now, Incident: i,
	}
}

func opened(incidents []rule.Incident) []rule.Change {
	changes := make([]rule.Change, len(incidents))
	for i, one := range incidents {
		changes[i] = change(incident.Opened, one)
	}
	return changes
}

// resolved is how an incident ends. One that was not evaluated has no details.
func resolved(i rule.Incident, status incident.Status) rule.Change {
	i.Phase, i.Status, i.Resolved, i.Notified.Open = incident.PhaseResolved, status, now, false
	if status != incident.Clear {
		i.Details.Value = nil
	}
	if status == incident.Absent {
		i.Details.Facts = rule.Facts{}
	}
	return change(incident.Resolved, i)
}

func flapping(i rule.Incident, changes int) rule.Change {
	c := change(incident.Flapping, i)
	c.Damped = changes
	return c
}

// allKinds is some of everything, in no order.
func allKinds() []rule.Change {
	return []rule.Change{
		resolved(highUsage(1), incident.Clear),
		change(incident.Opened, highUsage(2)),
		change(incident.Opened, runningOut(3, 28)),
		change(incident.Opened, stopped(4, rule.CreditStop, incident.Critical)),
		change(incident.Opened, stale(5)),
		change(incident.Worsened, expiring(6)),
		resolved(expiring(7), incident.Absent),
		change(incident.Reminded, expired(40)),
		flapping(usedUp(9), 5),
		change(incident.Opened, ofCard(8, "roaming", incident.Warning, 1, nil)),
	}
}

func incidentsOf(changes []rule.Change) []rule.Incident {
	var incidents []rule.Incident
	for _, c := range changes {
		if c.Incident.Phase == incident.PhaseOpen {
			incidents = append(incidents, c.Incident)
		}
	}
	return incidents
}

func groupsOf(incidents []rule.Incident) []notify.Group {
	var groups []notify.Group
	for _, i := range incidents {
		groups = append(groups, notify.Group{Rule: i.Key.Rule, Severity: i.Severity})
	}
	return groups
}

func daily() message.Daily {
	d := message.Daily{Day: now, Opened: 12, Resolved: 1200, Sweeps: 95, Late: 1, Failed: 2, LastFinished: now.Add(-time.Hour)}
	for n := range 20 {
		d.Usage = append(d.Usage, message.DayUsage{Day: now.AddDate(0, 0, n-20), Bytes: int64(n+40) << 29})
	}
	return d
}

// digest and summary are as Slack gets them.
func digest(w message.Writer, changes []rule.Change) slack.Message {
	return layout.Slack(w.Digest(messageID, changes))
}

func summary(w message.Writer, d message.Daily, open []rule.Incident) slack.Message {
	return layout.Slack(w.Summary(d, open))
}
