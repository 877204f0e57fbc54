package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/store"
	"signalbox/shared/web"
)

// Buttons are how people act from Slack. The zero value takes nothing from there.
type Buttons struct {
	// Requests verifies what Slack sends.
	Requests slack.Requests
	// Operators are the ids of the users who may act. None: whoever sees the buttons may
	// press them, and commands only read.
	Operators []string
	// Responder tells people why a button that they pressed changed nothing. Nil: they get
	// no answer.
	Responder *slack.Responder
}

// Times of a request of Slack's, which waits for 3 s.
const (
	actTime    = 2 * time.Second         // to write what it does
	afterTime  = 5 * time.Second         // to show it, once it was answered
	beforeTime = 1200 * time.Millisecond // to show it before, where an answer ends the invocation
)

// timeFor is how long what follows an action may take.
func timeFor(answered bool) time.Duration {
	if answered {
		return afterTime
	}
	return beforeTime
}

// maxSlackBody is the largest body that Slack may send.
const maxSlackBody = 1 << 20

// routeActions adds the paths on which people act.
func (f *Function) routeActions(m *web.Mux) {
	if f.config.Buttons.Requests.Verifies() {
		m.HandleFunc("POST /slack/actions", f.handleSlackActions)
		m.HandleFunc("POST /slack/commands", f.handleSlackCommands)
	}
}

// book is where actions are kept.
func (f *Function) book() action.Book { return action.Book{Store: f.config.Store, Say: f.say} }

// say writes the notes that tell of an action in the threads of its incidents, for each
// receiver that is notified of any of them.
func (f *Function) say(r action.Record, of []rule.Incident, below slack.Ref) ([]store.Record, error) {
	var records []store.Record
	for _, to := range f.config.Receivers {
		theirs := slices.DeleteFunc(slices.Clone(of), func(i rule.Incident) bool { return !f.config.route(to.Name, i) })
		if to.Bot == nil || len(theirs) == 0 {
			continue
		}
		body, err := json.Marshal(r.Of(theirs))
		if err != nil {
			return nil, err
		}
		note := notify.Note{ID: r.ID, Thread: below, Groups: groupsOf(theirs), Body: body}
		said, err := f.notifier.Note(to.Name, note)
		if err != nil {
			return nil, err
		}
		records = append(records, said)
	}
	return records, nil
}

// groupsOf are the groups of incidents, each once.
func groupsOf(incidents []rule.Incident) []notify.Group {
	var groups []notify.Group
	for _, i := range incidents {
		if g := notify.GroupOf(i); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// act does what a request asks for, within the time that its sender waits for an answer.
// It goes on where the sender has left meanwhile.
func (f *Function) act(ctx context.Context, r action.Request) (action.Record, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actTime)
	defer cancel()
	done, err := f.book().Do(ctx, r, f.config.Now())
	if err != nil {
		return done, err
	}
	f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "action", slog.String("action", done.ID), slog.String("verb", string(done.Verb)),
		slog.String("origin", string(done.Origin)), slog.String("by", done.By.ID), slog.String("outcome", string(done.Outcome)),
		slog.Int("incidents", done.Count), slog.Bool("repeated", done.Repeated))
	return done, nil
}

// answered says what became of an action, to whoever asked for it, as text without
// markup.
func (f *Function) answered(r action.Record, s message.Style) string {
	said := &words.In(s.Language).Act
	switch {
	case r.Outcome == action.Over:
		return said.Over
	case r.Outcome == action.Nothing:
		return said.NothingToUndo
	case r.Outcome == action.Already && (r.Before.Name == "" || r.Before == r.By):
		return said.AlreadyBySelf
	case r.Outcome == action.Already:
		return said.Already(s.Who(r.Before.Name))
	case r.Verb == action.Acknowledge:
		return said.DoneAcknowledged(r.Count)
	case r.Verb == action.Silence && r.Count == 0:
		return said.SilencedSubject(s.Subject(r.Subject), s.Clock(r.Until))
	case r.Verb == action.Silence:
		return said.DoneSilenced(r.Count, s.Clock(r.Until))
	case r.Count == 0:
		return said.UndoneSubject
	default:
		return said.DoneUndone(r.Count)
	}
}

// isOperator reports whether the user is one of those who may also act by commands.
func (f *Function) isOperator(u slack.User) bool {
	return slices.Contains(f.config.Buttons.Operators, u.ID)
}

// redraw updates the status messages at once. While a run is under way it does nothing,
// since the run does so before it ends. What it has no time for is left to the next run.
func (f *Function) redraw(ctx context.Context, answered bool) {
	if !slices.ContainsFunc(f.config.Receivers, func(r notify.Receiver) bool { return r.Bot != nil }) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeFor(answered))
	defer cancel()
	lease, err := store.Acquire(ctx, f.config.Store, store.LeaseConfig{Name: leaseName, Length: f.config.LeaseTime, Brief: true, Now: f.config.Now})
	if err == nil {
		err = f.redrawUnder(ctx, lease)
	}
	if err != nil && !errors.Is(err, store.ErrHeld) {
		f.config.Logger.LogAttrs(ctx, slog.LevelWarn, "the next run shows what was done", slog.String("error", err.Error()))
	}
}

func (f *Function) redrawUnder(ctx context.Context, lease *store.Lease) (err error) {
	defer func() {
		bounded, cancel := afterwards(ctx)
		defer cancel()
		err = errors.Join(err, lease.Release(bounded))
	}()
	r := &run{Function: f, lease: lease, waiting: notify.Unknown}
	if err := r.loadShown(ctx); err != nil {
		return err
	}
	for _, report := range f.notifier.Redraw(ctx, r.delivery()) {
		err = errors.Join(err, report.Err)
	}
	return err
}

// slackBody returns the body of a request that Slack has sent.
func (f *Function) slackBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	defer r.Body.Close()
	body, err := web.ReadBytes(w, r, maxSlackBody)
	if err != nil {
		return nil, err
	}
	if err := f.config.Buttons.Requests.Verify(r.Header, body); err != nil {
		f.config.Meter.Add(metric.SlackRequestsRefused, 1)
		return nil, web.NewError(http.StatusUnauthorized, "not-slack", "This path takes what Slack signs with SIGNALBOX_SLACK_SIGNING_SECRET, within five minutes.").Because(err)
	}
	web.SetCaller(r, "slack")
	return body, nil
}

// cannotAct is the refusal of a request that may not have been done.
func cannotAct(err error) error {
	return web.NewError(http.StatusServiceUnavailable, "store-unavailable", "The store cannot be used now. Send the same again.").
		RetryAfter(time.Second).Because(err)
}
