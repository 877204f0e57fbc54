package aliyuntest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// answer is what goes back over the wire, whichever wire it is.
type answer struct {
	code   string // the outcome for Calls
	status int
	header http.Header
	body   []byte
	cut    bool          // the body ends in the middle, short of its Content-Length
	reset  bool          // the connection breaks in the middle of the body
	pause  time.Duration // between the two halves of the body
}

// apiError is a refusal in the gateway's form: an HTTP status and a code.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func badRequest(code, message string) *apiError {
	return &apiError{http.StatusBadRequest, code, message}
}

func missing(name string) *apiError {
	return badRequest("Missing"+name, name+" is mandatory for this action.")
}

// errorBody is the gateway's error, in both formats.
type errorBody struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	HostID    string `json:"HostId"    xml:"HostId"`
	Code      string
	Message   string
	Recommend string
}

func (q *query) refuse(err *apiError) answer {
	return q.encode(err.status, err.code, "Error", errorBody{
		RequestID: q.id,
		HostID:    q.host,
		Code:      err.code,
		Message:   err.message,
		Recommend: "https://api.aliyun.com/troubleshoot?q=" + url.QueryEscape(err.code) + "&requestId=" + q.id,
	})
}

// encode puts value into the format that was asked for; root names it in XML.
func (q *query) encode(status int, code, root string, value any) answer {
	format, encode := "application/xml;charset=utf-8", encodeXML
	if q.json() {
		format, encode = "application/json;charset=utf-8", encodeJSON
	}
	var body bytes.Buffer
	if err := encode(&body, root, value); err != nil {
		panic(fmt.Sprintf("aliyuntest: encode %T: %v", value, err)) // no value of ours is beyond encoding
	}
	return q.page(status, code, format, body.Bytes())
}

// page is an answer with a body that is ready.
func (q *query) page(status int, code, format string, body []byte) answer {
	return answer{code: code, status: status, body: body, header: http.Header{
		"Content-Type":     {format},
		"Date":             {q.at.UTC().Format(http.TimeFormat)}, // the fake's clock, not the machine's
		"X-Acs-Request-Id": {q.id},
	}}
}

func encodeJSON(to *bytes.Buffer, _ string, value any) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

func encodeXML(to *bytes.Buffer, root string, value any) error {
	to.WriteString(xml.Header)
	return xml.NewEncoder(to).EncodeElement(value, xml.StartElement{Name: xml.Name{Local: root}})
}
