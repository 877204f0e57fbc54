package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"signalbox/shared/serve/event"
)

// httpTrigger is the control path of what comes through an HTTP trigger: there
// anybody can ask FC for the path /invoke.
const httpTrigger = "/http-invoke"

// maxScheduled is far above FC's limit of 128 KB for a timer's event.
const maxScheduled = 1 << 20

// serveTimer makes the run of a timer event that FC's custom runtime delivers.
func (s *service) serveTimer(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := s.withRunTimeout(r.Context(), true, r.Header)
	defer cancel()
	answer, err := s.answerTimer(ctx, w, r)
	if err != nil {
		failTimer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// The run has been made, whether or not the platform still listens.
	_, _ = w.Write(answer)
}

// answerTimer makes the run that the timer event in the body asks for, or without
// one a run of this moment. Its error has been logged.
func (s *service) answerTimer(ctx context.Context, w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxScheduled))
	if err != nil {
		return nil, s.refuse(ctx, "read the timer event: "+err.Error())
	}
	_ = r.Body.Close() // It gives back the room that it took.
	unhurried(w)
	if len(bytes.TrimSpace(raw)) == 0 {
		o, err := s.run(ctx, event.NewScheduled(s.now(), "invoke", ""))
		return o.answer, err
	}
	e, err := event.Decode(raw)
	if err != nil {
		return nil, s.refuse(ctx, err.Error())
	}
	if e.Scheduled == nil {
		return nil, s.refuse(ctx, "POST /invoke takes a timer event only")
	}
	o, err := s.run(ctx, *e.Scheduled)
	return o.answer, err
}

// failTimer tells FC's custom runtime that the invocation failed. It takes
// every answer without x-fc-status for a success.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc-2-0/user-guide/event-handlers-3
func failTimer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(headerStatus, "404")
	writeProblem(w, r, problem{
		Type:   "urn:problem-type:signalbox:run-failed",
		Title:  "Run failed",
		Status: http.StatusNotFound,
	})
}
