package alerts

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/web"
)

// handleSlackCommands answers a command. Only whoever has entered it sees the answer.
func (f *Function) handleSlackCommands(w http.ResponseWriter, r *http.Request) error {
	body, err := f.slackBody(w, r)
	if err != nil {
		return err
	}
	c, err := slack.ParseCommand(body)
	if err != nil {
		return web.NewError(http.StatusBadRequest, "not-a-command", "This path takes what Slack sends where somebody enters a command.").Because(err)
	}
	reply, changed, err := f.obey(r.Context(), c)
	if err != nil {
		return cannotAct(err)
	}
	if err := web.JSON(w, http.StatusOK, map[string]string{"response_type": "ephemeral", "text": reply}); err != nil {
		return err
	}
	if changed {
		f.redraw(r.Context(), answerNow(w))
	}
	return nil
}

// order is what a command asks for.
type order string

const (
	orderCard    order = "card"
	orderOpen    order = "open"
	orderHelp    order = "help"
	orderUnknown order = ""
)

// orders are the words of commands, in English and Chinese.
var orders = map[string]order{
	"card": orderCard, "卡": orderCard, "卡片": orderCard, "查卡": orderCard,
	"open": orderOpen, "未解决": orderOpen, "告警": orderOpen, "问题": orderOpen,
	"help": orderHelp, "帮助": orderHelp,
	"acknowledge": order(action.Acknowledge), "ack": order(action.Acknowledge), "确认": order(action.Acknowledge),
	"silence": order(action.Silence), "静默": order(action.Silence),
	"undo": order(action.Undo), "撤销": order(action.Undo),
}

// spans are the words for how long.
var spans = map[string]action.Span{
	"1h": action.Hour, "1小时": action.Hour, "24h": action.Day, "1d": action.Day, "24小时": action.Day, "1天": action.Day,
	"7d": action.Week, "7天": action.Week,
	"reset": action.Renewal, "重置": action.Renewal, "流量重置": action.Renewal, "renewal": action.Renewal,
}

// obey does what a command asks for. reply is in Slack's markup.
func (f *Function) obey(ctx context.Context, c slack.Command) (reply string, changed bool, err error) {
	style, _ := f.styleIn(c.Channel)
	said := &words.In(style.Language).Act
	entered := strings.Fields(narrow(c.Text))
	what := orderUnknown
	if len(entered) > 0 {
		what = orders[strings.ToLower(entered[0])]
	}
	switch what {
	case orderOpen:
		reply, err = f.answerOpen(ctx, style)
		return reply, false, err
	case orderCard:
	case orderHelp, orderUnknown:
		return said.Help(slack.Escape(c.Command)), false, nil
	}
	id, reply, err := f.cardMeant(ctx, argument(entered, 1), style)
	if id == "" || err != nil {
		return reply, false, err
	}
	if what == orderCard {
		reply, err = f.answerCard(ctx, id, style)
		return reply, false, err
	}
	return f.obeyActing(ctx, c, action.Verb(what), id, argument(entered, 2), style)
}

// obeyActing does what a command asks for where that changes something.
func (f *Function) obeyActing(ctx context.Context, c slack.Command, verb action.Verb, id card.ICCID, span string, style message.Style) (reply string, changed bool, err error) {
	said := &words.In(style.Language).Act
	r := action.Request{
		ID: c.ID, Verb: verb, By: action.Actor(c.User), Origin: action.Command,
		On: action.Selection{Subject: incident.Subject{Kind: incident.Card, ID: string(id)}},
	}
	if verb == action.Silence {
		r.Span = spans[strings.ToLower(span)]
	}
	switch {
	case len(f.config.Buttons.Operators) == 0:
		return said.NoOperators, false, nil
	case !f.isOperator(c.User):
		return said.MayNot, false, nil
	case verb == action.Silence && r.Span == "":
		return said.NoSpan, false, nil
	}
	done, err := f.act(ctx, r)
	if err != nil {
		return "", false, err
	}
	return slack.Escape(f.answered(done, style)), done.Outcome == action.Done, nil
}

// argument is the nth word, or "".
func argument(entered []string, n int) string {
	if n >= len(entered) {
		return ""
	}
	return entered[n]
}

// shorter cuts what somebody has entered to a length that an answer may repeat.
func shorter(text string) string {
	const most = 40
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return text
}

// narrow turns the wide letters and digits of East Asian keyboards into plain ones, and
// leaves out the soft hyphens that messages have in front of marks: people copy them.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		case r == '\u00AD':
			return -1
		default:
			return r
		}
	}, text)
}

// answerOpen says what is open, the worst first.
func (f *Function) answerOpen(ctx context.Context, style message.Style) (string, error) {
	open, standing, err := f.known(ctx)
	if err != nil {
		return "", err
	}
	said := &words.In(style.Language).Act
	open = slices.DeleteFunc(open, func(i rule.Incident) bool { return !i.IsOpen() })
	if len(open) == 0 {
		return said.NoneOpen, nil
	}
	return "*" + said.OpenTitle(len(open)) + "*\n" + f.describe(open, standing, style), nil
}

// answerCard says what is open about a card, suppressed or not, and until when the card
// is silenced.
func (f *Function) answerCard(ctx context.Context, id card.ICCID, style message.Style) (string, error) {
	open, standing, err := f.known(ctx)
	if err != nil {
		return "", err
	}
	about := incident.Subject{Kind: incident.Card, ID: string(id)}
	open = slices.DeleteFunc(open, func(i rule.Incident) bool { return i.Key.Subject != about })
	said, name := &words.In(style.Language).Act, style.Subject(about)
	reply := said.CardFine(name)
	if len(open) > 0 {
		reply = "*" + said.CardTitle(name, len(open)) + "*\n" + f.describe(open, standing, style)
	}
	silenced := standing.Of(rule.Incident{Key: incident.Key{Subject: about}}, f.config.Now())
	if silenced.State == action.Silenced && len(open) == 0 {
		reply += "\n" + slack.Escape(said.SilencedSubject(name, style.Clock(silenced.Until)))
	}
	if page := style.Pages.To(id, f.config.Now()); page != "" {
		reply += "\n<" + page + "|" + said.CardPage + ">"
	}
	return reply, nil
}

// maxAnswered is how many incidents an answer names.
const maxAnswered = 20

// describe names incidents, the worst first, one a line.
func (f *Function) describe(open []rule.Incident, standing action.Standing, style message.Style) string {
	now := f.config.Now()
	lines := message.Brief(open, standing, style, now)
	said := &words.In(style.Language).Act
	named := min(len(lines), maxAnswered)
	var b strings.Builder
	for _, line := range lines[:named] {
		b.WriteString("• " + slack.Escape(line) + "\n")
	}
	if len(lines) > named {
		b.WriteString(said.More(len(lines) - named))
	}
	return strings.TrimSuffix(cmp.Or(b.String(), said.NoneOpen), "\n")
}

// known are the open incidents, suppressed or not, and what people have done about them.
func (f *Function) known(ctx context.Context) ([]rule.Incident, action.Standing, error) {
	ctx, cancel := context.WithTimeout(ctx, actTime)
	defer cancel()
	open, err := action.OpenIncidents(ctx, f.config.Store)
	if err != nil {
		return nil, action.Standing{}, err
	}
	standing, err := f.readStanding(ctx)
	return open, standing, err
}
