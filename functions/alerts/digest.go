package alerts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

const (
	maxLines      = 40 // of cards in one message
	maxGroupLines = 20 // of cards under one title
)

// digest is one message with all the news of a sweep, grouped by what happened.
// However many cards there are, it stays within Slack's limits and says how
// many it does not name.
func (f *Function) digest(notices []incident.Notice, report Report, now time.Time) slack.Message {
	groups := groupNotices(notices)
	title := headline(notices)
	lines := min(maxGroupLines, maxLines/len(groups))
	blocks := []slackgo.Block{slackgo.NewHeaderBlock(slackgo.NewTextBlockObject(slackgo.PlainTextType, title, false, false))}
	text := []string{title}
	for _, g := range groups {
		section := g.text(lines, f.line)
		text = append(text, section)
		blocks = append(blocks, slackgo.NewSectionBlock(markdown(section), nil, nil))
	}
	footer := f.footer(notices, report, now)
	blocks = append(blocks, slackgo.NewContextBlock("", markdown(footer)))
	return slack.Message{Text: strings.Join(append(text, footer), "\n"), Blocks: blocks}
}

func markdown(text string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, false)
}

// headline counts the news: "12 new, 2 worse, 1 resolved".
func headline(notices []incident.Notice) string {
	counts := make(map[incident.Kind]int)
	for _, n := range notices {
		counts[n.Kind]++
	}
	var parts []string
	for _, kind := range []incident.Kind{incident.Opened, incident.Escalated, incident.Resolved} {
		if counts[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind], kindWords[kind]))
		}
	}
	return "SIM cards: " + strings.Join(parts, ", ")
}

var kindWords = map[incident.Kind]string{
	incident.Opened: "new", incident.Escalated: "worse", incident.Resolved: "resolved",
}

// group is the notices of one kind and one rule.
type group struct {
	kind    incident.Kind
	rule    string
	notices []incident.Notice
}

// titles of the groups, in the order they are shown.
var titles = []struct {
	kind  incident.Kind
	rule  string
	title string
}{
	{incident.Escalated, rule.Usage, "Usage is higher still"},
	{incident.Escalated, rule.Expiry, "Package ends sooner"},
	{incident.Opened, rule.Usage, "Usage is over its threshold"},
	{incident.Opened, rule.Expiry, "Package ends soon"},
	{incident.Resolved, rule.Usage, "Usage is back to normal"},
	{incident.Resolved, rule.Expiry, "Package renewed"},
}

func groupNotices(notices []incident.Notice) []group {
	var groups []group
	for _, t := range titles {
		g := group{kind: t.kind, rule: t.rule}
		for _, n := range notices {
			if n.Kind == t.kind && n.Incident.Rule == t.rule {
				g.notices = append(g.notices, n)
			}
		}
		if len(g.notices) > 0 {
			slices.SortStableFunc(g.notices, worstFirst)
			groups = append(groups, g)
		}
	}
	return groups
}

// worstFirst puts the highest rung first and, on one rung, the earliest end.
func worstFirst(a, b incident.Notice) int {
	return cmp.Or(
		cmp.Compare(b.Incident.Level, a.Incident.Level),
		cmp.Compare(a.Incident.Facts[rule.FactExpires], b.Incident.Facts[rule.FactExpires]),
		cmp.Compare(a.Incident.Subject, b.Incident.Subject),
	)
}

func (g group) title() string {
	for _, t := range titles {
		if t.kind == g.kind && t.rule == g.rule {
			return t.title
		}
	}
	return g.rule
}

// text is the group's title and at most limit lines.
func (g group) text(limit int, line func(incident.Notice) string) string {
	lines := []string{fmt.Sprintf("*%s* (%d)", g.title(), len(g.notices))}
	for _, n := range g.notices[:min(limit, len(g.notices))] {
		lines = append(lines, line(n))
	}
	if more := len(g.notices) - limit; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// line tells the news about one card, and leaves out what is not known.
func (f *Function) line(n incident.Notice) string {
	facts := n.Incident.Facts
	parts := []string{
		"`" + f.cardName(n.Incident.Subject) + "`",
		slack.Escape(facts[rule.FactPackage]),
		withWords(slack.Escape(facts[rule.FactUsed]), "used"),
		slack.Escape(facts[rule.FactRatio]),
		f.expiry(facts[rule.FactExpires], n.At),
		outcome(n),
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " · ")
}

func withWords(text, words string) string {
	if text == "" {
		return ""
	}
	return text + " " + words
}

// outcome tells how something ended.
func outcome(n incident.Notice) string {
	switch {
	case n.Incident.Reason == rule.Gone:
		return "the card no longer exists"
	case n.Kind == incident.Resolved:
		return "was open for " + ageWords(n.At.Sub(n.Incident.Opened))
	default:
		return ""
	}
}

func (f *Function) cardName(subject string) string {
	if f.config.ShowICCID {
		return subject
	}
	return card.ICCID(subject).Masked()
}

// expiry tells when a package ends, and in how many days.
func (f *Function) expiry(text string, now time.Time) string {
	end, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	day := end.In(f.config.Zone).Format(time.DateOnly)
	if left := end.Sub(now); left > 0 {
		return fmt.Sprintf("ends %s, in %s", day, ageWords(left))
	}
	return fmt.Sprintf("ended %s, %s ago", day, ageWords(now.Sub(end)))
}

// ageWords says a duration the way people do: days, or hours under two days.
func ageWords(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// footer tells how much of the fleet was seen, when, and an id that is the same
// should the message come twice.
func (f *Function) footer(notices []incident.Notice, r Report, now time.Time) string {
	hash := sha256.New()
	for _, n := range notices {
		fmt.Fprintln(hash, n.ID)
	}
	return fmt.Sprintf("%d of %d cards checked, %d failed · %s · id %s",
		r.Checked, r.Cards, r.Failed, now.In(f.config.Zone).Format("2006-01-02 15:04 MST"), hex.EncodeToString(hash.Sum(nil)[:6]))
}
