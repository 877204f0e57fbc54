package message_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/incident"
	"signalbox/shared/signedlink"
	"signalbox/shared/slack"
)

// linksIn returns the links of m's table in order: what they say, and where they lead.
func linksIn(t *testing.T, m slack.Message) (texts, addresses []string) {
	t.Helper()
	var blocks []struct {
		Type string
		Rows [][]struct {
			Type     string
			Elements []struct {
				Elements []struct{ Type, Text, URL string }
			}
		}
	}
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(raw, &blocks) // the other blocks have elements of other kinds
	for _, block := range blocks {
		for _, row := range block.Rows {
			for _, cell := range row {
				if cell.Type == "rich_text" {
					link := cell.Elements[0].Elements[0]
					texts, addresses = append(texts, link.Text), append(addresses, link.URL)
				}
			}
		}
	}
	return texts, addresses
}

func TestRowsLeadToTheirPages(t *testing.T) {
	t.Parallel()
	w := message.Writer{Style: message.Style{Zone: zone, Pages: pages}, Coverage: coverage}
	texts, addresses := linksIn(t, w.Status(usageCritical, ofAll(10, usedUp), 0, nil))
	if len(texts) != 10 {
		t.Fatalf("%d links, want 10", len(texts))
	}
	for i, address := range addresses {
		link, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		id := card.ICCID(strings.TrimPrefix(link.Path, "/prefix/cards/"))
		if want := "🔴 " + id.Masked() + " · "; !strings.HasPrefix(texts[i], want) || !strings.HasSuffix(texts[i], "cars, north") {
			t.Errorf("the link says %s, want %s, a remark where there is one, and the tags", texts[i], want)
		}
		if err := pages.Verify(id, link.Query(), now.Add(signedlink.Lifetime-time.Minute)); err != nil {
			t.Errorf("the link of %v = %v, want it to open", id, err)
		}
	}
}

// TestLinksLeaveNothingOut names as many cards as without links, and the worst lead to
// their pages, whatever else the message has.
func TestLinksLeaveNothingOut(t *testing.T) {
	t.Parallel()
	long := cardlink.New("https://cards.example/"+strings.Repeat("prefix/", 20), []string{"first-secret-0123456789"})
	for name, links := range map[string]cardlink.Links{"short": pages, "long": long} {
		plain := message.Writer{Style: console, Coverage: coverage}
		linked := plain
		linked.Style.Pages = links
		for _, n := range []int{1, 20, 5000} {
			open := ofAll(n, usedUp)
			without, with := summary(plain, daily(), open), summary(linked, daily(), open)
			checkMessage(t, name, with)
			if plainOf(t, without) != plainOf(t, with) {
				t.Errorf("%s links of %d cards change what the message says:\n%s", name, n, plainOf(t, with))
			}
			if texts, _ := linksIn(t, with); len(texts) == 0 || len(texts) > n {
				t.Errorf("%s: %d links for %d cards", name, len(texts), n)
			}
		}
	}
}

// TestOnlyCardsHavePages has rows about pools, the fleet, and numbers that are none.
func TestOnlyCardsHavePages(t *testing.T) {
	t.Parallel()
	w := message.Writer{Style: message.Style{Zone: zone, Pages: pages}, Coverage: coverage}
	pool, odd := usedUp(1), usedUp(2)
	pool.Key.Subject = incident.Subject{Kind: incident.Pool, ID: iccid(1)}
	odd.Key.Subject.ID = "8986032100000001/../x"
	open := append(fleetIncidents(), pool, odd)
	if _, addresses := linksIn(t, w.Status(groupsOf(open), open, 0, nil)); len(addresses) != 0 {
		t.Errorf("links %q, want none", addresses)
	}
	open = []rule.Incident{unreadable(1, "no ExpireTime")}
	if _, addresses := linksIn(t, w.Status(groupsOf(open), open, 0, nil)); len(addresses) != 1 {
		t.Errorf("links %q of an unreadable card, want one", addresses)
	}
}
