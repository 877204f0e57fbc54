// Package sample is a function for the tests of serve and servetest: it shows
// what reaches a function on each platform, and fails in every way one can.
package sample

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/serve"
	"signalbox/shared/serve/event"
	"signalbox/shared/serve/function"
)

// Secret is in the text of each failure here, and must reach the log only.
const Secret = "internal-detail-4711"

// Open makes the function. With SAMPLE=broken it gives two mistakes; with
// SAMPLE=bare the function has neither a schedule nor a queue; with
// SAMPLE=hasty a run has 50 ms, and with SAMPLE=unready the function is not
// ready.
func Open(environ []string) (serve.Function, error) {
	if slices.Contains(environ, "SAMPLE=broken") {
		return serve.Function{}, errors.Join(errors.New("SAMPLE_ONE: missing"), errors.New("SAMPLE_TWO: not a number"))
	}
	logger := logging.New(os.Stderr, slog.LevelInfo)
	f := serve.Function{
		Name:      "sample",
		Handler:   routes(),
		Scheduled: runs{logger}.scheduled,
		Batch:     batch,
		Memory:    function.RequestMemory,
		Logger:    logger,
		Close: func() error {
			logger.LogAttrs(context.Background(), slog.LevelInfo, "closed")
			return nil
		},
	}
	for _, line := range environ {
		if token, ok := strings.CutPrefix(line, "SIGNALBOX_INVOKE_TOKEN="); ok {
			f.InvokeTokens = config.Tokens{{Secret: config.Secret(token)}}
		}
	}
	switch {
	case slices.Contains(environ, "SAMPLE=bare"):
		f.Scheduled, f.Batch, f.Close = nil, nil, nil
	case slices.Contains(environ, "SAMPLE=hasty"):
		f.RunTimeout = 50 * time.Millisecond
	case slices.Contains(environ, "SAMPLE=unready"):
		f.Ready = func(context.Context) []serve.Unusable {
			return []serve.Unusable{{Part: "sample", Reason: "it is made so", Action: "start it without SAMPLE=unready"}}
		}
	}
	return f, nil
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/echo/{segment}", echo)
	mux.HandleFunc("POST /binary", binary)
	mux.HandleFunc("GET /context", showContext)
	mux.HandleFunc("GET /crowd", crowd())
	mux.HandleFunc("POST /stream", stream)
	mux.HandleFunc("GET /wait", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("GET /memory", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, debug.SetMemoryLimit(-1)) })
	mux.HandleFunc("GET /panic", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		panic(Secret)
	})
	mux.HandleFunc("GET /panic-half-way", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic(Secret)
	})
	mux.HandleFunc("GET /panic-after-status", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		panic(Secret)
	})
	mux.HandleFunc("GET /abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	return mux
}

// batch fails the messages that say "bad", does not try those that say "later",
// and panics where one says "panic".
func batch(_ context.Context, b event.Batch) []event.Result {
	results := make([]event.Result, len(b.Messages))
	for i, m := range b.Messages {
		results[i].Message = m
		switch string(m.Body) {
		case "bad":
			results[i].Err = errors.New(Secret)
		case "later":
			results[i].Err = event.ErrNotTried
		case "panic":
			panic(Secret)
		}
	}
	return results
}
