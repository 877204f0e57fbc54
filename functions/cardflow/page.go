package cardflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"signalbox/functions/cardflow/page"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/language"
	"signalbox/shared/logging"
	"signalbox/shared/web"
)

// addPages adds the routes that browsers ask for.
func (s *server) addPages(mux *web.Mux) {
	mux.ErrorPage = s.refusePage
	mux.HandlePage("GET /cards/{iccid}", s.linkOr(s.PageGuard, s.handlePage))
	mux.HandlePage("GET /{$}", s.PageGuard(s.handleFind))
}

// handlePage answers GET /cards/{iccid} with a page about the card's last months.
func (s *server) handlePage(w http.ResponseWriter, r *http.Request) error {
	id, err := card.ParseICCID(r.PathValue("iccid"))
	if err != nil {
		return web.BadParameter("iccid", err.Error())
	}
	query, byLink := r.URL.Query(), cardlink.IsLink(r.URL.Query())
	if !byLink {
		if query, err = parsePageQuery(r); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
	defer cancel()
	answer, err := s.lookups.Lookup(ctx, id, lastMonths(time.Now().In(s.Zone)))
	if err != nil {
		return refusal(err)
	}
	body, err := page.Card(languageOf(r, query), answer.Flow, query, byLink, time.Now())
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	writePage(w, http.StatusOK, body)
	return nil
}

// lastMonths are those that a page shows, the earliest first.
func lastMonths(now time.Time) []card.Month {
	year, month, _ := now.Date()
	months := make([]card.Month, page.Months)
	for i := range months {
		months[i] = card.MonthOf(time.Date(year, month-page.Months+1+time.Month(i), 1, 0, 0, 0, 0, time.UTC))
	}
	return months
}

// handleFind answers GET / with the form that finds a card, and GET /?iccid= with where
// its page is.
func (s *server) handleFind(w http.ResponseWriter, r *http.Request) error {
	query, err := parsePageQuery(r, "iccid")
	if err != nil {
		return err
	}
	entered := strings.Join(strings.Fields(query.Get("iccid")), "")
	if id, err := card.ParseICCID(entered); err == nil {
		location := url.URL{Path: "cards/" + string(id)} // relative: there may be a path in front of ours
		if chosen := query.Get(language.Parameter); chosen != "" {
			location.RawQuery = url.Values{language.Parameter: {chosen}}.Encode()
		}
		w.Header().Set("Location", location.String())
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	status := http.StatusOK
	if entered != "" {
		status = http.StatusBadRequest
	}
	body, err := page.Find(languageOf(r, query), entered)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	writePage(w, status, body)
	return nil
}

// parsePageQuery takes a page's own parameters and no others: what is misspelt is not
// to look as if it were heeded.
func parsePageQuery(r *http.Request, also ...string) (url.Values, error) {
	known := append(also, language.Parameter)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, web.BadParameter("query", "the query cannot be read")
	}
	for name, values := range query {
		if !slices.Contains(known, name) || len(values) != 1 {
			return nil, web.BadParameter(name, "this page takes "+strings.Join(known, " and ")+", once")
		}
	}
	return query, nil
}

// linkOr lets those pass who come by a link to the card, and has guard ask the others.
// A wrong link is refused whatever else is shown: it was meant to be enough.
func (s *server) linkOr(guard web.Guard, h web.HandlerFunc) web.HandlerFunc {
	guarded := guard(h)
	return func(w http.ResponseWriter, r *http.Request) error {
		query, err := url.ParseQuery(r.URL.RawQuery)
		if !cardlink.IsLink(query) {
			return guarded(w, r)
		}
		if err == nil {
			err = s.Links.Verify(card.ICCID(r.PathValue("iccid")), query, time.Now())
		}
		if err != nil {
			return wrongLink(err)
		}
		web.SetCaller(r, "signed link")
		return h(w, r)
	}
}

func wrongLink(err error) *web.Error {
	slug, detail := "wrong-link", "This link was altered, or is of another card."
	if errors.Is(err, cardlink.ErrExpired) {
		slug, detail = "old-link", "This link is too old."
	}
	return web.NewError(http.StatusForbidden, slug, detail).Because(err)
}

// refusePage writes a refusal for a browser.
func (s *server) refusePage(w http.ResponseWriter, r *http.Request, e *web.Error) {
	query := r.URL.Query()
	seconds, _ := strconv.Atoi(e.Header.Get("Retry-After")) // 0 where there is none
	refusal := page.Refusal{
		Status: e.Status, Slug: e.Slug, Field: e.Field, RetryAfter: seconds, RequestID: logging.RequestID(r.Context()),
	}
	body, err := page.Refuse(languageOf(r, query), refusal, query, home(r))
	if err != nil {
		web.WriteError(w, e)
		return
	}
	writePage(w, e.Status, body)
}

// home is the way from a page to the form, where the page has no deeper path than ours have.
func home(r *http.Request) string {
	switch {
	case cardlink.IsLink(r.URL.Query()):
		return ""
	case strings.HasPrefix(r.URL.Path, "/cards/") && strings.Count(r.URL.Path, "/") == 2:
		return "../"
	default:
		return ""
	}
}

func languageOf(r *http.Request, query url.Values) language.Language {
	return language.Match(query.Get(language.Parameter), r.Header.Get("Accept-Language"))
}

// writePage writes a page that runs no script, loads nothing, is shown in no frame and
// tells no other site where it is: its address may be a signed link.
func writePage(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", page.Policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // html/template has escaped it; the caller may not be there any more
}
