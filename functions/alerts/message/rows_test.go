package message_test

import (
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/language"
)

// rowOf is how the row of an open incident reads, column by column.
func rowOf(t *testing.T, l language.Language, i rule.Incident) map[string]string {
	t.Helper()
	table := in(l, writer).Digest(messageID, opened([]rule.Incident{i})).Rows.Table(1)
	cells := make(map[string]string)
	for at, c := range table.Columns {
		cells[c.Title] = table.Rows[0].Cells[at]
	}
	return cells
}

// TestUsageInOneUnit is that of the larger amount, unless the plan's volume would be nothing in it.
func TestUsageInOneUnit(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, used, rest, volume, ratio, want string }{
		{"of the total", "1843.20MB", "204.80MB", "2GB", "90%", "1.80 / 2.00 GB (90%)"},
		{"over the plan", "1.2GB", "0KB", "1GB", "120%", "1.20 / 1.00 GB (120%)"},
		{"small", "30KB", "1MB", "", "3%", "0.03 / 1.03 MB (3%)"},
		{"tiny", "100B", "100KB", "", "0.1%", "0.10 / 100.10 KB (0.1%)"},
		{"huge", "1024GB", "0KB", "1TB", "100%", "1.00 / 1.00 TB (100%)"},
		{"nothing used", "0KB", "100MB", "100MB", "0%", "0.00 / 100.00 MB (0%)"},
		{"more than the plan has", "1.2GB", "0.8GB", "1GB", "60%", "1.20 / 2.00 GB (60%)"},
		{"far more than the plan has", "5TB", "0KB", "1MB", "5242880%", "5.00 TB / 1.00 MB (5242880%)"},
		{"used a unit more", "1.5GB", "0KB", "1000MB", "154%", "1.50 / 0.98 GB (154%)"},
		{"rounded texts", "0.93GB", "0.08GB", "1GB", "92%", "0.93 / 1.00 GB (92%)"},
		{"no volume", "80MB", "20MB", "", "80%", "80.00 / 100.00 MB (80%)"},
		{"no total", "80MB", "", "", "80%", "80.00 MB (80%)"},
		{"no plan's rest", "80MB", "", "100MB", "80%", "80.00 / 100.00 MB (80%)"},
		{"no amount", "plenty", "", "100MB", "80%", "plenty (80%)"},
		{"ratio alone", "", "", "", "80%", "(80%)"},
	}
	for _, tt := range tests {
		i := highUsage(1)
		i.Details.Facts.Used, i.Details.Facts.Rest = card.ParseDataSize(tt.used), card.ParseDataSize(tt.rest)
		i.Details.Facts.Volume, i.Details.Facts.Ratio = card.ParseDataSize(tt.volume), card.ParseRatio(tt.ratio)
		if got := rowOf(t, language.English, i)["Used / total"]; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestRunsOutBeforeRenewal gives no day on which the data is fresh already.
func TestRunsOutBeforeRenewal(t *testing.T) {
	t.Parallel()
	day := func(d int) card.Day { return card.Day{Year: 2026, Month: time.December, Day: d} }
	on := func(d int) time.Time { return time.Date(2026, time.December, d, 0, 0, 0, 0, zone) }
	tests := []struct {
		name                       string
		probability                float64
		expected, earliest, latest card.Day
		renews, ends               time.Time
		english, chinese           string
	}{
		{"before", 0.97, day(5), day(3), day(8), on(9), time.Time{}, "2026-12-05 (2026-12-03 to 2026-12-08), almost certain (97%)", "2026-12-05（2026-12-03 至 2026-12-08），几乎肯定（97%）"},
		{"perhaps after", 0.8, day(5), day(3), day(8), on(8), time.Time{}, "2026-12-05 (2026-12-03 at the earliest), likely (80%)", "2026-12-05（最早 2026-12-03），很可能（80%）"},
		{"on the day", 0.5, day(8), day(3), day(20), on(8), time.Time{}, "about even (50%) before it renews", "重置前用完：约一半可能（50%）"},
		{"after", 0.3, day(9), day(3), day(20), on(8), time.Time{}, "unlikely (30%) before it renews", "重置前用完：不太可能（30%）"},
		{"the package ends first", 0.3, day(9), day(3), day(20), on(30), on(8), "unlikely (30%) before it renews", "重置前用完：不太可能（30%）"},
		{"nobody knows when it renews", 0.8, day(9), card.Day{}, card.Day{}, time.Time{}, time.Time{}, "2026-12-09, likely (80%)", "2026-12-09，很可能（80%）"},
		{"nobody knows when", 0.8, card.Day{}, card.Day{}, card.Day{}, on(8), time.Time{}, "likely (80%) before it renews", "重置前用完：很可能（80%）"},
	}
	for _, tt := range tests {
		i := runningOut(1, 60)
		i.Details.Facts.Renews, i.Details.Facts.Expires = tt.renews, tt.ends
		i.Details.Value = rule.ForecastDetails{Probability: tt.probability, Expected: tt.expected, Earliest: tt.earliest, Latest: tt.latest, Points: 60}
		for l, want := range map[language.Language]string{language.English: tt.english, language.Chinese: tt.chinese} {
			title := []string{"Runs out", "预计用完"}[l]
			if got := rowOf(t, l, i)[title]; got != want {
				t.Errorf("%s: %q, want %q", tt.name, got, want)
			}
		}
	}
}

// TestThresholdAndAction say of each row which threshold was crossed, and what to do.
func TestThresholdAndAction(t *testing.T) {
	t.Parallel()
	eased := highUsage(1)
	eased.Details.Facts.Ratio = card.ParseRatio("77%")
	exact := highUsage(1)
	exact.Details.Facts.Ratio = card.ParseRatio("80%")
	fleet := fleetIncidents()
	tests := []struct {
		name              string
		i                 rule.Incident
		threshold, action string
	}{
		{"usage", highUsage(1), "over 80%", "plan a top-up"},
		{"usage at it", exact, "80% reached", "plan a top-up"},
		{"usage below it", eased, "", "plan a top-up"},
		{"used up", usedUp(1), "100% reached", "top up"},
		{"expiry", expiring(6), "under 7 days", "renew the package"},
		{"expired", expired(40), "0 days left", "renew the package"},
		{"forecast", runningOut(1, 60), "over 80% likely", "top up before then"},
		{"inactive", inactive(1), "10 days without use", "check the device"},
		{"stale", stale(1), "", "check the device"},
		{"unreadable", unreadable(1, "odd"), "", "see the log"},
		{"stopped by its owner", stopped(1, rule.UserStop, incident.Warning), "", "ask the owner"},
		{"stopped for credit", stopped(1, rule.CreditStop, incident.Critical), "", "pay what is due"},
		{"stopped for data", stopped(1, rule.QuotaStop, incident.Critical), "", "top up"},
		{"moved", stopped(1, rule.RebindStop, incident.Warning), "", "check the device"},
		{"not verified", stopped(1, rule.RealNameStop, incident.Warning), "", "verify the owner"},
		{"abnormal", stopped(1, rule.AbnormalStop, incident.Warning), "", "check what it is used for"},
		{"suspended", stopped(1, rule.Suspended, incident.Warning), "", "see Alibaba's console"},
		{"stopped", stopped(1, "never heard of", incident.Warning), "", "see Alibaba's console"},
		{"sweep", fleet[0], "", "see the log"},
		{"lookups", fleet[1], "", "allow GetCardFlowInfo"},
		{"listing", fleet[2], "", "see the log"},
		{"receiver", fleet[3], "", "check the receiver"},
	}
	for _, tt := range tests {
		cells := rowOf(t, language.English, tt.i)
		if cells["Threshold"] != tt.threshold || cells["To do"] != tt.action {
			t.Errorf("%s: threshold %q and to do %q, want %q, %q", tt.name, cells["Threshold"], cells["To do"], tt.threshold, tt.action)
		}
		if zh := rowOf(t, language.Chinese, tt.i); (zh["阈值"] == "") != (tt.threshold == "") || zh["处理"] == "" {
			t.Errorf("%s in Chinese: %q", tt.name, zh)
		}
	}
	over := in(language.English, writer).Digest(messageID, []rule.Change{resolved(usedUp(1), incident.Clear)}).Rows.Table(1)
	for _, c := range over.Columns {
		if c.Title == "Threshold" || c.Title == "To do" {
			t.Errorf("there is a %s of what is over", c.Title)
		}
	}
}

// TestWhichCard names it by what its owner calls it, and leads to its page.
func TestWhichCard(t *testing.T) {
	t.Parallel()
	i := usedUp(1)
	i.Details.Facts.Remark, i.Details.Facts.Tags = "Gate 7", []string{"cars", "north"}
	w := message.Writer{Style: message.Style{Zone: zone, Pages: pages}, Coverage: coverage}
	table := w.Digest(messageID, opened([]rule.Incident{i})).Rows.Table(1)
	if got, want := table.Rows[0].Cells[1], card.ICCID(iccid(1)).Masked()+" · Gate 7 · cars, north"; got != want || !table.Columns[1].Linked {
		t.Errorf("the cell is %q (linked: %t), want %q, linked", got, table.Columns[1].Linked, want)
	}
	i.Details.Facts.Remark, i.Details.Facts.Tags = strings.Repeat("long ", 100), []string{strings.Repeat("tag", 100)}
	if got := rowOf(t, language.English, i)["Card"]; !strings.HasPrefix(got, card.ICCID(iccid(1)).Masked()+" · long ") || !strings.Contains(got, " · tagtag") || len([]rune(got)) > 90 {
		t.Errorf("the cell is %q, want the card, and the beginning of its remark and tags", got)
	}
}

// TestDecidingColumnFirst has what decided right after which card it is.
func TestDecidingColumnFirst(t *testing.T) {
	t.Parallel()
	for own, i := range map[string]rule.Incident{
		"Used / total": usedUp(1), "Package end": expiring(6), "Cause": stopped(1, rule.UserStop, incident.Warning), "Runs out": runningOut(1, 60),
		"Last counted": stale(1), "Last use": inactive(1),
	} {
		table := writer.Digest(messageID, opened([]rule.Incident{i})).Rows.Table(1)
		var titles []string
		for _, c := range table.Columns {
			titles = append(titles, c.Title)
		}
		if got := strings.Join(titles, ", "); !strings.HasPrefix(got, "What, Card, "+own+", ") {
			t.Errorf("columns %s, want %s after the card", got, own)
		}
	}
}

// TestColumnsBeforeRows leaves columns out before cards, the package's name first, and
// never cuts off when a package ends.
func TestColumnsBeforeRows(t *testing.T) {
	t.Parallel()
	open := ofAll(20, func(n int) rule.Incident {
		i := usedUp(n)
		i.Details.Facts.Package, i.Details.Facts.Remark = strings.Repeat("套餐", 100), strings.Repeat("remark ", 20)
		return i
	})
	for _, l := range languages {
		m := in(l, writer).Status(usageCritical, open, 0, nil)
		plain := plainOf(t, m)
		blocks, _, _ := strings.Cut(plain, "\n--- as text ---")
		for n := range 20 {
			end := now.Add(time.Duration(n%40-2) * 24 * time.Hour).Format(time.DateOnly)
			if !strings.Contains(blocks, end+", ") && !strings.Contains(blocks, end+"（") {
				t.Errorf("the package's end %s, or how far that is, is not in:\n%s", end, blocks)
			}
		}
		if strings.Contains(blocks, "套餐套餐") || strings.Contains(blocks, []string{" are shown", "仅列出"}[l]) {
			t.Errorf("cards are left out, and the package's name is not:\n%s", blocks)
		}
	}
}
