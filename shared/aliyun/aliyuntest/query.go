package aliyuntest

import (
	"cmp"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 1 << 20

// query is one call as the gateway understands it.
type query struct {
	method string
	host   string
	params url.Values // the query's and the form's, each name once
	api    api        // the action asked for; zero until it is known
	id     string     // the request id of the answer
	at     time.Time  // when it arrived
	call   *Call      // as it is remembered
	fleet  *fleet     // that it is about
	// change is a lie about the Data of the answer; nil: none.
	change func(any) any
}

func (q *query) get(name string) string { return q.params.Get(name) }

// json reports whether the answer is to be JSON; the gateway's default is XML.
func (q *query) json() bool { return q.get("Format") == "JSON" }

// readQuery takes a request apart. The query it returns can carry an answer even
// if there is an error. The request is left as it was, apart from its body.
func readQuery(r *http.Request) (*query, error) {
	q := &query{method: r.Method, host: cmp.Or(r.Host, r.URL.Host), params: url.Values{}}
	if err := q.add(r.URL.RawQuery); err != nil {
		return q, err
	}
	form, err := readForm(r)
	if err != nil {
		return q, err
	}
	if err := q.add(form); err != nil {
		return q, err
	}
	return q, checkTarget(r)
}

// add takes over encoded parameters, and then refuses a name that is there already:
// the refusal needs the Format.
func (q *query) add(encoded string) error {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return badRequest("InvalidParameter", "The parameters are not URL encoded: "+err.Error()+".")
	}
	repeated := ""
	for name, all := range values {
		if len(all) > 1 || q.params.Has(name) {
			repeated = name
		}
		q.params[name] = all
	}
	if repeated != "" {
		return badRequest("InvalidParameter", "The parameter "+repeated+" appears more than once.")
	}
	return nil
}

// readForm returns the encoded parameters of a form body, "" without a body.
func readForm(r *http.Request) (string, error) {
	if r.Body == nil {
		return "", nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return "", badRequest("InvalidParameter", "The body cannot be read.")
	case len(body) == 0:
		return "", nil
	case len(body) > maxBody:
		return "", badRequest("InvalidParameter", "The body is larger than "+strconv.Itoa(maxBody)+" bytes.")
	case r.Method != http.MethodPost:
		return "", badRequest("InvalidParameter", "Only a POST may have a body.")
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return "", badRequest("InvalidParameter", "The body is not application/x-www-form-urlencoded.")
	}
	return string(body), nil
}

func checkTarget(r *http.Request) error {
	if r.URL.Path != "/" && r.URL.Path != "" {
		return &apiError{http.StatusNotFound, "InvalidApi.NotFound", "Specified api is not found, please check your url and method."}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return badRequest("UnsupportedHTTPMethod", "This http method is not supported.")
	}
	return nil
}
