package intake

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"signalbox/shared/web"
)

// headerPrefix begins the names of a CloudEvent's attributes, as [http.Header] writes
// them.
const headerPrefix = "Ce-"

// isBinary reports whether the header has a CloudEvent's attributes: any of those
// that none may lack.
func isBinary(header http.Header) bool {
	for _, name := range [...]string{"Ce-Specversion", "Ce-Id", "Ce-Source", "Ce-Type"} {
		if _, ok := header[name]; ok {
			return true
		}
	}
	return false
}

// decodeBinary takes one CloudEvent whose data is the body.
//
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
func decodeBinary(header http.Header, body []byte, _ Bounds) (Batch, error) {
	if err := check(body); err != nil {
		return Batch{}, err
	}
	return Batch{Items: []Item{binaryItem(header, body)}}, nil
}

func binaryItem(header http.Header, data []byte) Item {
	a := attributes{}
	for name, values := range header {
		if !strings.HasPrefix(name, headerPrefix) {
			continue
		}
		text, problem := headerText(name, values)
		if problem != nil {
			return Item{Problem: problem}
		}
		a[strings.ToLower(strings.TrimPrefix(name, headerPrefix))] = text
	}
	delete(a, "datacontenttype") // It is the Content-Type.
	return a.item(data)
}

// headerText reads a value, of which any character may be percent-encoded.
func headerText(name string, values []string) (string, *web.Error) {
	if len(values) != 1 {
		return "", web.BadMember(strings.ToLower(name), "Send this header once.")
	}
	text, err := url.PathUnescape(strings.Trim(values[0], `"`))
	if err != nil || !utf8.ValidString(text) {
		return "", web.BadMember(strings.ToLower(name), "The value of this header is UTF-8, percent-encoded.")
	}
	return text, nil
}
