package alerts_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"signalbox/functions/alerts/channel"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// witness is rules that remember the forecasts they were shown.
type witness struct {
	rule.Policy

	zone *time.Location
	mu   sync.Mutex
	seen map[string]outlook // by subject
}

// outlook is the last forecast of a card, and the last two days on which one was
// bad with no better one between.
type outlook struct {
	probability float64
	bad, before string // dates
}

func (w *witness) Judge(r rule.Reading, now time.Time) []incident.Verdict {
	if r.Forecast.Known {
		w.mu.Lock()
		w.seen[string(r.ICCID)] = w.seen[string(r.ICCID)].then(r.Forecast.Probability, now.In(w.zone))
		w.mu.Unlock()
	}
	return w.Policy.Judge(r, now)
}

func (o outlook) then(probability float64, now time.Time) outlook {
	o.probability = probability
	today := now.Format(time.DateOnly)
	switch {
	case probability < yearSettings.Fire:
		o.bad, o.before = "", ""
	case o.bad != today:
		o.bad, o.before = today, o.bad
	}
	return o
}

// twice reports whether the forecast was bad today and yesterday.
func (o outlook) twice(now time.Time) bool {
	return o.bad == now.Format(time.DateOnly) && o.before == now.AddDate(0, 0, -1).Format(time.DateOnly)
}

// listener is a channel that remembers what was told by it.
type listener struct {
	channel.Channel

	notices   []incident.Notice
	digests   int
	summaries int
}

func (l *listener) Tell(ctx context.Context, n channel.News, past channel.Memory) (channel.Told, error) {
	told, err := l.Channel.Tell(ctx, n, past)
	for _, notice := range n.Notices {
		if slices.Contains(told.Delivered, notice.ID) {
			l.notices = append(l.notices, notice)
		}
	}
	l.digests++
	return told, err
}

func (l *listener) Announce(ctx context.Context, m slack.Message) error {
	l.summaries++
	return l.Channel.Announce(ctx, m)
}
