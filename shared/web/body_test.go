package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"signalbox/shared/web"
)

// thing is a body with a member of each kind that the functions read.
type thing struct {
	Name  string `json:"name"`
	Count *int64 `json:"count"`
	Inner struct {
		Deep string `json:"deep"`
	} `json:"inner"`
}

func readThing(w http.ResponseWriter, r *http.Request) error {
	body, err := web.ReadBody(w, r)
	if err != nil {
		return err
	}
	var v thing
	if err := web.DecodeJSON(body, &v); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, v)
}

// large is a JSON object of exactly size bytes.
func large(size int) io.Reader {
	const frame = `{"name":""}`
	return strings.NewReader(`{"name":"` + strings.Repeat("x", size-len(frame)) + `"}`)
}

func TestReadBodyAndDecodeJSON(t *testing.T) {
	t.Parallel()
	const media = "application/json"
	tests := []struct {
		name, media string
		body        io.Reader
		status      int
		slug, field string
	}{
		{"plain", media, strings.NewReader(`{"name":"a","count":1}`), 200, "", ""},
		{"with a charset", "Application/JSON; charset=utf-8", strings.NewReader(`{}`), 200, "", ""},
		{"white space after", media, strings.NewReader("{}\r\n "), 200, "", ""},
		{"as large as allowed", media, large(web.MaxBody), 200, "", ""},
		{"one byte too large", media, large(web.MaxBody + 1), 413, "body-too-large", ""},
		{"broken off", media, iotest.ErrReader(io.ErrUnexpectedEOF), 400, "body-incomplete", ""},
		{"a form", "application/x-www-form-urlencoded", strings.NewReader("name=a"), 415, "not-json", ""},
		{"no type", "", strings.NewReader(`{}`), 415, "not-json", ""},
		{"a type that is none", "application/json; =", strings.NewReader(`{}`), 415, "not-json", ""},
		{"text", media, strings.NewReader(`hello`), 400, "invalid-json", ""},
		{"empty", media, strings.NewReader(``), 400, "invalid-json", ""},
		{"cut off", media, strings.NewReader(`{"name":"a"`), 400, "invalid-json", ""},
		{"a list", media, strings.NewReader(`[]`), 400, "invalid-json", ""},
		{"NaN", media, strings.NewReader(`{"count":NaN}`), 400, "invalid-json", ""},
		{"two objects", media, strings.NewReader(`{"name":"a"}{"name":"b"}`), 400, "invalid-json", ""},
		{"a brace too many", media, strings.NewReader(`{"name":"a"}}`), 400, "invalid-json", ""},
		{"a name that is there twice", media, strings.NewReader(`{"name":"a","count":1,"name":"b"}`), 400, "invalid-json", "name"},
		{"within an object too", media, strings.NewReader(`{"inner":{"deep":"a","deep":"b"}}`), 400, "invalid-json", "inner.deep"},
		{"twice, once with an escape", media, strings.NewReader(`{"name":"a","n\u0061me":"b"}`), 400, "invalid-json", "name"},
		{"a name in other letters", media, strings.NewReader(`{"Name":"a"}`), 400, "invalid-json", "Name"},
		{"in both kinds of letters", media, strings.NewReader(`{"name":"a","NAME":"b"}`), 400, "invalid-json", "NAME"},
		{"other letters within an object", media, strings.NewReader(`{"inner":{"dEEp":"a"}}`), 400, "invalid-json", "inner.dEEp"},
		{"no UTF-8", media, strings.NewReader("{\"name\":\"\xff\"}"), 400, "invalid-json", ""},
		{"half a surrogate pair", media, strings.NewReader(`{"name":"\ud800"}`), 400, "invalid-json", ""},
		{"an object for a text", media, strings.NewReader(`{"name":{}}`), 422, "invalid-member", "name"},
		{"an unknown member within", media, strings.NewReader(`{"inner":{"label":1}}`), 422, "invalid-member", "inner.label"},
		{"nested without end", media, strings.NewReader(`{"inner":` + strings.Repeat("[", 100_000)), 422, "invalid-member", "inner"},
		{"an unknown member", media, strings.NewReader(`{"label":"a"}`), 422, "invalid-member", "label"},
		{"a number for a text", media, strings.NewReader(`{"name":1}`), 422, "invalid-member", "name"},
		{"a text for a number", media, strings.NewReader(`{"count":"1"}`), 422, "invalid-member", "count"},
		{"a fraction for a count", media, strings.NewReader(`{"count":1.5}`), 422, "invalid-member", "count"},
		{"a count beyond 64 bits", media, strings.NewReader(`{"count":1e30}`), 422, "invalid-member", "count"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/things", tt.body)
			r.Header.Set("Content-Type", tt.media)
			got := ask("POST /things", readThing, r)
			if got.Code != tt.status {
				t.Fatalf("status = %d, want %d: %s", got.Code, tt.status, got.Body)
			}
			if tt.slug == "" {
				return
			}
			if p := got.problem(t); p.Type != problemType+tt.slug || p.Field != tt.field {
				t.Errorf("problem = %+v, want slug %s, field %q", p, tt.slug, tt.field)
			}
		})
	}
}

func TestDecodeJSONDoesNotRepeatTheBody(t *testing.T) {
	t.Parallel()
	const private = "hunter2"
	for _, body := range []string{
		private, `{"name":1,"x":"` + private + `"}`, `{"name":` + private + `}`, `{"count":"` + private + `"}`,
		`{"name":"` + private + `","name":""}`, `{"name":"` + private + `\ud800"}`,
	} {
		err := web.DecodeJSON([]byte(body), &thing{})
		e, ok := errors.AsType[*web.Error](err)
		if !ok || strings.Contains(e.Error(), private) {
			t.Errorf("DecodeJSON(%s) = %v, want a web.Error without %s", body, err, private)
		}
	}
}
