//go:build dynalite

package e2e_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"testing"

	"signalbox/internal/dynalitetest"
	"signalbox/shared/store"
	"signalbox/shared/store/dynamodb"
)

var dynalite = flag.String("dynalite", "", "dynalite's cli.js")

func inDynamoDB(t *testing.T, server *dynalitetest.Server) *outside {
	t.Helper()
	c := server.NewTable(t)
	target, err := url.Parse(c.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	open := func(url string) store.Table {
		c.Endpoint = url
		return dynamodb.Open(c)
	}
	return inTable(t, whole(httputil.NewSingleHostReverseProxy(target)), open, func(url string) []string {
		return []string{
			"SIGNALBOX_STATE_TABLE=dynamodb:" + c.Table, "AWS_ENDPOINT_URL_DYNAMODB=" + url, "AWS_REGION=" + c.Region,
			"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey,
		}
	})
}

// whole passes on requests that have come whole, and lets no caller hang up: dynalite ends
// where one does.
func whole(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the caller was killed
		}
		r = r.WithContext(context.WithoutCancel(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	}
}

// TestKilledSweepsInDynamoDB is TestKilledSweeps with the state in dynalite, and some of
// the kills at calls to it.
func TestKilledSweepsInDynamoDB(t *testing.T) {
	t.Parallel()
	server := dynalitetest.Start(t, *dynalite)
	killedSweeps(t, inDynamoDB(t, server), inDynamoDB(t, server))
}
