package dynamodb_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"signalbox/shared/store"
	"signalbox/shared/store/dynamodb"
)

// The contract is tested against dynalite, in internal/dynalitetest.

func open(t *testing.T, h http.Handler) *dynamodb.Table {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return dynamodb.Open(dynamodb.Config{
		Table: "state", Region: "eu-west-1", Endpoint: server.URL,
		AccessKeyID: "id", SecretAccessKey: "secret-sealed", SessionToken: "token-sealed",
	})
}

// failing answers with an error as DynamoDB does, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html.
func failing(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"` + message + `"}`))
	}
}

func calls(t *testing.T, table store.Table) map[string]error {
	t.Helper()
	row := store.Row{RowKey: store.RowKey{Partition: "p", Sort: "s"}, Version: 1, Data: []byte("1")}
	_, getErr := table.Get(t.Context(), []store.RowKey{row.RowKey})
	_, _, listErr := table.List(t.Context(), "p", "")
	return map[string]error{
		"BatchGetItem of state": getErr, "Query of state": listErr,
		"PutItem of state": table.Put(t.Context(), row), "DeleteItem of state": table.Delete(t.Context(), row.RowKey, 1),
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	// What was signed is repeated where the signature is wrong.
	echo := "The Canonical String should have been 'x-amz-security-token:token-sealed'"
	tests := []struct {
		name, want  string
		unavailable bool
		handler     http.Handler
	}{
		{"throttled", "ProvisionedThroughputExceededException", true, failing(400, "ProvisionedThroughputExceededException", "slow down")},
		{"throttled, on demand", "ThrottlingException", true, failing(400, "ThrottlingException", "slow down")},
		{"server", "InternalServerError", true, failing(500, "InternalServerError", "it is us")},
		{"proxy", "", true, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })},
		{"hangs up", "", true, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })},
		{"no such table", "no such table in the region eu-west-1", false, failing(400, "ResourceNotFoundException", "Requested resource not found")},
		{"signature", "the secret does not belong", false, failing(400, "InvalidSignatureException", echo)},
		{"denied", "not authorized", false, failing(400, "AccessDeniedException", "User is not authorized")},
		{"expired", "ExpiredTokenException", false, failing(400, "ExpiredTokenException", "The security token is expired")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for call, err := range calls(t, open(t, test.handler)) {
				switch {
				case err == nil, errors.Is(err, store.ErrUnavailable) != test.unavailable, errors.Is(err, store.ErrNotNewer):
					t.Errorf("%s = %v, want an error, unavailable %t", call, err, test.unavailable)
				case !strings.HasPrefix(err.Error(), call), !strings.Contains(err.Error(), test.want), strings.Contains(err.Error(), "sealed"):
					t.Errorf("%s = %v, want what was attempted and %q, and no secret", call, err, test.want)
				}
			}
		})
	}
}

func TestConditionFails(t *testing.T) {
	t.Parallel()
	table := open(t, failing(400, "ConditionalCheckFailedException", "The conditional request failed"))
	row := store.Row{RowKey: store.RowKey{Partition: "p", Sort: "s"}, Version: 1, Data: []byte("1")}
	if err := table.Put(t.Context(), row); !errors.Is(err, store.ErrNotNewer) {
		t.Errorf("Put = %v, want ErrNotNewer", err)
	}
	if err := table.Delete(t.Context(), row.RowKey, 1); err != nil {
		t.Errorf("Delete = %v, want nil", err)
	}
}

// TestNothingRead has an answer that leaves out all that was asked for.
func TestNothingRead(t *testing.T) {
	t.Parallel()
	table := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = w.Write([]byte(`{"Responses":{},"UnprocessedKeys":{"state":{"Keys":[{"pk":{"S":"p"},"sk":{"S":"s"}}]}}}`))
	}))
	if _, err := table.Get(t.Context(), []store.RowKey{{Partition: "p", Sort: "s"}}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("Get = %v, want ErrUnavailable", err)
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	table := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := table.Get(ctx, []store.RowKey{{Partition: "p", Sort: "s"}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Get = %v, want that its time is over", err)
	}
}
