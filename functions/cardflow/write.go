package cardflow

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"signalbox/functions/cardflow/lookup"
	"signalbox/shared/web"
)

// The forms of an answer, by preference.
const (
	mediaJSON = "application/json"
	mediaCSV  = "text/csv"
)

// write answers with the form that the request wants, or with 304 where it has that.
func write(w http.ResponseWriter, r *http.Request, a lookup.Answer) error {
	form, err := a.JSON()
	if err != nil {
		return err
	}
	media, tag, body := mediaJSON, form.ETag, form.Body
	if web.Accepted(r.Header, mediaJSON, mediaCSV) == mediaCSV {
		media, tag, body = mediaCSV+"; charset=utf-8", strings.TrimSuffix(tag, `"`)+`-csv"`, a.Flow.CSV()
	}
	describe(w.Header(), a, tag)
	if web.HasMatch(r.Header, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, err = w.Write(body)
	return err
}

// describe says where an answer comes from, and who may keep it.
func describe(h http.Header, a lookup.Answer, tag string) {
	h["Etag"] = []string{tag}
	h["Cache-Control"] = []string{"private"}
	h["Vary"] = append(h["Vary"], "Accept")
	h["Age"] = []string{strconv.Itoa(int(a.Age / time.Second))}
	h["Cache-Status"] = []string{cacheStatus(a)}
}

// cacheStatus says in the words of RFC 9211 whether Alibaba was asked.
func cacheStatus(a lookup.Answer) string {
	switch {
	case a.Origin == lookup.Hit:
		return "signalbox; hit"
	case a.Origin == lookup.Stale:
		return fmt.Sprintf("signalbox; fwd=stale; fwd-status=%d; detail=stale", web.FromUpstream(a.Err).Status)
	case a.Stored:
		return "signalbox; fwd=miss; stored"
	default:
		return "signalbox; fwd=miss"
	}
}
