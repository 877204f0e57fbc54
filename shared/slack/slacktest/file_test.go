package slacktest_test

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/slack/slacktest"
)

// share uploads a file into the thread of the message at ts, as a form.
func share(t *testing.T, s *slacktest.Server, ts, name, title, content string) {
	t.Helper()
	promised := call(t, s, "files.getUploadURLExternal", map[string]any{"filename": name, "length": len(content)})
	if want := "http://slack.example/upload/v1/" + promised.FileID; !promised.OK || promised.UploadURL != want {
		t.Fatalf("files.getUploadURLExternal = %+v, want the URL %s", promised, want)
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	part, err := parts.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte(content))
	parts.Close()
	path := strings.TrimPrefix(promised.UploadURL, "http://slack.example")
	if got := do(t, s, "POST", path, body.String(), "Content-Type", parts.FormDataContentType()); got.Status != 200 {
		t.Fatalf("upload = %+v, want 200", got)
	}
	complete(t, s, promised.FileID, ts, title, "")
}

// complete shares an uploaded file and expects an error, or "" for none.
func complete(t *testing.T, s *slacktest.Server, id, ts, title, want string) {
	t.Helper()
	got := call(t, s, "files.completeUploadExternal", map[string]any{
		"channel_id": "C00000001", "thread_ts": ts, "files": []any{map[string]any{"id": id, "title": title}},
	})
	if got.Error != want || got.OK != (want == "") {
		t.Fatalf("files.completeUploadExternal = %+v, want error %q", got, want)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	hook(t, s, `{"text":"first"}`)
	ts := s.Inbox()[0].TS
	share(t, s, ts, "a.csv", "A", "a\n")
	share(t, s, ts, "b.csv", "", "b\n")
	share(t, s, "", "alone.csv", "alone.csv", "卡\n")
	inbox := s.Inbox()
	want := []slacktest.File{{Name: "a.csv", Title: "A", Content: "a\n"}, {Name: "b.csv", Content: "b\n"}}
	if diff := cmp.Diff(want, inbox[0].Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if got, want := inbox[0].Plain()+inbox[1].Plain(), "first\n[a.csv: A]\n[b.csv]\n[alone.csv]\n"; got != want {
		t.Errorf("Plain = %q, want %q", got, want)
	}
	for path, want := range map[string]answer{
		ts + "/0":          {Status: 200, Body: "a\n"},
		inbox[1].TS + "/0": {Status: 200, Body: "卡\n"},
		ts + "/2":          {Status: 404, Body: "404 page not found\n"},
		ts + "/-1":         {Status: 404, Body: "404 page not found\n"},
		"1795311000.999/0": {Status: 404, Body: "404 page not found\n"},
	} {
		if diff := cmp.Diff(want, do(t, s, "GET", "/inbox/files/"+path, "")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// TestFilesOutOfOrder leaves steps out.
func TestFilesOutOfOrder(t *testing.T) {
	t.Parallel()
	s, _ := newServer(slacktest.Options{})
	promised := call(t, s, "files.getUploadURLExternal", map[string]any{"filename": "a", "length": 3})
	path := "/upload/v1/" + promised.FileID
	complete(t, s, promised.FileID, "", "", "file_not_found")
	if got := do(t, s, "POST", path, "four").Status; got != 400 {
		t.Errorf("upload of another length = %d, want 400", got)
	}
	if got := do(t, s, "POST", "/upload/v1/F0", "abc").Status; got != 404 {
		t.Errorf("upload nobody announced = %d, want 404", got)
	}
	if diff := cmp.Diff(answer{Status: 200, Body: "OK - 3"}, do(t, s, "POST", path, "abc")); diff != "" {
		t.Errorf("raw upload (-want +got):\n%s", diff)
	}
	complete(t, s, promised.FileID, "1.0", "", "thread_not_found")
	complete(t, s, promised.FileID, "", "", "")
	complete(t, s, promised.FileID, "", "", "file_not_found")
	if got := len(s.Inbox()); got != 1 {
		t.Errorf("inbox has %d messages, want 1", got)
	}
}
