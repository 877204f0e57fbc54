package intake

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// syntaxAlone has a value read for where it ends. What else could be wrong with it is
// a matter of its item, which a list must not be refused for.
var syntaxAlone = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decodeJSON takes one value, or an array.
func decodeJSON(_ http.Header, body []byte, b Bounds) (Batch, error) {
	if isArray(body) {
		return decodeArray(body, b, plain)
	}
	if err := check(body); err != nil {
		return Batch{}, err
	}
	return Batch{Items: []Item{plain(body)}}, nil
}

func plain(raw []byte) Item { return Item{Data: raw} }

func isArray(body []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) }

// decodeArray makes an item of each element.
func decodeArray(body []byte, b Bounds, item func([]byte) Item) (Batch, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(body), syntaxAlone)
	if _, err := d.ReadToken(); err != nil || !isArray(body) {
		return Batch{}, bad("The body is not a JSON array.")
	}
	items := make([]Item, 0, min(b.Items, bytes.Count(body, []byte("{"))))
	for d.PeekKind() != jsontext.KindEndArray {
		value, err := d.ReadValue()
		if err != nil {
			return Batch{}, badAt("The body is not a JSON array", err)
		}
		if len(items) == b.Items {
			return Batch{}, tooMany(b)
		}
		end := int(d.InputOffset())
		items = append(items, item(body[end-len(value):end]))
	}
	if err := rest(d); err != nil {
		return Batch{}, badAt("The body is not one JSON array", err)
	}
	return list(items)
}

// decodeLines makes an item of each line that is not blank. A line that is wrong is
// so alone.
func decodeLines(_ http.Header, body []byte, b Bounds) (Batch, error) {
	var items []Item
	for line := range bytes.Lines(body) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if len(items) == b.Items {
			return Batch{}, tooMany(b)
		}
		items = append(items, lineItem(line))
	}
	return list(items)
}

func lineItem(line []byte) Item {
	if check(line) != nil {
		return Item{Problem: bad("This line is not one JSON value.")}
	}
	return plain(line)
}

func list(items []Item) (Batch, error) {
	if len(items) == 0 {
		return Batch{}, bad("Send at least one item.")
	}
	return Batch{Items: items, List: true}, nil
}

// check refuses what is not one JSON value.
func check(body []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(body), syntaxAlone)
	_, err := d.ReadValue()
	if err == nil {
		err = rest(d)
	}
	if err != nil {
		return badAt("The body is not one JSON value", err)
	}
	return nil
}

// rest returns nil where nothing follows but the end of what has begun.
func rest(d *jsontext.Decoder) error {
	if d.StackDepth() > 0 {
		if _, err := d.ReadToken(); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return errSecond
	default:
		return err
	}
}

var errSecond = errors.New("a second value")

// badAt says where the syntax is wrong, if that is known. The error's own text is not
// shown: it may repeat the body.
func badAt(detail string, err error) error {
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		detail += ": see byte " + strconv.FormatInt(syntax.ByteOffset, 10)
	}
	return bad(detail + ".")
}
