package alerts

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"signalbox/shared/store"
	"signalbox/shared/web"
)

const (
	// exportTimeout bounds the reading of the whole state, and exportersWait is how long one
	// who wants it waits for others. Both leave some of the minute that an answer may take.
	exportTimeout = 30 * time.Second
	exportersWait = 15 * time.Second
	// maxEventAnswer is the longest answer on a platform, in bytes: Lambda lets 6 MB pass, of
	// which base64 or escapes take their part.
	maxEventAnswer = 3 << 20
)

// routeExport adds the path on which programs export the state, which has whole ICCIDs.
func (f *Function) routeExport(m *web.Mux) {
	m.HandleFunc("GET /state", f.callersOnly(web.OneAtATime(exportersWait,
		"Others export the state now", f.handleExport)))
}

// handleExport answers GET /state with an export. The state is in memory until it has been
// answered, so that a caller who takes it slowly keeps no run from the store. That has no
// bound of its own: it is about as much as a run reads, and is there once at a time.
func (f *Function) handleExport(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), exportTimeout)
	defer cancel()
	x, err := store.Take(ctx, f.config.Store)
	switch {
	case errors.Is(err, store.ErrNoState):
		return web.NotFound("no-state", "There is no state yet: the first run makes it.")
	case err != nil:
		return stateUnusable(err)
	}
	if f.config.MaxExport > 0 {
		return f.exportWhole(w, r, x)
	}
	exportHeader(w)
	return x.Encode(w)
}

func exportHeader(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", store.MediaExport)
	h.Set("Content-Disposition", `attachment; filename="signalbox-state.ndjson"`)
	h.Set("Cache-Control", "no-store")
}

// exportWhole answers where a platform takes answers in one piece.
func (f *Function) exportWhole(w http.ResponseWriter, r *http.Request, x store.Snapshot) error {
	var whole bytes.Buffer
	if err := x.Encode(&whole); err != nil {
		return err
	}
	body, encoding, err := packed(r, whole.Bytes())
	switch {
	case err != nil:
		return err
	case len(body) > f.config.MaxExport:
		return web.NewError(http.StatusNotImplemented, "state-too-large",
			"The platform lets no answer as large as the state pass. Export it with the function's variables, without --url: signalbox state export.")
	}
	exportHeader(w)
	return writePacked(w, store.MediaExport, body, encoding)
}

// maxExport is the limit of the platform, 0 for none.
func (e Env) maxExport() int {
	if e.State.Shared() {
		return maxEventAnswer
	}
	return 0
}
