package serve

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"signalbox/shared/serve/event"
)

// maxTick is far above FC's limit of 128 KB for a timer's event.
const maxTick = 1 << 20

// schedule adds the route of the schedule where the function has one. There is
// no mux, so that the function's own paths reach it as they were sent.
//
// scheduled: POST /invoke. FC's custom runtime calls it for each timer event,
// at least once: a duplicate has the same Tick.ID, and what it does is the
// function's to say. Outside FC any scheduler may call it, with FC's timer
// event as the body or with none; the listener must then not be public,
// since nothing here tells a scheduler from a stranger.
func (s *service) schedule(custom bool, next http.Handler) http.Handler {
	if s.Tick == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Through an HTTP trigger, anybody can ask FC for the path /invoke.
		stranger := custom && r.Header.Get(headerControlPath) == "/http-invoke"
		if r.Method != http.MethodPost || r.URL.Path != "/invoke" || stranger {
			next.ServeHTTP(w, r)
			return
		}
		s.serveTick(w, r)
	})
}

func (s *service) serveTick(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answerTick(w, r)
	if err != nil {
		failTick(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// Where the scheduler has gone, the tick has been run all the same.
	_, _ = w.Write(answer) //nolint:gosec // JSON that says so is no page to inject into.
}

// answerTick runs the timer event in the body, or without one a tick at this
// moment. Its error has been logged.
func (s *service) answerTick(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	ctx := r.Context()
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTick))
	if err != nil {
		return nil, s.refuse(ctx, "read the timer event: "+err.Error())
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return s.tick(ctx, event.NewTick(s.now(), "invoke", ""))
	}
	e, err := event.Decode(raw)
	if err != nil {
		return nil, s.refuse(ctx, err.Error())
	}
	if e.Tick == nil {
		return nil, s.refuse(ctx, "POST /invoke takes a timer event only")
	}
	return s.tick(ctx, *e.Tick)
}

// failTick tells FC's custom runtime that the invocation failed. It takes
// every answer without x-fc-status for a success.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc-2-0/user-guide/event-handlers-3
func failTick(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(headerStatus, "404")
	writeProblem(w, r, problem{
		Type:   "urn:problem-type:signalbox:tick-failed",
		Title:  "Tick failed",
		Status: http.StatusNotFound,
	})
}
