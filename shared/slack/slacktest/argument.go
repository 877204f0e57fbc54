package slacktest

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// readArguments reads JSON, where only the header carries the token, or a form.
func readArguments(w http.ResponseWriter, r *http.Request) (p payload, token, problem string) {
	token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return p, token, "request_timeout"
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		if json.Unmarshal(body, &p) != nil {
			return p, token, "invalid_json"
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return p, token, "invalid_form_data"
		}
		if token == "" {
			token = form.Get("token")
		}
		return fromForm(form), token, ""
	default:
		return p, token, "invalid_post_type"
	}
	return p, token, ""
}

func fromForm(form url.Values) payload {
	p := payload{
		Channel:   form.Get("channel"),
		TS:        form.Get("ts"),
		ThreadTS:  form.Get("thread_ts"),
		Broadcast: isTrue(form.Get("reply_broadcast")),
		Text:      form.Get("text"),
		Blocks:    json.RawMessage(form.Get("blocks")),
		Metadata:  json.RawMessage(form.Get("metadata")),

		UnfurlLinks: optional(form, "unfurl_links"),
		UnfurlMedia: optional(form, "unfurl_media"),

		Filename:  form.Get("filename"),
		ChannelID: form.Get("channel_id"),

		Oldest:      form.Get("oldest"),
		Latest:      form.Get("latest"),
		Inclusive:   isTrue(form.Get("inclusive")),
		Cursor:      form.Get("cursor"),
		AllMetadata: isTrue(form.Get("include_all_metadata")),
	}
	// What cannot be read is missing, which the method says.
	p.Length, _ = strconv.Atoi(form.Get("length"))
	p.Limit, _ = strconv.Atoi(form.Get("limit"))
	_ = json.Unmarshal([]byte(form.Get("files")), &p.Files)
	return p
}

// optional is nil where the argument is not given.
func optional(form url.Values, name string) *bool {
	if !form.Has(name) {
		return nil
	}
	given := isTrue(form.Get(name))
	return &given
}

func isTrue(argument string) bool { return argument == "true" || argument == "1" }
