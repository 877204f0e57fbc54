package intake_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/functions/conversion/intake"
	"signalbox/shared/web"
)

// noReader fails the test that reads it.
type noReader struct{ t *testing.T }

func (n noReader) Read([]byte) (int, error) {
	n.t.Error("the body was read")
	return 0, io.EOF
}

func TestRead(t *testing.T) {
	t.Parallel()
	busy := web.NewError(http.StatusServiceUnavailable, "too-many-bodies", "Later.")
	large := `"` + strings.Repeat("a", 4096) + `"`
	tests := []struct {
		name   string
		header http.Header
		body   io.Reader
		status int // 0: it is read
	}{
		{"whole", header("Content-Type", plainJSON), strings.NewReader(`{}`), 0},
		{"as large as allowed", header("Content-Type", plainJSON), strings.NewReader(large[:4095] + `"`), 0},
		{"larger", header("Content-Type", plainJSON), strings.NewReader(large), 413},
		{"larger without a length", header("Content-Type", plainJSON), io.MultiReader(strings.NewReader(large)), 413},
		{"it breaks off", header("Content-Type", plainJSON), io.MultiReader(strings.NewReader(`{`), errReader{io.ErrUnexpectedEOF}), 400},
		{"a refusal of the body's own", header("Content-Type", plainJSON), errReader{busy}, 503},
		{"no JSON", header("Content-Type", "text/plain"), noReader{t}, 415},
		{"compressed", header("Content-Type", plainJSON, "Content-Encoding", "gzip"), noReader{t}, 415},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", tt.body)
			r.Header = tt.header
			b, err := intake.Read(httptest.NewRecorder(), r, bounds)
			e, _ := errors.AsType[*web.Error](err)
			if tt.status == 0 && (err != nil || len(b.Items) != 1) || tt.status != 0 && (e == nil || e.Status != tt.status) {
				t.Errorf("Read = %v, %v; want status %d", b, err, tt.status)
			}
		})
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }
