package notify_test

import (
	"encoding/json"
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// words is a plain writer. Its first lines count, the others name.
type words struct{}

func (words) Digest(id string, changes []change) notify.Message {
	return neutral("digest: "+tally(changes), changes, "id "+id)
}

func (words) Status(groups []notify.Group, open []event, elsewhere int, opened []change) slack.Message {
	var names, subjects []string
	for _, g := range groups {
		names = append(names, g.Rule+"/"+string(g.Severity))
	}
	title := fmt.Sprintf("%s: %d open", strings.Join(names, "+"), len(open))
	if len(open) == 0 {
		title = strings.Join(names, "+") + ": all clear"
	}
	if len(opened) > 0 {
		title += fmt.Sprintf(", %d new", len(opened))
	}
	if elsewhere > 0 {
		title += fmt.Sprintf(", %d elsewhere", elsewhere)
	}
	for _, i := range open[:min(len(open), 20)] {
		subjects = append(subjects, i.Key.Subject.ID+" "+i.Details.Note)
	}
	m := slack.Message{Text: strings.Join(append([]string{title}, subjects...), "\n")}
	m.Blocks = section(m.Text)
	return m
}

func (words) History(changes []change) slack.Message {
	return message("changes: "+tally(changes), changes)
}

func (words) List(open []event, changes []change) notify.File {
	if len(open) <= 20 && len(changes) <= 20 {
		return notify.File{}
	}
	var lines []string
	for _, i := range open {
		lines = append(lines, "open "+i.Key.Subject.ID)
	}
	for _, c := range changes {
		lines = append(lines, string(c.Kind)+" "+c.Incident.Key.Subject.ID)
	}
	return notify.File{Name: "list.csv", Title: fmt.Sprintf("%d open, %d changes", len(open), len(changes)), Content: []byte(strings.Join(lines, "\n"))}
}

func (words) ListMissing() slack.Message {
	return slack.Message{Text: "the list could not be attached"}
}

func (words) Note(body json.RawMessage) slack.Message {
	return slack.Message{Text: "note " + string(body)}
}

func (words) Replaced() slack.Message {
	return slack.Message{Text: "replaced by a newer message", Blocks: section("replaced by a newer message")}
}

func (words) Announcement(body json.RawMessage) notify.Message {
	return notify.Message{Title: "announcement " + string(body)}
}

// neutral is a message for any receiver.
func neutral(title string, changes []change, footer string) notify.Message {
	m := notify.Message{Title: title, Footer: footer}
	for _, c := range changes[:min(len(changes), 20)] {
		m.Lines = append(m.Lines, notify.Line{Spans: []notify.Span{{Text: string(c.Kind) + " " + c.Incident.Key.Subject.ID}}})
	}
	return m
}

// render lays a message out for Slack.
func render(m notify.Message) slack.Message {
	rendered := slack.Message{Text: m.Text()}
	if m.Extent == notify.Whole {
		rendered.Blocks = section(rendered.Text)
	}
	if m.Mention {
		rendered = rendered.Mentioning()
	}
	return rendered
}

func message(title string, changes []change) slack.Message {
	lines := []string{title}
	for _, c := range changes[:min(len(changes), 20)] {
		lines = append(lines, string(c.Kind)+" "+c.Incident.Key.Subject.ID)
	}
	text := strings.Join(lines, "\n")
	return slack.Message{Text: text, Blocks: section(text)}
}

func section(text string) []slackgo.Block {
	return []slackgo.Block{slackgo.NewSectionBlock(slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, false), nil, nil)}
}

func tally(changes []change) string {
	var parts []string
	for _, kind := range []incident.Kind{incident.Opened, incident.Worsened, incident.Reminded, incident.Flapping, incident.Resolved} {
		n := 0
		for _, c := range changes {
			if c.Kind == kind {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	return strings.Join(parts, ", ")
}
