package alerts

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/page"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/web"
)

// routeSilences adds the paths of the silences of cards, for programs and the command line.
func (f *Function) routeSilences(m *web.Mux) {
	m.HandleFunc("GET /silences", f.callersOnly(f.handleSilences))
	m.HandleFunc("PUT /silences/{iccid}", f.callersOnly(f.handleSilence))
	m.HandleFunc("DELETE /silences/{iccid}", f.callersOnly(f.handleEndSilence))
}

// callersOnly lets those in who show a token, and not who comes by a link.
func (f *Function) callersOnly(h web.HandlerFunc) web.HandlerFunc {
	guard := f.config.Guard
	if guard == nil {
		guard = closed
	}
	return sameSite(guard(h))
}

// handleSilences answers GET /silences with those that are not over.
func (f *Function) handleSilences(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), listTimeout)
	defer cancel()
	standing, err := f.readStanding(ctx)
	if err != nil {
		return stateUnusable(err)
	}
	now := f.config.Now()
	body, err := page.Silences{Made: standing.Silences(now), File: f.config.Rules.AllSilences(), Now: now, Style: f.config.Style}.JSON()
	if err != nil {
		return fmt.Errorf("encode the silences: %w", err)
	}
	return writeWhole(w, r, mediaJSON, body)
}

// wantedSilence is the body of PUT /silences/{iccid}.
type wantedSilence struct {
	For  action.Span `json:"for"`
	Name string      `json:"name"` // of who silences; "": the caller's
}

// handleSilence has whatever is or will be wrong with a card silenced.
func (f *Function) handleSilence(w http.ResponseWriter, r *http.Request) error {
	body, err := web.ReadBody(w, r)
	if err != nil {
		return err
	}
	var wanted wantedSilence
	if err := web.DecodeJSON(body, &wanted); err != nil {
		return err
	}
	if !slices.Contains(action.Spans(), wanted.For) {
		return web.BadMember("for", "a silence lasts for "+spanNames()+": until the data resets")
	}
	return f.actOnCard(w, r, action.Request{Verb: action.Silence, Span: wanted.For, By: action.Actor{Name: message.Actor(wanted.Name)}})
}

// spanNames are what a silence may last for.
func spanNames() string {
	var names []string
	for _, span := range action.Spans() {
		names = append(names, string(span))
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// handleEndSilence undoes what people did about a card.
func (f *Function) handleEndSilence(w http.ResponseWriter, r *http.Request) error {
	return f.actOnCard(w, r, action.Request{Verb: action.Undo})
}

// actOnCard does what is asked for of the card in the path. To ask for it again changes
// nothing more, so that no request needs a name.
func (f *Function) actOnCard(w http.ResponseWriter, r *http.Request, q action.Request) error {
	id, err := cardIn(r)
	if err != nil {
		return err
	}
	q.ID, q.Origin = "api-"+rand.Text(), action.Token
	q.By.Name = cmp.Or(q.By.Name, web.Caller(r), action.Somebody)
	q.On = action.Selection{Subject: incident.Subject{Kind: incident.Card, ID: string(id)}}
	done, err := f.act(r.Context(), q)
	if err != nil {
		return cannotAct(err)
	}
	if err := web.JSON(w, http.StatusOK, formAnswer(done, f.config.Style)); err != nil {
		return err
	}
	if done.Outcome == action.Done {
		f.redraw(r.Context(), answerNow(w))
	}
	return nil
}

// cardIn is the card in the path of a request.
func cardIn(r *http.Request) (card.ICCID, error) {
	id, err := card.ParseICCID(r.PathValue("iccid"))
	if err != nil {
		return "", web.BadParameter("iccid", err.Error())
	}
	return id, nil
}
