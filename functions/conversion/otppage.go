package conversion

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/page"
	"signalbox/functions/conversion/watch"
	"signalbox/shared/country"
	"signalbox/shared/htmlpage"
	"signalbox/shared/logging"
	"signalbox/shared/otplink"
	"signalbox/shared/signedlink"
	"signalbox/shared/web"
)

// addPage adds the page of the rates.
func (f *Function) addPage(mux *web.Mux) {
	mux.ErrorPage = f.refusePage
	guard := web.LinkOr(f.config.PageGuard, func(_ *http.Request, query url.Values) error {
		return f.config.Links.Verify(query, f.config.Now())
	})
	mux.HandlePage("GET "+otplink.Path, guard(f.stored(f.oneReader(f.handlePage))))
}

// oneReader bounds who looks at windows: each may have a hundred thousand groups read, which
// would take the time, and the memory, of the events that come meanwhile.
func (f *Function) oneReader(h web.HandlerFunc) web.HandlerFunc {
	return web.OneAtATime(f.config.Timeout, "Too many want to see windows at once", h)
}

// How far back the page goes, in hours.
const (
	usualHours   = 24
	longestHours = 7 * 24
)

// handlePage answers GET /otp.
func (f *Function) handlePage(w http.ResponseWriter, r *http.Request) error {
	if f.config.Windows == nil {
		return withoutStore("This path")
	}
	query, err := web.PageQuery(r, append(otplink.Parameters(), signedlink.Expires, signedlink.Signature)...)
	if err != nil {
		return err
	}
	scope, err := f.pageScope(query)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), f.config.Timeout)
	defer cancel()
	p := page.Page{Language: web.LanguageOf(r, query), Zone: f.config.Zone, Query: query, Choice: f.hours()}
	known := f.known(ctx)
	if known.Profile != nil {
		p.Age = known.Profile.Age()
	}
	p.Incidents, p.Damaged.Past, p.Damaged.Incidents = known.Open, known.PastErr != nil, known.IncidentsErr != nil
	rates := page.NewRates(scope, known.Profile)
	if p.Damaged.Windows, err = f.eachWindow(ctx, scope.From(), scope.Now.Add(time.Second), rates.Add); err != nil {
		return err
	}
	p.Summary = rates.Summary()
	body, err := p.HTML()
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	web.WritePage(w, http.StatusOK, page.Policy, body)
	return nil
}

// pageScope reads what the page is to be of.
func (f *Function) pageScope(query url.Values) (page.Scope, error) {
	s := page.Scope{Hours: min(usualHours, f.mostHours()), Length: f.config.Length, Now: f.config.Now()}
	if query.Has(otplink.Hours) {
		hours, err := strconv.Atoi(query.Get(otplink.Hours))
		if err != nil || hours < 1 || hours > f.mostHours() {
			return s, web.BadParameter(otplink.Hours, fmt.Sprintf("The page goes back 1 to %d hours.", f.mostHours()))
		}
		s.Hours = hours
	}
	if query.Has(otplink.Country) {
		s.Country, s.One = query.Get(otplink.Country), true
		switch {
		case s.Country == watch.Unknown:
			s.Country = ""
		case !country.Is(s.Country):
			return s, web.BadParameter(otplink.Country, "A country is two capital letters, as ISO 3166-1 has them, or unknown.")
		}
	}
	return s, nil
}

// mostHours is bounded by the number of windows as well.
func (f *Function) mostHours() int {
	return max(min(longestHours, int(mostWindows*f.config.Length/time.Hour)), 1)
}

// hours are those that the page offers. It goes back as far as it can where that is less than
// usual.
func (f *Function) hours() []int {
	most := f.mostHours()
	offered := slices.DeleteFunc([]int{1, 6, usualHours, longestHours}, func(hours int) bool { return hours > most })
	if most < usualHours && !slices.Contains(offered, most) {
		offered = append(offered, most)
	}
	return offered
}

// known is what the watch knows: nothing where nobody watches.
func (f *Function) known(ctx context.Context) otpwatch.Known {
	if f.config.Watch == nil {
		return otpwatch.Known{}
	}
	known := f.config.Watch.Look(ctx)
	for _, err := range []error{known.PastErr, known.IncidentsErr} {
		if err != nil {
			f.config.Logger.LogAttrs(ctx, slog.LevelError, "not shown on the page", slog.String("error", err.Error()))
		}
	}
	return known
}

// refusePage writes a refusal for a browser.
func (f *Function) refusePage(w http.ResponseWriter, r *http.Request, e *web.Error) {
	query := r.URL.Query()
	home := ""
	if strings.Count(r.URL.Path, "/") == 1 && !signedlink.IsLink(query) {
		home = strings.TrimPrefix(otplink.Path, "/") // relative: there may be a path in front of ours
	}
	body, err := page.Refuse(web.LanguageOf(r, query), htmlpage.RefusalOf(e, logging.RequestID(r.Context())), query, home)
	if err != nil {
		web.WriteError(w, e)
		return
	}
	web.WritePage(w, e.Status, page.Policy, body)
}
