package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Accepted returns which of the offered media types, such as text/csv, a request wants
// most by its Accept header: of those that it wants as much as another, the first. It is
// the first one too where there is no such header, and where nothing that is offered would
// do: an answer is more use than none (RFC 9110, 12.5.1).
func Accepted(header http.Header, offers ...string) string {
	best, most := offers[0], 0.0
	ranges := readAccept(header)
	for _, offer := range offers {
		if q := qualityOf(offer, ranges); q > most {
			best, most = offer, q
		}
	}
	return best
}

// mediaRange is one of an Accept header's, such as text/*;q=0.5.
type mediaRange struct {
	media   string
	quality float64
}

func readAccept(header http.Header) []mediaRange {
	var ranges []mediaRange
	for _, line := range header.Values("Accept") {
		for part := range strings.SplitSeq(line, ",") {
			media, parameters, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}
			quality := 1.0
			if text, given := parameters["q"]; given {
				if quality, err = strconv.ParseFloat(text, 64); err != nil || !(quality >= 0 && quality <= 1) {
					continue
				}
			}
			ranges = append(ranges, mediaRange{media, quality})
		}
	}
	return ranges
}

// qualityOf goes by the range that fits an offer most closely.
func qualityOf(offer string, ranges []mediaRange) float64 {
	kind, _, _ := strings.Cut(offer, "/")
	for _, media := range []string{offer, kind + "/*", "*/*"} {
		for _, r := range ranges {
			if r.media == media {
				return r.quality
			}
		}
	}
	return 0
}

// AcceptsGzip reports whether a caller takes a compressed answer, by its Accept-Encoding
// (RFC 9110, 12.5.3). One that says nothing is not asked to.
func AcceptsGzip(header http.Header) bool {
	for field := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		coding, parameter, _ := strings.Cut(field, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q, given := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
			quality, err := strconv.ParseFloat(q, 64)
			return !given || err == nil && quality > 0
		}
	}
	return false
}

// HasMatch reports whether a request already has the representation with that entity
// tag, by its If-None-Match header (RFC 9110, 13.1.2): the answer is then a 304.
func HasMatch(header http.Header, tag string) bool {
	opaque := strings.TrimPrefix(tag, "W/")
	for _, line := range header.Values("If-None-Match") {
		for part := range strings.SplitSeq(line, ",") {
			part = strings.TrimSpace(part)
			if part == "*" || strings.TrimPrefix(part, "W/") == opaque {
				return true
			}
		}
	}
	return false
}

// PreferredWait returns how many seconds a caller is ready to wait, by Prefer: wait=
// (RFC 7240), and whether it says so.
func PreferredWait(header http.Header) (seconds int, given bool) {
	for _, line := range header.Values("Prefer") {
		for preference := range strings.SplitSeq(line, ",") {
			preference, _, _ = strings.Cut(preference, ";")
			name, value, _ := strings.Cut(preference, "=")
			if !strings.EqualFold(strings.TrimSpace(name), "wait") {
				continue
			}
			n, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(value), `"`), 10, 31)
			return int(n), err == nil
		}
	}
	return 0, false
}
