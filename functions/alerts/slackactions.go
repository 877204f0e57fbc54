package alerts

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/web"
)

// handleSlackActions does what a button below a status message stands for. Slack gets an
// empty answer as soon as that is written. Only then does whoever pressed the button read
// what became of it, and is the message redrawn.
func (f *Function) handleSlackActions(w http.ResponseWriter, r *http.Request) error {
	body, err := f.slackBody(w, r)
	if err != nil {
		return err
	}
	in, err := slack.ParseInteraction(body)
	if err != nil {
		return web.NewError(http.StatusBadRequest, "not-an-interaction", "This path takes what Slack sends where somebody presses a button.").Because(err)
	}
	reply, changed, err := f.press(r.Context(), in)
	if err != nil {
		return cannotAct(err)
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	answered := answerNow(w)
	if reply != "" {
		f.respond(r.Context(), in, reply)
	}
	if changed {
		f.redraw(r.Context(), answered)
	}
	return nil
}

// answerNow sends the answer while the handler still has work to do. It reports false
// where that is not possible: an event of a platform is answered when the handler
// returns.
func answerNow(w http.ResponseWriter) bool { return http.NewResponseController(w).Flush() == nil }

// press does what a pressed button stands for. reply is what to tell whoever pressed it;
// it is empty where the message shows what was done.
func (f *Function) press(ctx context.Context, in slack.Interaction) (reply string, changed bool, err error) {
	style, receiver := f.styleIn(in.Message.Channel)
	said := &words.In(style.Language).Act
	if in.Type != "block_actions" || in.ActionID == action.WhichID {
		return "", false, nil
	}
	request, err := requestOf(in)
	switch {
	case in.Foreign, err != nil:
		return said.NotUnderstood, false, nil //nolint:nilerr // Who has pressed is answered.
	case receiver == "":
		return said.Elsewhere, false, nil
	case len(f.config.Buttons.Operators) > 0 && !f.isOperator(in.User):
		return said.MayNot, false, nil
	}
	request.On.Shown = func(i rule.Incident) bool { return f.config.route(receiver, i) }
	done, err := f.act(ctx, request)
	if err != nil {
		return "", false, err
	}
	if done.Outcome != action.Done {
		reply = f.answered(done, style)
	}
	return reply, done.Outcome == action.Done, nil
}

// requestOf reads what a button stands for.
func requestOf(in slack.Interaction) (action.Request, error) {
	on, err := action.ParseBlockID(in.BlockID)
	if err != nil {
		return action.Request{}, err
	}
	if on, err = on.Only(in.Chosen[action.WhichID]); err != nil {
		return action.Request{}, err
	}
	r := action.Request{
		ID: in.ID, By: action.Actor(in.User), Origin: action.Button, On: on, Thread: in.Message,
	}
	r.Verb, r.Span, err = action.ParseControl(in.ActionID, in.Value)
	return r, err
}

// styleIn returns the style of messages in a channel of Slack, and the name of the
// receiver that posts there, "" where none does.
func (f *Function) styleIn(in string) (style message.Style, receiver string) {
	at := slices.IndexFunc(f.config.Receivers, func(r notify.Receiver) bool { return r.Bot != nil && r.Channel == in })
	if at < 0 {
		return f.config.Style, ""
	}
	receiver = f.config.Receivers[at].Name
	return f.config.styleFor(receiver), receiver
}

// respond tells somebody what became of a button that they pressed. It tries only once:
// nothing depends on it.
func (f *Function) respond(ctx context.Context, in slack.Interaction, text string) {
	if f.config.Buttons.Responder == nil || in.ResponseURL == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), beforeTime)
	defer cancel()
	if err := f.config.Buttons.Responder.Respond(ctx, in.ResponseURL, slack.Escape(text)); err != nil {
		f.config.Logger.LogAttrs(ctx, slog.LevelWarn, "somebody does not know what became of an action", slog.String("error", err.Error()))
	}
}
