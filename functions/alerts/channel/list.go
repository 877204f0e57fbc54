package channel

import (
	"context"
	"errors"
	"fmt"

	"signalbox/functions/alerts/message"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

const listName = "cards.csv"

// list puts the whole list into the thread: what the messages do not name. A
// list that Slack will never take counts as done, with an error: the messages
// say how many there are.
func (b *Bot) list(ctx context.Context, d *desk, at int, notices []incident.Notice) (Told, error) {
	t := &d.memory.Threads[at]
	open, resolved := d.board(*t).Open, resolvedOf(notices)
	title := fmt.Sprintf("%d open, %d resolved", len(open), len(resolved))
	err := b.slack.Upload(ctx, t.Ref, listName, title, message.CSV(b.style, open, resolved))
	if err != nil && !isFinal(err) {
		return Told{}, err
	}
	t.Owed, t.Listed = false, message.NewsID(notices)
	if err != nil {
		err = fmt.Errorf("list of %s was not shown: %w", title, err)
	}
	return Told{Memory: d.memory, More: true}, err
}

// isFinal reports whether a list has no hope, while messages may still have one.
func isFinal(err error) bool {
	failure, ok := errors.AsType[*slack.Error](err)
	return ok && (failure.Kind == slack.KindRejected || failure.Reason == "missing_scope")
}

func resolvedOf(notices []incident.Notice) []incident.Notice {
	var resolved []incident.Notice
	for _, n := range notices {
		if n.Kind == incident.Resolved {
			resolved = append(resolved, n)
		}
	}
	return resolved
}
