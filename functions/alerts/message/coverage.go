package message

import (
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/shared/slack"
)

// Coverage is how much of the fleet a message speaks of, and how old that is.
type Coverage struct {
	Checked, Total, Failed int // cards
	// Why is the most frequent cause for which cards could not be checked, in words,
	// and Most how many of them; empty: it is not known.
	Why        string
	Most       int
	OldestData time.Time // of the cards checked; zero is unknown
	At         time.Time // when the message is made; ages count from here
	Late       bool      // the sweep took longer than expected
	Partial    bool      // the sweep has not seen the whole fleet yet
}

// line says it in one line.
func (c Coverage) line(s Style) string {
	parts := []string{c.checked()}
	if !c.OldestData.IsZero() {
		parts[0] += ", oldest data " + age(c.At.Sub(c.OldestData))
	}
	if c.Failed > 0 {
		parts = append(parts, count(c.Failed, "card", "cards")+" could not be checked"+c.why())
	}
	if c.Partial {
		parts = append(parts, "sweep not finished")
	}
	if c.Late {
		parts = append(parts, "sweep late")
	}
	return strings.Join(append(parts, s.clock(c.At)), " · ")
}

// maxWhy is how many characters of a cause a line has room for, as Slack counts them.
const maxWhy = 150

func (c Coverage) why() string {
	why := clean(c.Why, maxWhy)
	for limit := maxWhy - 1; utf8.RuneCountInString(slack.Escape(why)) > maxWhy; limit-- {
		why = clean(c.Why, limit) // Slack counts a < as the four characters of &lt;.
	}
	why = because(why)
	if c.Most < c.Failed && why != "" {
		return ", " + number(c.Most) + " of them" + why
	}
	return why
}

func (c Coverage) checked() string {
	if c.Total <= 0 || c.Checked <= 0 {
		return "no cards checked"
	}
	return percent(min(c.Checked, c.Total), c.Total) + " of " + count(c.Total, "card", "cards") + " checked"
}
