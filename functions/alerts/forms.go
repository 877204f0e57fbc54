package alerts

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/page"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/incidentlink"
	"signalbox/shared/language"
	"signalbox/shared/signedlink"
	"signalbox/shared/web"
)

// routeForms adds the forms of incidents. GET only shows a form, and POST acts: robots
// and previews that follow the links in messages change nothing.
func (f *Function) routeForms(m *web.Mux) {
	for _, verb := range []action.Verb{action.Acknowledge, action.Silence, action.Undo} {
		path := incidentlink.Path + "/{id}/" + string(verb)
		m.HandlePage("GET "+path, f.listGuard()(func(w http.ResponseWriter, r *http.Request) error { return f.showForm(w, r, verb) }))
		m.HandlePage("POST "+path, sameSite(f.listGuard()(func(w http.ResponseWriter, r *http.Request) error { return f.takeForm(w, r, verb) })))
	}
}

// sameSite refuses requests that a page of another site had a browser send.
func sameSite(h web.HandlerFunc) web.HandlerFunc {
	var protection http.CrossOriginProtection
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := protection.Check(r); err != nil {
			return web.NewError(http.StatusForbidden, "cross-site", "The form was sent from another site. Open its own page, and send it from there.").Because(err)
		}
		return h(w, r)
	}
}

// formAddress reads the address of a form: the id of the incident, and the query.
func formAddress(r *http.Request) (id string, query url.Values, err error) {
	query, err = web.PageQuery(r, append(incidentlink.Parameters(), signedlink.Expires, signedlink.Signature)...)
	if id = r.PathValue("id"); err == nil && !action.IsID(id) {
		err = web.BadParameter("id", "the id of an incident has 16 characters, 0 to 9 and a to f")
	}
	return id, query, err
}

// form is the form of an incident as somebody asks for it.
func (f *Function) form(ctx context.Context, r *http.Request, verb action.Verb) (page.Form, error) {
	id, query, err := formAddress(r)
	if err != nil {
		return page.Form{}, err
	}
	style := f.config.Style
	style.Language = f.languageOf(r, query)
	form := page.Form{
		Verb: verb, Now: f.config.Now(), Style: style, Query: query, Back: backTo(query), Request: rand.Text(),
	}
	open, err := action.OpenIncidents(ctx, f.config.Store)
	if err != nil {
		return page.Form{}, stateUnusable(err)
	}
	standing, err := f.readStanding(ctx)
	if err != nil {
		return page.Form{}, stateUnusable(err)
	}
	if at := slices.IndexFunc(open, func(i rule.Incident) bool { return i.ID() == id }); at >= 0 {
		form.Incident, form.Status = open[at], standing.Of(open[at], form.Now)
	}
	if name, _, ok := r.BasicAuth(); ok {
		form.Name = name
	}
	return form, nil
}

// backTo is the address of the list, relative to that of a form: there may be a path in
// front of both.
func backTo(query url.Values) string {
	to := "../../" + strings.TrimPrefix(incidentlink.Path, "/")
	if len(query) > 0 {
		to += "?" + query.Encode()
	}
	return to
}

func (f *Function) showForm(w http.ResponseWriter, r *http.Request, verb action.Verb) error {
	ctx, cancel := context.WithTimeout(r.Context(), listTimeout)
	defer cancel()
	form, err := f.form(ctx, r, verb)
	if err != nil {
		return err
	}
	if form.Incident.IsZero() {
		return writeForm(w, form, http.StatusNotFound)
	}
	// Without a referrer a browser sends the form from the origin "null": over plain HTTP
	// nothing else says that it is ours.
	w.Header().Set("Referrer-Policy", "same-origin")
	return writeForm(w, form, http.StatusOK)
}

func writeForm(w http.ResponseWriter, form page.Form, status int) error {
	body, err := form.HTML()
	if err != nil {
		return fmt.Errorf("write the form: %w", err)
	}
	web.WritePage(w, status, page.Policy, body)
	return nil
}

// maxForm is the largest form that is read, in bytes.
const maxForm = 8 << 10

