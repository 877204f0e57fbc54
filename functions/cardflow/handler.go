package cardflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/web"
)

// handleFlow answers GET /cards/{iccid}/flow?month=202110&month=202111.
func (s *server) handleFlow(w http.ResponseWriter, r *http.Request) error {
	asked, err := parseFlow(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
	defer cancel()
	answer, err := s.lookups.Lookup(ctx, asked.id, asked.months)
	if err != nil {
		return refusal(err)
	}
	return write(w, r, answer)
}

// refusal is what the caller sees of a lookup that failed.
func refusal(err error) *web.Error {
	if failure, ok := errors.AsType[*aliyun.Error](err); ok && failure.Kind == aliyun.NotFound {
		return web.NotFound("no-such-card", "This account has no such card, or the card no longer exists.").Because(err)
	}
	return web.FromUpstream(err)
}

// asked is what a request asks for.
type asked struct {
	id     card.ICCID
	months []card.Month // none: the last two
}

func parseFlow(r *http.Request) (asked, error) {
	var request asked
	id, err := card.ParseICCID(r.PathValue("iccid"))
	if err != nil {
		return request, web.BadParameter("iccid", err.Error())
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return request, web.BadParameter("month", "the query cannot be read; months are given as month=yyyyMM")
	}
	for name := range query {
		if name != "month" {
			return request, web.BadParameter(name, "this path takes no such parameter; months are given as month=yyyyMM")
		}
	}
	months, err := parseMonths(query["month"])
	return asked{id, months}, err
}

// parseMonths reads months that are repeated or joined with commas: Function
// Compute joins repeated parameters itself.
func parseMonths(values []string) ([]card.Month, error) {
	var months []card.Month
	for _, text := range values {
		for part := range strings.SplitSeq(text, ",") {
			month, err := card.ParseMonth(part)
			if err != nil {
				return nil, web.BadParameter("month", err.Error())
			}
			if !slices.Contains(months, month) {
				months = append(months, month)
			}
		}
	}
	if len(months) > linkcard.MaxMonths {
		return nil, web.BadParameter("month", fmt.Sprintf("at most %d months can be asked for at once", linkcard.MaxMonths))
	}
	return months, nil
}
