package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"signalbox/shared/logging"
	"signalbox/shared/web"
)

// problem is the body of a refusal, as a caller reads it.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Field  string `json:"field"`
}

const problemType = "urn:problem-type:signalbox:"

// answer is what came of one request: for the caller, and in the log.
type answer struct {
	*httptest.ResponseRecorder
	logs string
}

// ask sends r to a Mux that has one route.
func ask(pattern string, h web.HandlerFunc, r *http.Request) answer {
	var logs bytes.Buffer
	mux := web.NewMux(logging.New(&logs, slog.LevelInfo))
	mux.HandleFunc(pattern, h)
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, r)
	return answer{recorder, logs.String()}
}

// problem reads the refusal, and checks what every refusal has.
func (a answer) problem(t *testing.T) problem {
	t.Helper()
	if got := a.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type = %q, want application/problem+json", got)
	}
	var p problem
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil {
		t.Fatalf("body %q: %v", a.Body, err)
	}
	if p.Status != a.Code || p.Title != http.StatusText(a.Code) || p.Detail == "" {
		t.Errorf("problem = %+v, want status %d, its title and a detail", p, a.Code)
	}
	return p
}

// lines reads the log, one object a line.
func (a answer) lines(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	decoder := json.NewDecoder(bytes.NewBufferString(a.logs))
	for {
		var line map[string]any
		err := decoder.Decode(&line)
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("log %q: %v", a.logs, err)
		}
		lines = append(lines, line)
	}
}

func ok(w http.ResponseWriter, _ *http.Request) error {
	return web.JSON(w, http.StatusOK, map[string]string{"status": "ok"})
}
