package alerts_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack/slacktest"
)

// live is a clean sweep, some that go wrong, and calm ones.
func (c *chaos) live(t *testing.T) {
	t.Helper()
	defer func() {
		if t.Failed() || *replay >= 0 {
			t.Logf("schedule %d, rates %+v:\n%s", c.seed, c.rates, strings.Join(c.trace, "\n"))
		}
	}()
	chance := c.chance("life", 0)
	c.mutate(15)
	c.sweep(t, 0)
	c.calm = false
	for number := range 4 + chance.IntN(8) {
		c.wild(t, number)
	}
	c.mu.Lock()
	c.calm, c.stepped = true, 0
	c.say("calm")
	c.mu.Unlock()
	c.hook.ClearRefusals()
	c.bot.ClearRefusals()
	var last alerts.Report
	believed := 0
	for range calmSweeps {
		if last = c.sweep(t, 0); last.Done && c.isBelieved(t) {
			believed++
			c.checkGroups(t, believed)
		}
	}
	c.check(t, last)
}

// wild is a sweep with everything that may go wrong.
func (c *chaos) wild(t *testing.T, number int) {
	t.Helper()
	chance := c.chance("wild", number)
	c.mutate(chance.IntN(9))
	if chance.Float64() < 0.3 {
		c.outage(chance)
	}
	if chance.Float64() < 0.1 {
		c.mu.Lock()
		c.stepped = time.Duration(chance.IntN(21)-10) * time.Minute
		c.say("the clock is off by %v", c.stepped)
		c.mu.Unlock()
	}
	killAt := 0
	if chance.Float64() < c.rates.kill {
		killAt = 1 + chance.IntN(80)
	}
	if chance.Float64() < 0.1 {
		c.run(t, c.start(t, 0), event.Scheduled{Payload: alerts.SummaryPayload})
	}
	if chance.Float64() < 0.2 {
		var others sync.WaitGroup
		others.Go(func() { c.run(t, c.start(t, 0), event.Scheduled{}) })
		defer others.Wait()
	}
	c.sweep(t, killAt)
}

// mutate changes so many cards.
func (c *chaos) mutate(cards int) {
	c.mu.Lock()
	number := c.numbers["mutate"]
	c.numbers["mutate"]++
	c.mu.Unlock()
	chance := c.chance("mutate", number)
	for range cards {
		card, condition := chance.IntN(chaosCards), chance.IntN(len(conditions))
		c.set(card, condition)
		c.mu.Lock()
		c.say("card %s %s", c.cloud.ICCID(card), conditions[condition].name)
		c.mu.Unlock()
	}
}

// sweep makes a run, and waits for the next to be due.
func (c *chaos) sweep(t *testing.T, killAt int) alerts.Report {
	t.Helper()
	began := time.Now()
	report, _ := c.run(t, c.start(t, killAt), event.Scheduled{}) // what failed, the next run mends
	time.Sleep(time.Until(began.Add(chaosEvery)))
	return report
}

// check holds what is open, stored and notified against the truth.
func (c *chaos) check(t *testing.T, last alerts.Report) {
	t.Helper()
	if !last.Done || last.Checked != chaosCards || last.Failed != 0 || last.Waiting != 0 {
		t.Errorf("the last run is %+v, want %d cards checked and nothing waiting", last, chaosCards)
	}
	want := c.oracle()
	got := make(map[string]incident.Severity)
	for _, i := range c.state.incidents(t) {
		if i.Phase == incident.PhaseOpen && i.Key.Subject.Kind != incident.Group {
			got[i.Key.String()] = i.Severity
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("open incidents (-true +stored):\n%s", diff)
	}
	for _, r := range c.state.collections() {
		if strings.HasPrefix(r, "outbox") {
			t.Errorf("%s is not empty", r)
		}
	}
	c.checkWebhook(t, want)
	c.checkBot(t, want)
}

// oracle is what is open, by key.
func (c *chaos) oracle() map[string]incident.Severity {
	open := make(map[string]incident.Severity)
	for card, condition := range c.truth {
		for name, severity := range conditions[condition].open {
			key := incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: c.cloud.ICCID(card)}, Rule: name}
			open[key.String()] = severity
		}
	}
	return open
}

var (
	changeRow = regexp.MustCompile(`^• (?:🔴|🟠|✅|⚪) (new|worse|resolved|flapping|still open)[^·]* · (\d{20})`)
	digestID  = regexp.MustCompile(`· id ([0-9a-f]{12})`)
)

