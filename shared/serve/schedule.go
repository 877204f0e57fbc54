package serve

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"signalbox/shared/logging"
	"signalbox/shared/serve/event"
	"signalbox/shared/web"
)

// invokePath is where a run is asked for.
const invokePath = "/invoke"

// schedule adds the route of the schedule, at path, where the function has one. There is
// no mux, so that the function's own paths reach it as they were sent.
//
// scheduled: POST path. FC's custom runtime calls it for each timer event,
// at least once: a duplicate has the same ID, and what it does is the
// function's to say. Anybody else has to show a token.
func (s *service) schedule(custom bool, path string, next http.Handler) http.Handler {
	if s.Scheduled == nil {
		return next
	}
	asked := s.invokeGuard()(s.serveRun)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != path {
			next.ServeHTTP(w, r)
			return
		}
		web.SetRoute(r, "POST "+invokePath)
		switch {
		case custom && r.Header.Get(headerControlPath) != httpTrigger:
			s.serveTimer(w, r)
		default:
			if err := asked(w, r); err != nil {
				web.WriteError(w, err)
			}
		}
	})
}

// invokeGuard asks for one of the tokens. Without any there is nothing that a
// caller could do.
func (s *service) invokeGuard() web.Guard {
	if len(s.InvokeTokens) > 0 {
		return web.Bearer(s.InvokeTokens)
	}
	return func(web.HandlerFunc) web.HandlerFunc {
		return func(http.ResponseWriter, *http.Request) error {
			return web.NewError(http.StatusForbidden, "no-invoke-token",
				"No run can be asked for here: the operator has to set SIGNALBOX_INVOKE_TOKEN, and its callers to send it.")
		}
	}
}

// warnOfNoToken says at the start what a scheduler would find out later.
func (s *service) warnOfNoToken(ctx context.Context) {
	if s.Scheduled != nil && len(s.InvokeTokens) == 0 {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "POST /invoke refuses everybody: set SIGNALBOX_INVOKE_TOKEN")
	}
}

// serveRun makes a run for a caller with a token, and answers when it is over.
func (s *service) serveRun(w http.ResponseWriter, r *http.Request) error {
	e, err := s.asked(w, r)
	if err != nil {
		return err
	}
	unhurried(w)
	ctx, cancel := s.withRunTimeout(r.Context(), false, r.Header)
	defer cancel()
	o, err := s.run(ctx, e)
	switch {
	case err != nil:
		return web.NewError(http.StatusInternalServerError, "run-failed",
			"The run failed: the log of request "+logging.RequestID(ctx)+" has the cause.")
	case o.overlapped:
		return web.NewError(http.StatusConflict, "run-overlaps", "Another run is under way, and this one did nothing.")
	}
	return web.JSON(w, http.StatusOK, o.answer)
}

// asked reads what run the body asks for: one of this moment without a body, the
// same with a payload, or that of FC's timer event.
func (s *service) asked(w http.ResponseWriter, r *http.Request) (event.Scheduled, error) {
	defer r.Body.Close() // a run may take long
	body, err := web.ReadBytes(w, r, web.MaxBody)
	if err != nil {
		return event.Scheduled{}, err
	}
	timer := struct {
		Time    time.Time `json:"triggerTime"`
		Name    string    `json:"triggerName"`
		Payload string    `json:"payload"`
	}{}
	if len(bytes.TrimSpace(body)) > 0 {
		err = web.DecodeJSON(body, &timer)
	}
	if timer.Time.IsZero() {
		timer.Time = s.now()
	}
	return event.NewScheduled(timer.Time, cmp.Or(timer.Name, "invoke"), timer.Payload), err
}

// unhurried takes the server's limit for an answer from that of a run, which has a
// limit of its own.
func unhurried(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // A server of somebody else's may have none to set.
}
