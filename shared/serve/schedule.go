package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"signalbox/shared/serve/event"
)

// maxScheduled is far above FC's limit of 128 KB for a timer's event.
const maxScheduled = 1 << 20

// schedule adds the route of the schedule where the function has one. There is
// no mux, so that the function's own paths reach it as they were sent.
//
// scheduled: POST /invoke. FC's custom runtime calls it for each timer event,
// at least once: a duplicate has the same ID, and what it does is the
// function's to say. Outside FC any scheduler may call it, with FC's timer
// event as the body or with none; the listener must then not be public,
// since nothing here knows a scheduler from a stranger.
func (s *service) schedule(custom bool, next http.Handler) http.Handler {
	if s.Scheduled == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Through an HTTP trigger, anybody can ask FC for the path /invoke.
		stranger := custom && r.Header.Get(headerControlPath) == "/http-invoke"
		if r.Method != http.MethodPost || r.URL.Path != "/invoke" || stranger {
			next.ServeHTTP(w, r)
			return
		}
		s.serveRun(custom, w, r)
	})
}

func (s *service) serveRun(custom bool, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := s.withRunTimeout(r.Context(), custom, r.Header)
	defer cancel()
	answer, err := s.answerRun(ctx, w, r)
	if err != nil {
		failRun(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// The run has been made, whether or not the scheduler still listens.
	_, _ = w.Write(answer)
}

// answerRun makes the run that the timer event in the body asks for, or without
// one a run of this moment. Its error has been logged.
func (s *service) answerRun(ctx context.Context, w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxScheduled))
	if err != nil {
		return nil, s.refuse(ctx, "read the timer event: "+err.Error())
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return s.run(ctx, event.NewScheduled(s.now(), "invoke", ""))
	}
	e, err := event.Decode(raw)
	if err != nil {
		return nil, s.refuse(ctx, err.Error())
	}
	if e.Scheduled == nil {
		return nil, s.refuse(ctx, "POST /invoke takes a timer event only")
	}
	return s.run(ctx, *e.Scheduled)
}

// failRun tells FC's custom runtime that the invocation failed. It takes
// every answer without x-fc-status for a success.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc-2-0/user-guide/event-handlers-3
func failRun(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(headerStatus, "404")
	writeProblem(w, r, problem{
		Type:   "urn:problem-type:signalbox:run-failed",
		Title:  "Run failed",
		Status: http.StatusNotFound,
	})
}
