// Package contract holds the answers that tests get against doc/openapi.yaml. A
// route, a status, a media type, a header, a problem type or a member that the
// contract lacks fails the test, and so does one of another type.
package contract

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"signalbox/doc"
)

// operation is one method of one path.
type operation struct {
	route routers.Route
	tag   string
}

// name is how tests call it, such as "GET /healthz".
func (o operation) name() string { return o.route.Method + " " + o.route.Path }

// book is a contract that has been read.
type book struct {
	operations []operation
	// anywhere are the answers that any path may give, by their status; preflight those to OPTIONS.
	anywhere, preflight map[int]*openapi3.ResponseRef
}

// ours is the contract of doc/openapi.yaml.
var ours = sync.OnceValues(func() (*book, error) { return newBook([]byte(doc.OpenAPI)) })

func init() { //nolint:gochecknoinits // The library knows decoders in no other way.
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
}

// newBook reads a contract and checks it, its examples among all else.
func newBook(text []byte) (*book, error) {
	loader := openapi3.NewLoader()
	loaded, err := loader.LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	if err := loaded.Validate(loader.Context); err != nil {
		return nil, fmt.Errorf("check the contract: %w", err)
	}
	// With 3.1 kin-openapi compiles a schema for each answer that it looks at, for 3 ms
	// and more, and then has its own validator look at those that refer to others. That
	// one knows lists of types too: the tests of this package show that nothing slips by.
	quick := *loaded
	quick.OpenAPI = "3.0.3"
	b := new(book)
	for path, item := range loaded.Paths.Map() {
		for method, found := range item.Operations() {
			if len(found.Tags) != 1 {
				return nil, fmt.Errorf("check the contract: %s %s has %d tags, want one", method, path, len(found.Tags))
			}
			b.operations = append(b.operations, operation{
				routers.Route{Spec: &quick, Path: path, PathItem: item, Method: method, Operation: found}, found.Tags[0],
			})
		}
	}
	slices.SortFunc(b.operations, func(a, b operation) int { return cmp.Compare(a.name(), b.name()) })
	b.anywhere, err = named(loaded, map[int]string{404: "NoSuchPath", 405: "MethodNotAllowed", 499: "CallerLeft"})
	if err != nil {
		return nil, err
	}
	b.preflight, err = named(loaded, map[int]string{204: "Preflight", 403: "OriginNotAllowed", 405: "MethodNotAllowed", 404: "NoSuchPath"})
	return b, err
}

// named returns the responses that the contract has under these names.
func named(loaded *openapi3.T, names map[int]string) (map[int]*openapi3.ResponseRef, error) {
	found := make(map[int]*openapi3.ResponseRef)
	for status, name := range names {
		if found[status] = loaded.Components.Responses[name]; found[status] == nil {
			return nil, fmt.Errorf("check the contract: there is no response %s", name)
		}
	}
	return found, nil
}

// find returns the operation that a request asks for: of two that fit the one with
// more literal segments. HEAD is answered as GET is.
func (b *book) find(r *http.Request) (found operation, ok bool) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, o := range b.operations {
		fits := o.route.Method == method && fits(o.route.Path, r.URL.EscapedPath())
		if fits && (!ok || strings.Count(o.route.Path, "{") < strings.Count(found.route.Path, "{")) {
			found, ok = o, true
		}
	}
	return found, ok
}

func fits(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool {
		return w == g || strings.HasPrefix(w, "{") && g != ""
	})
}

// Answer is one that came to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// check returns the names of the operation and of the answer in it, and what of the
// answer the contract does not have. Without an operation the names are empty.
func (b *book) check(r *http.Request, a Answer) (name, seen string, err error) {
	o, ok := b.find(r)
	if !ok {
		err = b.checkAnywhere(r, a)
		return "", "", err
	}
	response := o.route.Operation.Responses.Status(a.Status)
	if response == nil && a.Status == 499 {
		return o.name(), "", b.checkAnywhere(r, a)
	}
	if response == nil {
		return o.name(), "", fmt.Errorf("it has no status %d", a.Status)
	}
	return o.name(), sighting(response.Value, a), errors.Join(checkHeader(response.Value, a.Header), o.validate(r, a))
}

// checkAnywhere holds an answer against those that any path may give.
func (b *book) checkAnywhere(r *http.Request, a Answer) error {
	response := b.anywhere[a.Status]
	if r.Method == http.MethodOptions {
		response = b.preflight[a.Status]
	}
	if response == nil {
		return fmt.Errorf("it has no such path or method, and answers %d there", a.Status)
	}
	o := b.operations[0] // for what is not of an operation
	o.route.Operation = &openapi3.Operation{Responses: openapi3.NewResponses(openapi3.WithStatus(a.Status, response))}
	return errors.Join(checkHeader(response.Value, a.Header), o.validate(r, a))
}

// validate has kin-openapi look at headers and body. It looks at none of HEAD.
func (o operation) validate(r *http.Request, a Answer) error {
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: &o.route},
		Status:                 a.Status,
		Header:                 a.Header,
		Body:                   io.NopCloser(bytes.NewReader(a.Body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	input.Options.WithCustomSchemaErrorFunc(inShort)
	response := o.route.Operation.Responses.Status(a.Status)
	if len(response.Value.Content) == 0 && len(a.Body) > 0 {
		return fmt.Errorf("it has no body for status %d", a.Status)
	}
	if err := openapi3filter.ValidateResponse(r.Context(), input); err != nil {
		return fmt.Errorf("status %d: %w", a.Status, err)
	}
	return nil
}

// inShort says what is wrong without the whole schema.
func inShort(err *openapi3.SchemaError) string {
	text := "/" + strings.Join(err.JSONPointer(), "/") + ": " + err.Reason
	if err.Origin != nil {
		text += ": " + err.Origin.Error()
	}
	return text
}

// general are headers that the contract describes once for all answers, or that are
// the server's own.
var general = []string{
	"Content-Type", "Content-Length", "Date", "Connection", "Vary", "Cache-Control", "X-Content-Type-Options",
	"Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
}

// checkHeader wants every other header in the contract. It looks for required ones
// too, because kin-openapi does not with status 304.
func checkHeader(response *openapi3.Response, header http.Header) error {
	known := make(map[string]bool)
	var errs []error
	for name, h := range response.Headers {
		name = http.CanonicalHeaderKey(name)
		known[name] = true
		if h.Value.Required && len(header[name]) == 0 {
			errs = append(errs, fmt.Errorf("the header %s is missing", name))
		}
	}
	for name := range header {
		if !known[name] && !slices.Contains(general, name) {
			errs = append(errs, fmt.Errorf("it has no header %s there", name))
		}
	}
	return errors.Join(errs...)
}

// sighting names an answer by its status, and by its media type as the contract writes it.
func sighting(response *openapi3.Response, a Answer) string {
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if len(response.Content) == 0 {
		return strconv.Itoa(a.Status)
	}
	return strconv.Itoa(a.Status) + " " + strings.TrimSpace(media)
}
