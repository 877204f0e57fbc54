package intake

import (
	"mime"
	"net/http"
	"strings"

	"signalbox/shared/web"
)

// decoder takes a body of one media type apart.
type decoder func(header http.Header, body []byte, b Bounds) (Batch, error)

// Read reads the body of a request and takes it apart: 415 where its header says that
// it is nothing of this kind, which is found out before the body is read, and 413
// where it is too large. The error is a *web.Error. It does not close the body.
func Read(w http.ResponseWriter, r *http.Request, b Bounds) (Batch, error) {
	decode, err := decoderOf(r.Header)
	if err != nil {
		return Batch{}, err
	}
	body, err := web.ReadBytes(w, r, b.Bytes)
	if err != nil {
		return Batch{}, err
	}
	return decode(r.Header, body, b)
}

// decoderOf goes by the media type. Of a CloudEvent in binary mode, whose attributes
// are in the header, the body is its data.
func decoderOf(header http.Header) (decoder, error) {
	media, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return nil, unsupported("wrong-charset", "Send the body as UTF-8: no other charset is read.")
	}
	if coding := header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, unsupported("wrong-encoding", "Send the body as it is: no Content-Encoding is read.")
	}
	switch media {
	case "application/cloudevents+json":
		return decodeStructured, nil
	case "application/cloudevents-batch+json":
		return decodeBatched, nil
	case "application/json":
		if isBinary(header) {
			return decodeBinary, nil
		}
		return decodeJSON, nil
	case "application/x-ndjson":
		return decodeLines, nil
	default:
		return nil, unsupported("not-json", "Send the body as Content-Type: application/json, application/x-ndjson, "+
			"application/cloudevents+json or application/cloudevents-batch+json.")
	}
}

func unsupported(slug, detail string) *web.Error {
	return web.NewError(http.StatusUnsupportedMediaType, slug, detail)
}
