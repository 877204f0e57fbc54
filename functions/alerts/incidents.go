package alerts

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/page"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/config"
	"signalbox/shared/htmlpage"
	"signalbox/shared/incident"
	"signalbox/shared/incidentlink"
	"signalbox/shared/language"
	"signalbox/shared/logging"
	"signalbox/shared/signedlink"
	"signalbox/shared/web"
)

// The forms of the list, by preference.
const (
	mediaJSON = "application/json"
	mediaCSV  = "text/csv"
	mediaHTML = "text/html"
)

// listTimeout bounds the reading of the list: a store may not answer.
const listTimeout = 20 * time.Second

// newRoutes are the routes beside those that every function has.
func (f *Function) newRoutes() *web.Mux {
	mux := web.NewMux(f.config.Logger)
	mux.ErrorPage = f.refusePage
	mux.HandlePage("GET "+incidentlink.Path, f.listGuard()(f.handleIncidents))
	f.routeActions(mux)
	f.routeForms(mux)
	f.routeSilences(mux)
	f.routeExplanations(mux)
	f.routeExport(mux)
	return mux
}

// guard says who may see the list, as far as tokens and the platform go.
func (e Env) guard() web.Guard {
	switch _, secrets := e.Pages.Links(); {
	case e.Auth.Platform(), len(e.Auth.Tokens) > 0:
		return web.BrowserGuardFor(e.Auth)
	case e.AlertsURL != "" && len(secrets) > 0:
		return web.Bearer(config.Tokens{})
	default:
		return nil
	}
}

// listGuard lets those in who come by a link to the list. The configured guard decides
// about all others.
func (f *Function) listGuard() web.Guard {
	guard := f.config.Guard
	if guard == nil {
		guard = closed
	}
	return web.LinkOr(guard, func(_ *http.Request, query url.Values) error {
		return f.config.Links.Verify(query, f.config.Now())
	})
}

// closed refuses everybody: there are neither tokens nor links.
func closed(web.HandlerFunc) web.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) error {
		return web.NotFound("no-incidents-page",
			"Nobody may see the incidents: set SIGNALBOX_API_TOKENS, or SIGNALBOX_ALERTS_URL and SIGNALBOX_LINK_SECRET.")
	}
}

// handleIncidents answers GET /incidents with all that is open, as a page, JSON or CSV.
func (f *Function) handleIncidents(w http.ResponseWriter, r *http.Request) error {
	query, err := web.PageQuery(r, append(incidentlink.Parameters(), signedlink.Expires, signedlink.Signature)...)
	if err != nil {
		return err
	}
	media, filter, err := readList(r, query)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), listTimeout)
	defer cancel()
	list, err := f.list(ctx, filter, f.languageOf(r, query))
	if err != nil {
		return stateUnusable(err)
	}
	w.Header().Add("Vary", "Accept")
	switch media {
	case mediaCSV:
		w.Header().Set("Content-Disposition", `attachment; filename="incidents.csv"`)
		return writeWhole(w, r, mediaCSV+"; charset=utf-8", list.CSV())
	case mediaHTML:
		return writeList(w, list, query)
	default:
		body, err := list.JSON()
		if err != nil {
			return fmt.Errorf("encode the incidents: %w", err)
		}
		return writeWhole(w, r, mediaJSON, body)
	}
}

// list reads what is open.
func (f *Function) list(ctx context.Context, filter page.Filter, l language.Language) (page.List, error) {
	o, err := f.readOverview(ctx)
	if err != nil {
		return page.List{}, err
	}
	standing, err := f.readStanding(ctx)
	if err != nil {
		return page.List{}, err
	}
	style := f.config.Style
	style.Language = l
	return page.NewList(o.open, standing, filter, o.coverage, style), nil
}

// languageOf is the language that a request asks for, or else that of the messages.
func (f *Function) languageOf(r *http.Request, query url.Values) language.Language {
	if query.Get(language.Parameter) == "" && r.Header.Get("Accept-Language") == "" {
		return f.config.Style.Language
	}
	return web.LanguageOf(r, query)
}

