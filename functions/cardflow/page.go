package cardflow

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"signalbox/functions/cardflow/page"
	"signalbox/shared/card"
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
	"signalbox/shared/logging"
	"signalbox/shared/signedlink"
	"signalbox/shared/web"
)

// addPages adds the routes that browsers ask for.
func (s *server) addPages(mux *web.Mux) {
	mux.ErrorPage = s.refusePage
	mux.HandlePage("GET /cards/{iccid}", web.LinkOr(s.PageGuard, s.verifyLink)(s.handlePage))
	mux.HandlePage("GET /{$}", s.PageGuard(s.handleFind))
}

// handlePage answers GET /cards/{iccid} with a page about the card's last months.
func (s *server) handlePage(w http.ResponseWriter, r *http.Request) error {
	id, err := card.ParseICCID(r.PathValue("iccid"))
	if err != nil {
		return web.BadParameter("iccid", err.Error())
	}
	query, byLink := r.URL.Query(), signedlink.IsLink(r.URL.Query())
	if !byLink {
		if query, err = web.PageQuery(r); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
	defer cancel()
	answer, err := s.lookups.Lookup(ctx, id, lastMonths(time.Now().In(s.Zone)))
	if err != nil {
		return refusal(err)
	}
	body, err := page.Card(web.LanguageOf(r, query), answer.Flow, query, byLink, time.Now())
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	web.WritePage(w, http.StatusOK, page.Policy, body)
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
	query, err := web.PageQuery(r, "iccid")
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
	body, err := page.Find(web.LanguageOf(r, query), entered)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	web.WritePage(w, status, page.Policy, body)
	return nil
}

// refusePage writes a refusal for a browser.
func (s *server) refusePage(w http.ResponseWriter, r *http.Request, e *web.Error) {
	query := r.URL.Query()
	refusal := htmlpage.RefusalOf(e, logging.RequestID(r.Context()))
	body, err := page.Refuse(web.LanguageOf(r, query), refusal, query, home(r))
	if err != nil {
		web.WriteError(w, e)
		return
	}
	web.WritePage(w, e.Status, page.Policy, body)
}

// home is the way from a page to the form, where the page has no deeper path than ours have.
func home(r *http.Request) string {
	switch {
	case signedlink.IsLink(r.URL.Query()):
		return ""
	case strings.HasPrefix(r.URL.Path, "/cards/") && strings.Count(r.URL.Path, "/") == 2:
		return "../"
	default:
		return ""
	}
}

// verifyLink says of a request whether it came by a link to its card.
func (s *server) verifyLink(r *http.Request, query url.Values) error {
	return s.Links.Verify(card.ICCID(r.PathValue("iccid")), query, time.Now())
}
