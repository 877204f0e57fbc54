package aliyun

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// Text is a string of an answer. Alibaba's types drift: what one action sends
// as a string another sends as a number or a boolean, and some gateways send a
// numeric Code. All are read as their text; null is empty. An object or a list is an error, which costs an
// answer no more than its field where the struct around it has a Garbled.
type Text string //nolint:recvcheck // decoding needs a pointer, reading does not

// UnmarshalJSON reads a string, number, boolean or null.
func (t *Text) UnmarshalJSON(data []byte) error {
	switch {
	case bytes.Equal(data, []byte("null")):
		*t = ""
	case bytes.HasPrefix(data, []byte(`"`)):
		return t.unquote(data)
	case bytes.ContainsAny(data[:1], "{["):
		return errors.New("a text was expected, not an object or a list")
	default:
		*t = Text(data)
	}
	return nil
}

// unquote reads a string; most have nothing in them to decode.
func (t *Text) unquote(data []byte) error {
	if inside := data[1 : len(data)-1]; !bytes.ContainsRune(inside, '\\') && utf8.Valid(inside) {
		*t = Text(inside)
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}

// True reports whether the text says true.
func (t Text) True() bool { return strings.EqualFold(strings.TrimSpace(string(t)), "true") }
