package slacktest

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
)

// maxFile is the most bytes of a file that are read.
const maxFile = 16 << 20

// File is a file that was shared with a message.
type File struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Content string `json:"content"`
}

// fileName is a file as files.completeUploadExternal gets it.
type fileName struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// upload is a file on its way, nil content until that has come.
type upload struct {
	name    string
	length  int
	content []byte
}

// getUploadURL promises to take a file.
//
// See https://docs.slack.dev/reference/methods/files.getUploadURLExternal/.
func (s *Server) getUploadURL(p payload) result {
	if p.Filename == "" || p.Length <= 0 {
		return failed("invalid_arguments")
	}
	s.lastFile++
	id := fmt.Sprintf("F%08d", s.lastFile)
	s.uploads[id] = &upload{name: p.Filename, length: p.Length}
	return result{OK: true, FileID: id, UploadURL: p.base + "/upload/v1/" + id, status: http.StatusOK}
}

// handleUpload takes a file's content, raw or as the part of a form.
func (s *Server) handleUpload(w http.ResponseWriter, r *http.Request) {
	content, err := readFile(w, r)
	s.exchange("upload", "", func() reply {
		file := s.uploads[r.PathValue("id")]
		switch {
		case file == nil:
			return textReply(http.StatusNotFound, "not found")
		case err != nil, len(content) != file.length:
			return textReply(http.StatusBadRequest, "not the file that was announced")
		}
		file.content = content
		return textReply(http.StatusOK, "OK - "+strconv.Itoa(len(content)))
	}).send(w, r)
}

func readFile(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body := http.MaxBytesReader(w, r.Body, maxFile)
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return io.ReadAll(body)
	}
	part, err := multipart.NewReader(body, parameters["boundary"]).NextPart()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(part)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, body) // a writer of the rest would take it for a failure
	return content, err
}

// completeUpload shares the files with a message's thread, where thread_ts
// names one, or as a message of their own.
//
// See https://docs.slack.dev/reference/methods/files.completeUploadExternal/.
func (s *Server) completeUpload(p payload) result {
	in, problem := s.writableLocked(p.ChannelID, false)
	switch {
	case len(p.Files) == 0:
		return failed("invalid_arguments")
	case problem != "":
		return failed(problem)
	case slices.ContainsFunc(p.Files, func(f fileName) bool { return !s.uploadedLocked(f.ID) }):
		return failed("file_not_found")
	}
	m := s.messageLocked(in, p.ThreadTS)
	switch {
	case m == nil && p.ThreadTS != "":
		return failed("thread_not_found")
	case m == nil:
		m = s.storeLocked(in, payload{})
	}
	for _, f := range p.Files {
		file := s.uploads[f.ID]
		delete(s.uploads, f.ID)
		m.Files = append(m.Files, File{Name: file.name, Title: f.Title, Content: string(file.content)})
	}
	return result{OK: true, Files: p.Files, status: http.StatusOK}
}

func (s *Server) uploadedLocked(id string) bool {
	file := s.uploads[id]
	return file != nil && file.content != nil
}

// handleFile shows a file's text to people.
func (s *Server) handleFile(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	inbox := s.Inbox()
	at := slices.IndexFunc(inbox, func(m Message) bool { return m.TS == r.PathValue("ts") })
	if err != nil || at < 0 || n < 0 || n >= len(inbox[at].Files) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	answerText(w, http.StatusOK, inbox[at].Files[n].Content)
}

// label is what a file is shown as.
func (f File) label() string {
	if f.Title == "" || f.Title == f.Name {
		return f.Name
	}
	return f.Name + ": " + f.Title
}
