// Package intake takes what comes in over HTTP or from a queue apart into items: one
// JSON value, an array, lines of JSON (application/x-ndjson), or CloudEvents 1.0 in
// their structured, batched and binary modes. It does not know what an item says.
//
// A request that cannot be taken apart is refused as a whole, and so is an array that
// breaks off. Anything else that is wrong is the problem of its item alone.
package intake

import (
	"net/http"
	"strconv"
	"time"

	"signalbox/shared/web"
)

// Bounds are how much one request or message may have.
type Bounds struct {
	// Bytes bounds a request's body. A queue bounds its messages itself.
	Bytes int64
	Items int
}

// Batch is what one request or message has, at least one item.
type Batch struct {
	Items []Item
	// List says that the body was a list, even one of a single item.
	List bool
}

// Item is one of a batch. Either Problem is set or Data.
type Item struct {
	// Data is one JSON value, which may be a part of the body that it came in. Its
	// names may be there more than once and its text need not be UTF-8: who reads it
	// refuses that, as web.DecodeJSON does.
	Data []byte
	// Source and ID are a CloudEvent's, which together identify it. "" for others.
	Source, ID string
	// Time is the CloudEvent's, or when the message was sent: the time of an item
	// that has none itself. Zero: unknown.
	Time time.Time
	// Problem says why the item cannot be understood.
	Problem *web.Error
}

// Decode takes a request's body apart, as its header says. The error is a *web.Error.
func Decode(header http.Header, body []byte, b Bounds) (Batch, error) {
	decode, err := decoderOf(header)
	if err != nil {
		return Batch{}, err
	}
	return decode(header, body, b)
}

// bad refuses what is not the JSON that it should be.
func bad(detail string) *web.Error {
	return web.NewError(http.StatusBadRequest, "invalid-json", detail)
}

func tooMany(b Bounds) *web.Error {
	return web.NewError(http.StatusRequestEntityTooLarge, "too-many-items",
		"Send at most "+strconv.Itoa(b.Items)+" items at once.")
}