// checkWebhook reads the digests in their order: the last word on each card and
// rule is the truth, unless a later digest had no room for all, and a digest that
// came twice has one id.
func (c *chaos) checkWebhook(t *testing.T, want map[string]incident.Severity) {
	t.Helper()
	last := make(map[string]string) // row by card and rule
	digests := make(map[string]string)
	for _, m := range c.hook.Inbox() {
		if strings.Contains(m.Text, "are shown") || !digestID.MatchString(m.Text) {
			clear(last)
			continue
		}
		id := digestID.FindStringSubmatch(m.Text)[1]
		if before, again := digests[id]; again && before != changesOf(m) {
			t.Errorf("digest %s says two things:\n%s\n%s", id, before, changesOf(m))
		}
		digests[id] = changesOf(m)
		said := make(map[string]string) // of an end and a new beginning, the latter counts
		for line := range strings.Lines(m.Text) {
			if row := changeRow.FindStringSubmatch(line); row != nil {
				first, _, _ := strings.Cut(m.Text, "\n")
				if strings.Contains(first+line, "Card not found") { // whatever the rule
					maps.DeleteFunc(last, func(key, _ string) bool { return strings.HasPrefix(key, row[2]) })
					continue
				}
				key := row[2] + "/" + ruleOf(m, line)
				if isOver(said[key]) {
					said[key] = line
				}
			}
		}
		maps.Copy(last, said)
	}
	stored := c.stored(t)
	for key, line := range last {
		if stored["card/"+key].Suppressed.Active() {
			continue // nobody is notified of its end now
		}
		if _, open := want["card/"+key]; open == isOver(line) {
			t.Errorf("%s is open: %v, but the last word of the webhook on it is %s", key, open, line)
		}
	}
}

// isOver reports whether a row says that an incident is resolved, or nothing.
func isOver(row string) bool {
	return row == "" || strings.Contains(row, " resolved after ") || strings.Contains(row, "now resolved")
}

// ruleWords are how a row, or the title where all rows are of one kind, name a rule.
var ruleWords = map[string]string{
	"Package": rule.ExpiryName, "whose package": rule.ExpiryName,
	"Usage": rule.UsageName, "high usage": rule.UsageName, "used up": rule.UsageName,
	"stopped": rule.StoppedName, "checked in full": rule.UnreadableName,
}

func ruleOf(m slacktest.Message, row string) string {
	first, _, _ := strings.Cut(m.Text, "\n")
	for _, text := range []string{row[:strings.Index(row, " · ")], first} {
		for words, name := range ruleWords {
			if strings.Contains(text, words) {
				return name
			}
		}
	}
	return ""
}

func changesOf(m slacktest.Message) string {
	var lines []string
	for line := range strings.Lines(m.Text) {
		// Ages change, and numbers may.
		if row := changeRow.FindStringSubmatch(line); row != nil {
			lines = append(lines, row[1]+" "+row[2]+"\n")
		}
	}
	return strings.Join(lines, "")
}

// stored are the incidents by their keys, as they are written.
func (c *chaos) stored(t *testing.T) map[string]rule.Incident {
	t.Helper()
	found := make(map[string]rule.Incident)
	for key, i := range c.state.incidents(t) {
		found[key.String()] = i
	}
	return found
}

var cardNumber = regexp.MustCompile(`\d{20}`)

// checkBot wants the status messages of the channel to show the cards that are
// open, each in its group, and none that is not.
func (c *chaos) checkBot(t *testing.T, want map[string]incident.Severity) {
	t.Helper()
	shown := make(map[string]bool)
	for _, thread := range c.bot.Threads("alerts") {
		first, _, _ := strings.Cut(thread.Text, "\n")
		if strings.Contains(first, "Replaced") {
			continue
		}
		if first == thread.Text || strings.Contains(thread.Text, "are shown") {
			return // it has no room for all, and in its simplest form it names none
		}
		for _, id := range cardNumber.FindAllString(thread.Text, -1) {
			shown[id] = true
		}
	}
	cards, stored := make(map[string]bool), c.stored(t)
	for key := range want {
		i := stored[key]
		cards[i.Key.Subject.ID] = !rule.ByGroup(i.Suppressed)
	}
	maps.DeleteFunc(cards, func(_ string, named bool) bool { return !named })
	missing := slices.DeleteFunc(slices.Sorted(maps.Keys(cards)), func(id string) bool { return shown[id] })
	if len(missing) > 0 {
		t.Errorf("%d open cards are in no status message: %v", len(missing), missing)
	}
}
