package aliyun

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"signalbox/shared/aliyun/credential"
)

// The most that is read of an answer, in bytes and in values. The largest real one, a
// page of 40 cards, has about 60 KiB and 2,000 values. A value may be of two bytes, and
// take a hundred times as many here and in what we answer.
const (
	maxBody   = 1 << 20
	maxValues = 20_000
)

// reply is an answer as it came: status, the two headers that matter, body.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// signed turns a request model into a request that can be sent.
//
// The method is POST, which net/http never sends a second time by itself: a
// silent replay would carry a nonce that was already used.
func (c *Client) signed(ctx context.Context, model requests.AcsRequest, k credential.Credentials, s stamp) (*http.Request, error) {
	if err := sign(model, k, c.config.Region, s); err != nil {
		return nil, errUnsigned
	}
	request, err := http.NewRequestWithContext(ctx, model.GetMethod(), c.endpoint, model.GetBodyReader())
	if err != nil {
		return nil, errUnsigned
	}
	request.URL.RawQuery = encode(model.GetQueryParams())
	request.Header["Content-Type"] = formType
	request.Header["User-Agent"] = userAgent
	return request, nil
}

// errUnsigned stands for the SDK's error, which may quote a parameter.
var errUnsigned = errors.New("the request cannot be signed")

// The headers that are the same in every request.
var (
	formType  = []string{"application/x-www-form-urlencoded"}
	userAgent = []string{"signalbox"}
)

// encode writes parameters for a URL. Their order is of no account there.
func encode(params map[string]string) string {
	var query strings.Builder
	query.Grow(512)
	for name, value := range params {
		if query.Len() > 0 {
			query.WriteByte('&')
		}
		query.WriteString(url.QueryEscape(name))
		query.WriteByte('=')
		query.WriteString(url.QueryEscape(value))
	}
	return query.String()
}

// send sends the request and reads the whole answer.
func (c *Client) send(r *http.Request) (reply, error) {
	response, err := c.config.HTTPClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := readAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	return reply{status: response.StatusCode, header: response.Header, body: body}, nil
}

var errTooLarge = fmt.Errorf("the answer has more than %d bytes or %d values", maxBody, maxValues)

func readAll(r io.Reader) ([]byte, error) {
	var body bytes.Buffer
	n, err := body.ReadFrom(io.LimitReader(r, maxBody+1))
	if err != nil {
		return nil, err
	}
	if n > maxBody || values(body.Bytes()) > maxValues {
		return nil, errTooLarge
	}
	return body.Bytes(), nil
}

// values is at least the number of values in a body of JSON or XML.
func values(body []byte) int {
	return bytes.Count(body, []byte(",")) + bytes.Count(body, []byte("[")) + bytes.Count(body, []byte("{")) + bytes.Count(body, []byte("<"))
}
