package web

import (
	"io"
	"net/http"

	"signalbox/doc"
	"signalbox/shared/buildinfo"
)

// health says that the process answers, and which build it is. It calls nobody.
func health(w http.ResponseWriter, _ *http.Request) error {
	return JSON(w, http.StatusOK, struct {
		Status  string `json:"status"`
		Version string `json:"version"`
	}{"ok", buildinfo.Read().Version})
}

// contract says what the functions take and answer.
func contract(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	_, err := io.WriteString(w, doc.OpenAPI)
	return err
}
