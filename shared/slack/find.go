package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

const (
	pageSize  = 15               // messages of a page: what Slack gives to every kind of app
	maxPages  = 10               // pages that Find reads
	clockSkew = 10 * time.Minute // between this machine, whose clock says when it sent, and Slack
)

// Found is where a message is.
type Found struct {
	Ref

	// Reply says that it is a reply in another message's thread, such as one that the
	// channel shows as well.
	Reply bool
}

// Find looks for the message with this ID among those that a Bot sent since, or for
// a file whose name has it, and reports where it is. With in.TS it looks in that message's thread, else in the
// channel in.Channel, else in the bot's own. It reads at most 150 messages. Not to
// be able to look (a missing scope channels:history, a channel that is known by
// its name and that nothing was posted to yet) is KindRejected and changes
// nothing about posting; a thread that is lost is KindLost.
//
// See https://docs.slack.dev/reference/methods/conversations.history/.
func (b *Bot) Find(ctx context.Context, in Ref, id string, since time.Time) (Found, bool, error) {
	if id == "" {
		return Found{}, false, searching.rejected("no id to look for")
	}
	if in.Channel == "" {
		in.Channel = b.knownChannel()
	}
	oldest := ""
	if !since.IsZero() {
		oldest = fmt.Sprintf("%.6f", float64(since.Add(-clockSkew).UnixMilli())/1e3)
	}
	cursor := ""
	for range maxPages {
		p, err := b.page(ctx, in, oldest, cursor)
		if err != nil {
			return Found{}, false, err
		}
		if m := p.find(id); m != nil {
			return Found{Ref: Ref{in.Channel, m.TS}, Reply: m.ThreadTS != "" && m.ThreadTS != m.TS}, true, nil
		}
		if cursor = p.Metadata.NextCursor; cursor == "" {
			break
		}
	}
	return Found{}, false, nil
}

// knownChannel returns the id of the bot's channel, or its name where Slack has
// not said the id yet.
func (b *Bot) knownChannel() string {
	if id := b.channelID.Load(); id != nil {
		return *id
	}
	return b.channel
}

// page is a part of a channel or thread as Slack gives it. slack-go's own type
// fails for the whole page where it does not know a block of one message.
type page struct {
	OK       bool       `json:"ok"`
	Messages []pageItem `json:"messages"`
	Metadata struct {
		NextCursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// pageItem is a message of a page.
type pageItem struct {
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts"`
	Metadata struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	} `json:"metadata"`
	Files []struct {
		Name string `json:"name"`
	} `json:"files"`
}

// find returns the message with an ID, or nil.
func (p page) find(id string) *pageItem {
	for i, m := range p.Messages {
		if m.Metadata.EventType == metadataType && m.Metadata.EventPayload["id"] == id {
			return &p.Messages[i]
		}
		for _, f := range m.Files {
			if strings.Contains(f.Name, id) {
				return &p.Messages[i]
			}
		}
	}
	return nil
}

// page reads the page at cursor.
func (b *Bot) page(ctx context.Context, in Ref, oldest, cursor string) (p page, err error) {
	read := func(client *slackgo.Client) error {
		if in.TS == "" {
			_, err := client.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
				ChannelID: in.Channel, Oldest: oldest, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
			})
			return err
		}
		_, _, _, err := client.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
			ChannelID: in.Channel, Timestamp: in.TS, Oldest: oldest, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		return err
	}
	err = b.reads.Do(ctx, outbound.Job{Attempted: searching.attempted(), Pace: b.looks, Send: func(ctx context.Context) *delivery.Error {
		last, failure, _ := b.ask(ctx, read)
		if failure == nil {
			p = page{}
			if last.Status == http.StatusOK && json.Unmarshal(last.Body, &p) == nil && p.OK {
				return nil
			}
			failure = last.failure(searching, time.Now())
		}
		failure.Uncertain = false // nothing was sent that could be taken
		return failure
	}})
	return p, err
}
