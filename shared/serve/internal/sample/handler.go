package sample

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"signalbox/shared/aliyun/credential"
	"signalbox/shared/logging"
)

// Echo is what a handler sees of a request.
type Echo struct {
	Method  string
	Segment string
	URI     string
	Query   url.Values
	Header  string
	Cookie  string
	Length  int64
	Body    string
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "body cut off", http.StatusBadRequest)
		return
	}
	e := Echo{
		Method: r.Method, Segment: r.PathValue("segment"), URI: r.RequestURI, Query: r.URL.Query(),
		Header: r.Header.Get("X-Sample"), Length: r.ContentLength, Body: string(body),
	}
	if c, err := r.Cookie("session"); err == nil {
		e.Cookie = c.Value
	}
	http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes", HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
	w.Header().Add("Vary", "Accept, Origin")
	writeJSON(w, http.StatusCreated, e)
}

func binary(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = io.Copy(w, r.Body)
}

// Context is what an invocation's ctx carries.
type Context struct {
	RequestID   string
	Deadline    time.Time
	Credentials string
	KeyID       string
	Token       string
	Headers     http.Header
}

func showContext(w http.ResponseWriter, r *http.Request) {
	c := Context{RequestID: logging.RequestID(r.Context()), Headers: r.Header}
	c.Deadline, _ = r.Context().Deadline()
	if found, ok := credential.FromContext(r.Context()); ok {
		c.Credentials, c.KeyID, c.Token = found.String(), found.AccessKeyID, found.SecurityToken
	}
	writeJSON(w, http.StatusOK, c)
}

// crowd answers how many requests it saw at once.
func crowd() http.HandlerFunc {
	var inside atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		n := inside.Add(1)
		defer inside.Add(-1)
		select {
		case <-time.After(20 * time.Millisecond):
		case <-r.Context().Done():
		}
		writeJSON(w, http.StatusOK, max(n, inside.Load()))
	}
}

// stream begins its answer at once and ends it when the request's body ends.
func stream(w http.ResponseWriter, r *http.Request) {
	c := http.NewResponseController(w)
	if c.EnableFullDuplex() != nil || c.Flush() != nil {
		panic("no way to stream")
	}
	n, err := io.Copy(io.Discard, r.Body)
	writeJSON(w, http.StatusOK, map[string]any{"bytes": n, "whole": err == nil && r.Context().Err() == nil})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		panic(err)
	}
}
