package web

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// DecodeJSON reads one JSON object into v, a pointer to a struct. Where two
// programs could understand a body in two ways, it is refused: at any depth, a
// name that is there twice or that differs from v's in capital letters, text
// that is not UTF-8, an unknown member, and a second value.
func DecodeJSON(body []byte, v any) error {
	err := json.Unmarshal(body, v, json.RejectUnknownMembers(true))
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return badSyntax(syntax)
	}
	if meaning, ok := errors.AsType[*json.SemanticError](err); ok {
		return badMeaning(body, v, meaning)
	}
	return err
}

// badSyntax says where the body is wrong. The error's own text is not shown: it may
// repeat the body.
func badSyntax(err *jsontext.SyntacticError) *Error {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return badJSON(err.JSONPointer, "This member is there more than once.")
	}
	return badJSON("", "The body is not one JSON object: see byte "+strconv.FormatInt(err.ByteOffset, 10)+".")
}

// badMeaning names the member that v has no use for.
func badMeaning(body []byte, v any, err *json.SemanticError) *Error {
	switch {
	case err.JSONPointer == "":
		return badJSON("", "The body is not a JSON object.")
	case !errors.Is(err, json.ErrUnknownName):
		return BadMember(memberName(err.JSONPointer), "This member cannot be "+kindName(err.JSONKind)+ruleOf(err.GoType)+".")
	case isFolded(body, v, err.JSONPointer):
		return badJSON(err.JSONPointer, "This member is known here in other capital and small letters.")
	default:
		return BadMember(memberName(err.JSONPointer), "This member is not known here.")
	}
}

func badJSON(at jsontext.Pointer, detail string) *Error {
	return NewError(http.StatusBadRequest, "invalid-json", detail).of(memberName(at))
}

// memberName writes a pointer such as /inner/deep as inner.deep.
func memberName(p jsontext.Pointer) string {
	return strings.Join(slices.Collect(p.Tokens()), ".")
}

// isFolded reports whether the member would be known if case did not matter.
func isFolded(body []byte, v any, member jsontext.Pointer) bool {
	err := json.Unmarshal(body, v, json.RejectUnknownMembers(true), json.MatchCaseInsensitiveNames(true))
	unknown, ok := errors.AsType[*json.SemanticError](err)
	return !ok || unknown.JSONPointer != member
}

// ruleOf says what a member of a type is, in place of what it cannot be.
func ruleOf(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
		return ""
	case t.Kind() == reflect.Int64:
		return ": it is a whole number of at most 18 digits, such as 53, without quotes, a fraction or an exponent"
	case t.Kind() == reflect.String:
		return ": it is a text in quotes"
	default:
		return ""
	}
}

func kindName(k jsontext.Kind) string {
	switch k {
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "an array"
	case jsontext.KindNumber:
		return "this number"
	case jsontext.KindString:
		return "this string"
	default:
		return k.String() // null, true or false
	}
}
