//go:build dynalite

package e2e_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"maps"
	"net/http"
	"testing"

	"signalbox/internal/dynalitetest"
	"signalbox/shared/store"
	"signalbox/shared/store/dynamodb"
)

var dynalite = flag.String("dynalite", "", "dynalite's cli.js")

func inDynamoDB(t *testing.T, server *dynalitetest.Server) *outside {
	t.Helper()
	c := server.NewTable(t)
	database := whole(t, c.Endpoint)
	open := func(url string) store.Table {
		c.Endpoint = url
		return dynamodb.Open(c)
	}
	return inTable(t, database, open, func(url string) []string {
		return []string{
			"SIGNALBOX_STATE_TABLE=dynamodb:" + c.Table, "AWS_ENDPOINT_URL_DYNAMODB=" + url, "AWS_REGION=" + c.Region,
			"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey,
		}
	})
}

// whole passes on requests that have come whole, and takes their answers whole, whoever has
// hung up since: dynalite ends where somebody does.
func whole(t *testing.T, endpoint string) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the caller was killed
		}
		request, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, endpoint, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		request.Header = r.Header
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		if body, err = io.ReadAll(answer.Body); err != nil {
			t.Error(err)
		}
		maps.Copy(w.Header(), answer.Header)
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(body) // unless the caller was killed
	}
}

// TestKilledSweepsInDynamoDB is TestKilledSweeps with the state in dynalite, and some of
// the kills at calls to it.
func TestKilledSweepsInDynamoDB(t *testing.T) {
	t.Parallel()
	server := dynalitetest.Start(t, *dynalite)
	killedSweeps(t, inDynamoDB(t, server), inDynamoDB(t, server))
}
