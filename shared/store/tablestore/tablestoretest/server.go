// Package tablestoretest is a fake of Tablestore: one instance with one table of string
// keys pk and sk, which rows are put into, read from and deleted from. It speaks the
// protocol by its own code.
package tablestoretest

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // the protocol's
	"crypto/sha1" //nolint:gosec // likewise
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is the fake. It is an http.Handler, safe for concurrent use.
type Server struct {
	options Options
	mu      sync.Mutex
	rows    map[key]row
	calls   map[string]int
}

type key struct{ pk, sk string }

// Options are what a Server knows.
type Options struct {
	Instance, Table string
	// AccessKeyID and the others are what calls must be signed with.
	AccessKeyID, AccessKeySecret, SecurityToken string
	// Strict has a condition on a column not hold where there is no row.
	Strict bool
	// Fault, if not nil, says how a call fails: by a code of Tablestore's, "" for not at
	// all. It fails after the work was done where done is true.
	Fault func(action string) (code string, done bool)
}

// New returns an empty table.
func New(o Options) *Server {
	return &Server{options: o, rows: make(map[key]row), calls: make(map[string]int)}
}

// Calls is how often an action was asked for.
func (s *Server) Calls(action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[action]
}

const (
	maxBody = 8 << 20
	skew    = 15 * time.Minute
)

// failure is an error as Tablestore answers it.
type failure struct {
	status        int
	code, message string
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // the caller has hung up
	}
	w.Header().Set("X-Ots-Requestid", "0005-test")
	answer, failed := s.answer(r, body)
	if failed != nil {
		w.WriteHeader(failed.status)
		_, _ = w.Write(appendField(appendField(nil, 1, []byte(failed.code)), 2, []byte(failed.message)))
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(answer) //nolint:gosec // bytes of a protocol
}

func (s *Server) answer(r *http.Request, body []byte) ([]byte, *failure) {
	if failed := s.verify(r, body); failed != nil {
		return nil, failed
	}
	action := strings.TrimPrefix(r.URL.Path, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[action]++
	code, done := "", false
	if s.options.Fault != nil {
		code, done = s.options.Fault(action)
	}
	if code != "" && !done {
		return nil, &failure{http.StatusServiceUnavailable, code, "on purpose"}
	}
	answer, failed := s.doLocked(action, body)
	if code != "" {
		return nil, &failure{http.StatusServiceUnavailable, code, "on purpose, after the work was done"}
	}
	return answer, failed
}

// verify looks at the headers, see
// https://www.alibabacloud.com/help/en/tablestore/developer-reference/call-api-operations.
func (s *Server) verify(r *http.Request, body []byte) *failure {
	h := r.Header
	sum := md5.Sum(body)                                   //nolint:gosec // the protocol's
	seconds, _, _ := strings.Cut(h.Get("X-Ots-Date"), ".") // the SDK writes month, day and hour as the fraction
	at, err := time.Parse("2006-01-02T15:04:05", seconds)
	refuse := func(code, message string) *failure { return &failure{http.StatusForbidden, code, message} }
	switch {
	case r.Method != http.MethodPost:
		return &failure{http.StatusMethodNotAllowed, "OTSMethodNotAllowed", "only POST"}
	case h.Get("X-Ots-Instancename") != s.options.Instance:
		return refuse("OTSAuthFailed", "The instance is not found.")
	case h.Get("X-Ots-Apiversion") != "2015-12-31":
		return refuse("OTSUnsupportOperation", "Unsupported API version.")
	case h.Get("X-Ots-Contentmd5") != base64.StdEncoding.EncodeToString(sum[:]):
		return refuse("OTSAuthFailed", "Mismatch between MD5 value of request body and x-ots-contentmd5 in header.")
	case err != nil || time.Since(at).Abs() > skew:
		return refuse("OTSAuthFailed", "Mismatch between system time and x-ots-date.")
	case h.Get("X-Ots-Accesskeyid") != s.options.AccessKeyID || h.Get("X-Ots-Ststoken") != s.options.SecurityToken:
		return refuse("OTSAuthFailed", "The AccessKeyID does not exist.")
	case !hmac.Equal([]byte(h.Get("X-Ots-Signature")), []byte(s.signature(r))):
		return refuse("OTSAuthFailed", "Signature mismatch.")
	}
	return nil
}

// signature is over the path, the method, and all headers of Tablestore's in order.
func (s *Server) signature(r *http.Request) string {
	var b strings.Builder
	b.WriteString(r.URL.Path + "\nPOST\n\n")
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-ots-") && lower != "x-ots-signature" {
			b.WriteString(lower + ":" + strings.TrimSpace(r.Header.Get(name)) + "\n")
		}
	}
	sum := hmac.New(sha1.New, []byte(s.options.AccessKeySecret))
	sum.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}
