package message_test

import (
	"fmt"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

var (
	zone  = time.FixedZone("CST", 8*60*60)
	now   = time.Date(2026, 11, 22, 16, 30, 0, 0, zone)
	style = message.Style{Zone: zone}
)

var coverage = message.Coverage{
	Checked: 99_980, Total: 100_000, Failed: 20, OldestData: now.Add(-3 * time.Hour), At: now,
}

// plans are names as Alibaba's console writes them.
var plans = []string{"中国联通30MB月套餐", "物联网卡—通用流量100MB/月（含税）", "电信<R&D>测试池 1GB", "=HYPERLINK(\"x\")"}

// openIncident makes the nth card's incident, one that was told.
func openIncident(n int, ruleName, reason string, level int) incident.Incident {
	facts := map[string]string{
		rule.FactPackage:   plans[n%len(plans)],
		rule.FactUsed:      fmt.Sprintf("%d.00MB", 80+n%20),
		rule.FactRest:      fmt.Sprintf("%d.00MB", 20-n%20),
		rule.FactRatio:     fmt.Sprintf("%d%%", 80+n%20),
		rule.FactExpires:   now.Add(time.Duration(n%40-2) * 24 * time.Hour).Format(time.RFC3339),
		rule.FactRefreshed: now.Add(-30 * time.Hour).Format(time.RFC3339),
	}
	if ruleName == rule.Forecast {
		facts[rule.FactExpected], facts[rule.FactProbability] = "2026-11-28", "86%"
		facts[rule.FactEarliest], facts[rule.FactLatest] = "2026-11-25", "2026-12-03"
	}
	opened := now.Add(-time.Duration(n%90) * time.Hour)
	return incident.Incident{
		Key:      incident.Key{Subject: fmt.Sprintf("8986032100000001%04d", n), Rule: ruleName},
		Instance: facts[rule.FactExpires], Level: level, Reason: reason, Opened: opened, Facts: facts,
		Told: level, ToldAt: opened,
	}
}

func notice(kind incident.Kind, i incident.Incident) incident.Notice {
	return incident.Notice{ID: fmt.Sprintf("%s-%s-%s", kind, i.Subject, i.Rule), Kind: kind, Incident: i, At: now}
}

// used are n cards whose data is used up.
func used(n int) []incident.Incident {
	incidents := make([]incident.Incident, n)
	for i := range n {
		incidents[i] = openIncident(i, rule.Usage, rule.UsedUp, 3)
	}
	return incidents
}

func opened(incidents []incident.Incident) []incident.Notice {
	notices := make([]incident.Notice, len(incidents))
	for i, one := range incidents {
		notices[i] = notice(incident.Opened, one)
	}
	return notices
}

// allKinds is some of everything, in no order.
func allKinds() []incident.Notice {
	gone := openIncident(7, rule.Expiry, rule.Gone, 2)
	gone.Facts = nil
	return []incident.Notice{
		notice(incident.Resolved, openIncident(1, rule.Usage, rule.Clear, 2)),
		notice(incident.Opened, openIncident(2, rule.Usage, rule.HighUsage, 1)),
		notice(incident.Opened, openIncident(3, rule.Forecast, rule.WillRunOut, 1)),
		notice(incident.Opened, openIncident(4, rule.Stopped, rule.CreditStop, 2)),
		notice(incident.Opened, openIncident(5, rule.Stale, rule.NotCounted, 1)),
		notice(incident.Escalated, openIncident(6, rule.Expiry, rule.ExpiresSoon, 3)),
		notice(incident.Resolved, gone),
		notice(incident.Reminded, openIncident(0, rule.Expiry, rule.Expired, 6)),
		notice(incident.Opened, openIncident(8, "roaming", "abroad", 1)),
	}
}

func incidentsOf(notices []incident.Notice) []incident.Incident {
	var incidents []incident.Incident
	for _, n := range notices {
		if n.Kind != incident.Resolved {
			incidents = append(incidents, n.Incident)
		}
	}
	return incidents
}
