package intake

import (
	"encoding/base64"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"signalbox/shared/web"
)

// maxAttribute bounds a CloudEvent's id and source, in bytes.
const maxAttribute = 1024

// decodeStructured takes one CloudEvent.
//
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
func decodeStructured(_ http.Header, body []byte, _ Bounds) (Batch, error) {
	if err := check(body); err != nil {
		return Batch{}, err
	}
	return Batch{Items: []Item{cloudEvent(body)}}, nil
}

// decodeBatched takes an array of CloudEvents.
func decodeBatched(_ http.Header, body []byte, b Bounds) (Batch, error) {
	return decodeArray(body, b, cloudEvent)
}

// cloudEvent reads a CloudEvent as JSON. Of a member that is null it is as if it were
// not there.
func cloudEvent(raw []byte) Item {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(raw, &members); err != nil {
		return Item{Problem: badEnvelope(err)}
	}
	a := make(attributes, len(members))
	for name, value := range members {
		if name == "data" || name == "data_base64" || value.Kind() == jsontext.KindNull {
			continue
		}
		text, problem := attribute(name, value)
		if problem != nil {
			return Item{Problem: problem}
		}
		a[name] = text
	}
	data, problem := dataOf(members)
	if problem != nil {
		// What is wrong with the envelope comes first: it says what the data is.
		problem = firstOf(a.problem(), problem)
		return Item{Problem: problem}
	}
	return a.item(data)
}

func firstOf(a, b *web.Error) *web.Error {
	if a != nil {
		return a
	}
	return b
}

func badEnvelope(err error) *web.Error {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case ok && errors.Is(err, jsontext.ErrDuplicateName):
		problem := bad("This member is there more than once.")
		problem.Field = web.BadMember(memberName(syntax.JSONPointer), "").Field
		return problem
	case ok:
		return bad("The CloudEvent is not UTF-8 throughout.")
	default:
		return bad("The CloudEvent is not a JSON object.")
	}
}

// memberName writes a pointer such as /data/id as data.id.
func memberName(p jsontext.Pointer) string {
	var names []string
	for name := range p.Tokens() {
		names = append(names, name)
	}
	return strings.Join(names, ".")
}

// attribute reads what the format lets an attribute be. Names have small letters and
// digits alone, so that none is mistaken for another.
func attribute(name string, value jsontext.Value) (string, *web.Error) {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || name == "" {
		return "", web.BadMember(name, "A CloudEvent has no such member: names are of small letters and digits.")
	}
	switch value.Kind() {
	case jsontext.KindString:
		text, err := jsontext.AppendUnquote(nil, value)
		if err != nil {
			return "", bad("The CloudEvent is not UTF-8 throughout.")
		}
		return string(text), nil
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		return "", web.BadMember(name, "An attribute of a CloudEvent is a text, a number, true or false.")
	default:
		return value.String(), nil
	}
}

// dataOf returns the one JSON value that the CloudEvent is about.
func dataOf(members map[string]jsontext.Value) ([]byte, *web.Error) {
	data, encoded := members["data"], members["data_base64"]
	has := func(v jsontext.Value) bool { return len(v) > 0 && v.Kind() != jsontext.KindNull }
	switch {
	case has(data) && has(encoded):
		return nil, web.BadMember("data_base64", "Send either data or data_base64.")
	case has(data):
		return data, nil
	case !has(encoded):
		return nil, web.BadMember("data", "The CloudEvent lacks its data.")
	}
	text, err := jsontext.AppendUnquote(nil, encoded)
	if err == nil {
		text, err = base64.StdEncoding.DecodeString(string(text))
	}
	if err != nil || check(text) != nil {
		return nil, web.BadMember("data_base64", "This member is one JSON value in base64.")
	}
	return text, nil
}

// attributes are those of one CloudEvent, by their names.
type attributes map[string]string

func (a attributes) item(data []byte) Item {
	if problem := a.problem(); problem != nil {
		return Item{Problem: problem}
	}
	at, _ := time.Parse(time.RFC3339, a["time"])
	return Item{Data: data, Source: a["source"], ID: a["id"], Time: at}
}

// problem names the first attribute that breaks a rule.
func (a attributes) problem() *web.Error {
	if version, ok := a["specversion"]; !ok || version != "1.0" {
		return web.BadMember("specversion", `A CloudEvent has the specversion "1.0"; no other is read.`)
	}
	for _, name := range [...]string{"id", "source", "type"} {
		if text := a[name]; text == "" || len(text) > maxAttribute || strings.ContainsFunc(text, unicode.IsControl) {
			return web.BadMember(name, "A CloudEvent has this attribute: a text of 1 to 1024 bytes without control characters.")
		}
	}
	if at, ok := a["time"]; ok && !isTime(at) {
		return web.BadMember("time", "The time of a CloudEvent is as RFC 3339 has it, such as 2026-11-25T04:05:06Z.")
	}
	if media, ok := a["datacontenttype"]; ok && !isJSON(media) {
		return web.BadMember("datacontenttype", "The data of a CloudEvent is application/json here, in UTF-8.")
	}
	return nil
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func isJSON(text string) bool {
	media, parameters, err := mime.ParseMediaType(text)
	charset, ok := parameters["charset"]
	return err == nil && media == "application/json" && (!ok || strings.EqualFold(charset, "utf-8"))
}