// readList reads in which form the list is wanted, and of which incidents.
func readList(r *http.Request, query url.Values) (media string, filter page.Filter, err error) {
	filter = page.Filter{
		State: action.State(query.Get(incidentlink.State)), Rule: query.Get(incidentlink.Rule),
		Severity: incident.Severity(query.Get(incidentlink.Severity)),
	}
	forms := map[string]string{"": web.Accepted(r.Header, mediaJSON, mediaCSV, mediaHTML), "json": mediaJSON, "csv": mediaCSV, "html": mediaHTML}
	media, known := forms[query.Get(incidentlink.Format)]
	switch {
	case !known:
		err = web.BadParameter(incidentlink.Format, "a format is json, csv or html")
	case filter.State != "" && !slices.Contains(action.States(), filter.State):
		err = web.BadParameter(incidentlink.State, "a state is open, acknowledged or silenced")
	case filter.Rule != "" && !slices.Contains(rule.Names(), filter.Rule):
		err = web.BadParameter(incidentlink.Rule, "a rule is one of "+strings.Join(rule.Names(), ", "))
	case filter.Severity != "" && filter.Severity != incident.Warning && filter.Severity != incident.Critical:
		err = web.BadParameter(incidentlink.Severity, "a severity is warning or critical")
	}
	return media, filter, err
}

// stateUnusable is the refusal where the state cannot be read: what is not known is not
// shown as an empty list.
func stateUnusable(err error) *web.Error {
	reason, action := explain(err)
	e := web.NewError(http.StatusServiceUnavailable, "store-unavailable",
		"The incidents cannot be read: "+reason+". To do: "+action+". It is not known whether all is well.")
	return e.RetryAfter(30 * time.Second).Because(err)
}

func writeList(w http.ResponseWriter, list page.List, query url.Values) error {
	body, err := list.HTML(page.Request{Query: query, Actions: ways(list.Style.Language, query)})
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	web.WritePage(w, http.StatusOK, page.Policy, body)
	return nil
}

// compressAbove is the length in bytes from which on an answer is compressed for who takes
// that: Lambda lets no more than 6 MB pass.
const compressAbove = 1 << 20

func writeWhole(w http.ResponseWriter, r *http.Request, media string, body []byte) error {
	body, encoding, err := packed(r, body)
	if err != nil {
		return err
	}
	return writePacked(w, media, body, encoding)
}

// writePacked answers with what packed has returned.
func writePacked(w http.ResponseWriter, media string, body []byte, encoding string) error {
	h := w.Header()
	h.Add("Vary", "Accept-Language, Accept-Encoding")
	h.Set("Content-Type", media)
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return err
}

// packed is body as it is answered, and its encoding, "" for none.
func packed(r *http.Request, body []byte) (answered []byte, encoding string, err error) {
	if len(body) <= compressAbove || !web.AcceptsGzip(r.Header) {
		return body, "", nil
	}
	var small bytes.Buffer
	out := gzip.NewWriter(&small)
	_, err = out.Write(body)
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, "", fmt.Errorf("compress the answer: %w", err)
	}
	return small.Bytes(), "gzip", nil
}

// refusePage writes a refusal for a browser.
func (f *Function) refusePage(w http.ResponseWriter, r *http.Request, e *web.Error) {
	query := r.URL.Query()
	refusal := htmlpage.RefusalOf(e, logging.RequestID(r.Context()))
	home := ""
	if strings.Count(r.URL.Path, "/") == 1 && !signedlink.IsLink(query) {
		home = strings.TrimPrefix(incidentlink.Path, "/") // relative: there may be a path in front of ours
	}
	body, err := page.Refuse(f.languageOf(r, query), refusal, query, home)
	if err != nil {
		web.WriteError(w, e)
		return
	}
	web.WritePage(w, e.Status, page.Policy, body)
}