// takeForm does what a form asks for, and answers with a page or with JSON.
func (f *Function) takeForm(w http.ResponseWriter, r *http.Request, verb action.Verb) error {
	defer r.Body.Close()
	if _, _, err := formAddress(r); err != nil {
		return err // before anything is done
	}
	body, err := web.ReadBytes(w, r, maxForm)
	if err != nil {
		return err
	}
	sent, err := url.ParseQuery(string(body))
	if err != nil {
		return web.BadField("body", "send a form: application/x-www-form-urlencoded")
	}
	request, err := formRequest(r, verb, sent)
	if err != nil {
		return err
	}
	done, err := f.act(r.Context(), request)
	if err != nil {
		return cannotAct(err)
	}
	if err := f.answerForm(w, r, verb, done); err != nil {
		return err
	}
	if done.Outcome == action.Done {
		f.redraw(r.Context(), answerNow(w))
	}
	return nil
}

// requestName matches the ids that forms give to requests.
var requestName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// formRequest reads a form.
func formRequest(r *http.Request, verb action.Verb, sent url.Values) (action.Request, error) {
	id := cmp.Or(sent.Get("request"), rand.Text())
	if !requestName.MatchString(id) {
		return action.Request{}, web.BadField("request", "a request has a name of up to 64 letters and digits")
	}
	q := action.Request{
		ID: "form-" + r.PathValue("id") + "-" + string(verb) + "-" + id, Verb: verb, Span: action.Span(sent.Get("for")),
		Origin: action.Token, On: action.Selection{IDs: []string{r.PathValue("id")}},
	}
	if verb == action.Silence && !slices.Contains(action.Spans(), q.Span) {
		return action.Request{}, web.BadField("for", "a silence lasts for 1h, 24h, 7d, or renewal: until the data resets")
	}
	name, _, _ := r.BasicAuth()
	who := cmp.Or(message.Actor(sent.Get("name")), message.Actor(name))
	if signedlink.IsLink(r.URL.Query()) {
		q.Origin, who = action.Link, cmp.Or(who, action.Somebody)
	}
	q.By.Name = cmp.Or(who, web.Caller(r), action.Somebody)
	return q, nil
}

// answerForm says what became of a form.
func (f *Function) answerForm(w http.ResponseWriter, r *http.Request, verb action.Verb, done action.Record) error {
	status := http.StatusOK
	if done.Outcome == action.Over {
		status = http.StatusNotFound
	}
	w.Header().Add("Vary", "Accept")
	if web.Accepted(r.Header, mediaJSON, mediaHTML) == mediaJSON {
		style := f.config.Style
		style.Language = f.languageOf(r, r.URL.Query())
		return web.JSON(w, status, formAnswer(done, style))
	}
	ctx, cancel := context.WithTimeout(r.Context(), listTimeout)
	defer cancel()
	form, err := f.form(ctx, r, verb)
	if err != nil {
		return err
	}
	form.Result = f.answered(done, form.Style)
	return writeForm(w, form, status)
}

// formAnswer is what became of a form, as JSON. Its times are as the list has them.
func formAnswer(done action.Record, s message.Style) map[string]any {
	zone := cmp.Or(s.Zone, time.UTC)
	answer := map[string]any{
		"outcome": done.Outcome, "by": s.Who(cmp.Or(done.Before.Name, done.By.Name)), "at": done.At.In(zone).Format(time.RFC3339),
		"until": nil, "repeated": done.Repeated,
	}
	if !done.Until.IsZero() {
		answer["until"] = done.Until.In(zone).Format(time.RFC3339)
	}
	return answer
}

// ways offers the forms of each incident of the list.
func ways(l language.Language, query url.Values) func(page.Item) []page.Action {
	own := make(url.Values)
	for _, name := range []string{signedlink.Expires, signedlink.Signature, language.Parameter} {
		if value := query.Get(name); value != "" {
			own.Set(name, value)
		}
	}
	return func(i page.Item) []page.Action { return page.Ways(words.In(l), i, own) }
}
