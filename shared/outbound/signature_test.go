package outbound_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// hmacOf is RFC 2104 as it stands there, and nobody's library.
func hmacOf(key, message string) []byte {
	block := make([]byte, 64)
	if len(key) > len(block) {
		sum := sha256.Sum256([]byte(key))
		key = string(sum[:])
	}
	copy(block, key)
	inner, outer := make([]byte, 64), make([]byte, 64)
	for i, b := range block {
		inner[i], outer[i] = b^0x36, b^0x5c
	}
	first := sha256.Sum256(append(inner, message...))
	second := sha256.Sum256(append(outer, first[:]...))
	return second[:]
}

// TestHMACOf pins the above to RFC 4231, test case 2.
func TestHMACOf(t *testing.T) {
	t.Parallel()
	const want = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	if got := hex.EncodeToString(hmacOf("Jefe", "what do ya want for nothing?")); got != want {
		t.Errorf("hmacOf = %s, want %s", got, want)
	}
}

// asked keeps a request and answers nothing useful.
type asked struct{ *http.Request }

func (a *asked) RoundTrip(r *http.Request) (*http.Response, error) {
	a.Request = r
	return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody}, nil
}

// TestSignatures compares what is sent with vectors of the same secret and time.
func TestSignatures(t *testing.T) {
	t.Parallel()
	signed := map[string]func(*http.Request, string, time.Time) (got, want string){
		"dingtalk": func(r *http.Request, _ string, now time.Time) (string, string) {
			ms := r.URL.Query().Get("timestamp")
			if want := strconv.FormatInt(now.UnixMilli(), 10); ms != want {
				return ms, want
			}
			return r.URL.Query().Get("sign"), base64.StdEncoding.EncodeToString(hmacOf(secret, ms+"\n"+secret))
		},
		"feishu": func(_ *http.Request, body string, now time.Time) (string, string) {
			return member(body, "sign"), base64.StdEncoding.EncodeToString(hmacOf(seconds(now)+"\n"+secret, ""))
		},
		"webhook": func(r *http.Request, body string, now time.Time) (string, string) {
			return r.Header.Get("X-Signalbox-Signature"), "t=" + seconds(now) + ",v1=" + hex.EncodeToString(hmacOf(secret, seconds(now)+"."+body))
		},
	}
	for kind, signature := range signed {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &asked{}
				_ = kinds[kind].to(t, "https://receiver.example/path?access_token=x", secret, a)(t.Context(), "id", "hello")
				if got, want := signature(a.Request, bodyOf(t, a.Request), time.Now()); got != want || want == "" {
					t.Errorf("signature %q, want %q", got, want)
				}
			})
		})
	}
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func bodyOf(t *testing.T, r *http.Request) string {
	t.Helper()
	reader, err := r.GetBody()
	must(t, err)
	body, err := io.ReadAll(reader)
	must(t, err)
	return string(body)
}

// member is a text of a JSON object.
func member(body, name string) string {
	var object map[string]any
	_ = json.Unmarshal([]byte(body), &object) // without one it has no member
	text, _ := object[name].(string)
	return text
}
