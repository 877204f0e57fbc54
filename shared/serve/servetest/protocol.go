package servetest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// protocol is what FC's runtime API and Lambda's do differently.
type protocol struct {
	variable string // Says to the process where the API is.
	prefix   string
	accepted int // Confirms an answer: the libraries want just this status.
	// kills says that only a process with an extension gets SIGTERM.
	kills   bool
	headers func(Invocation, http.Header)
}

// https://github.com/aliyun/fc-runtime-go-sdk
var functionCompute = protocol{
	variable: "FC_RUNTIME_API",
	prefix:   "/2020-11-11/runtime/invocation/",
	accepted: http.StatusOK,
	headers: func(i Invocation, h http.Header) {
		left := time.Until(i.Deadline)
		h.Set("X-Fc-Request-Id", i.RequestID)
		h.Set("X-Fc-Function-Deadline", milliseconds(i.Deadline))
		h.Set("X-Fc-Function-Timeout", strconv.Itoa(int(math.Ceil(left.Seconds()))))
		h.Set("X-Fc-Access-Key-Id", i.AccessKeyID)
		h.Set("X-Fc-Access-Key-Secret", i.AccessKeySecret)
		h.Set("X-Fc-Security-Token", i.SecurityToken)
	},
}

// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
var lambda = protocol{
	variable: "AWS_LAMBDA_RUNTIME_API",
	prefix:   "/2018-06-01/runtime/invocation/",
	accepted: http.StatusAccepted,
	kills:    true,
	headers: func(i Invocation, h http.Header) {
		h.Set("Lambda-Runtime-Aws-Request-Id", i.RequestID)
		h.Set("Lambda-Runtime-Deadline-Ms", milliseconds(i.Deadline))
	},
}

func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
