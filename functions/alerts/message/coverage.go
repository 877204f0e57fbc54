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
	w := s.words().Coverage
	parts := []string{c.checked(s)}
	if !c.OldestData.IsZero() {
		parts[0] = s.listed(parts[0], w.OldestData(s.age(c.At.Sub(c.OldestData))))
	}
	if c.Failed > 0 {
		parts = append(parts, c.notChecked(s))
	}
	if c.Partial {
		parts = append(parts, w.Partial)
	}
	if c.Late {
		parts = append(parts, w.Late)
	}
	return strings.Join(append(parts, s.clock(c.At)), " · ")
}

// maxWhy is how many characters of a cause a line has room for, as Slack counts them.
const maxWhy = 150

func (c Coverage) notChecked(s Style) string {
	w, why := s.words().Coverage, c.why()
	said := w.NotChecked(c.Failed)
	if c.Most < c.Failed && why != "" {
		said = s.listed(said, w.OfThem(c.Most))
	}
	return s.because(said, why)
}

func (c Coverage) why() string {
	why := clean(c.Why, maxWhy)
	for limit := maxWhy - 1; utf8.RuneCountInString(slack.Escape(why)) > maxWhy; limit-- {
		why = clean(c.Why, limit) // Slack counts a < as the four characters of &lt;.
	}
	return why
}

func (c Coverage) checked(s Style) string {
	w := s.words().Coverage
	if c.Total <= 0 || c.Checked <= 0 {
		return w.NoneChecked
	}
	return w.Checked(percent(min(c.Checked, c.Total), c.Total), c.Total)
}
