package tablestore_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/aliyun/credential"
	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
	"signalbox/shared/store/tablestore"
	"signalbox/shared/store/tablestore/tablestoretest"
)

const (
	secret = "secret-sealed"
	token  = "token-sealed"
)

func options() tablestoretest.Options {
	return tablestoretest.Options{Instance: "signalbox", Table: "state", AccessKeyID: "id", AccessKeySecret: secret, SecurityToken: token}
}

var keys = credential.Credentials{AccessKeyID: "id", AccessKeySecret: secret, SecurityToken: token}

// serve starts a fake and says where it is.
func serve(t *testing.T, h http.Handler) tablestore.Config {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return tablestore.Config{Endpoint: server.URL, Instance: "signalbox", Table: "state", Credentials: keys}
}

// modes are both ways in which a condition may be understood where there is no row.
func modes() map[string]tablestoretest.Options {
	strict := options()
	strict.Strict = true
	return map[string]tablestoretest.Options{"as documented": options(), "strict": strict}
}

func TestTableContract(t *testing.T) {
	t.Parallel()
	for name, o := range modes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.TableContract(t, func(t *testing.T) store.Table {
				t.Helper()
				return tablestore.Open(serve(t, tablestoretest.New(o)))
			})
		})
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.SlowContract(t, func(t *testing.T) store.Store {
		t.Helper()
		s, err := store.Open(store.Config{Table: tablestore.Open(serve(t, tablestoretest.New(options()))), Account: "main"})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// TestInvocation has each invocation bring credentials of its own.
func TestInvocation(t *testing.T) {
	t.Parallel()
	c := serve(t, tablestoretest.New(options()))
	c.Credentials = credential.Invocation{}
	table := tablestore.Open(c)
	row := []store.RowKey{{Partition: "p", Sort: "s"}}
	if _, err := table.Get(t.Context(), row); !errors.Is(err, credential.ErrMissing) {
		t.Errorf("Get without credentials = %v, want ErrMissing", err)
	}
	if _, err := table.Get(credential.NewContext(t.Context(), keys), row); err != nil {
		t.Errorf("Get with the invocation's = %v, want nil", err)
	}
}

func calls(t *testing.T, table store.Table) map[string]error {
	t.Helper()
	row := store.Row{RowKey: store.RowKey{Partition: "p", Sort: "s"}, Version: 1, Data: []byte("1")}
	_, getErr := table.Get(t.Context(), []store.RowKey{row.RowKey})
	_, _, listErr := table.List(t.Context(), "p", "")
	return map[string]error{
		"BatchGetRow of state": getErr, "GetRange of state": listErr,
		"PutRow of state": table.Put(t.Context(), row), "DeleteRow of state": table.Delete(t.Context(), row.RowKey, 1),
	}
}

// TestErrors has calls fail: what passes is told from what somebody has to mend, and no
// secret is told.
func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want  string
		unavailable bool
		handler     func() http.Handler
		change      func(c *tablestore.Config)
	}{
		{name: "throttled", want: "OTSNotEnoughCapacityUnit", unavailable: true, handler: faulty("OTSNotEnoughCapacityUnit")},
		{name: "busy", want: "OTSServerBusy", unavailable: true, handler: faulty("OTSServerBusy")},
		{name: "unknown, of a server", want: "OTSSomething", unavailable: true, handler: faulty("OTSSomething")},
		{name: "no such table", want: "OTSObjectNotExist", change: func(c *tablestore.Config) { c.Table = "state2" }},
		{name: "wrong secret", want: "Signature mismatch", change: func(c *tablestore.Config) {
			c.Credentials = credential.Credentials{AccessKeyID: "id", AccessKeySecret: secret + "2", SecurityToken: token}
		}},
		{name: "wrong instance", want: "instance", change: func(c *tablestore.Config) { c.Instance = "other" }},
		{name: "nobody listens", want: "connect", unavailable: true, change: func(c *tablestore.Config) { c.Endpoint = "http://127.0.0.1:1" }},
		{name: "not protobuf", want: "OTSServerUnavailable", unavailable: true, handler: answering(http.StatusBadGateway, strings.Repeat("<html>", 1000))},
		{name: "a lie", want: "", unavailable: true, handler: answering(http.StatusOK, "text")},
		{name: "nothing", want: "", unavailable: true, handler: answering(http.StatusOK, "")},
		{name: "redirected", want: "307", unavailable: true, handler: answering(http.StatusTemporaryRedirect, "")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var handler http.Handler = tablestoretest.New(options())
			if test.handler != nil {
				handler = test.handler()
			}
			c := serve(t, handler)
			if test.change != nil {
				test.change(&c)
			}
			for call, err := range calls(t, tablestore.Open(c)) {
				call = strings.Replace(call, "state", c.Table, 1)
				switch {
				case err == nil, errors.Is(err, store.ErrUnavailable) != test.unavailable, errors.Is(err, store.ErrNotNewer):
					t.Errorf("%s = %v, want an error, unavailable %t", call, err, test.unavailable)
				case !strings.HasPrefix(err.Error(), call), !strings.Contains(err.Error(), test.want), len(err.Error()) > 600:
					t.Errorf("%s = %v, want what was attempted and %q", call, err, test.want)
				case strings.Contains(err.Error(), "sealed"):
					t.Errorf("%s = %v, with a secret", call, err)
				}
			}
		})
	}
}

func faulty(code string) func() http.Handler {
	return func() http.Handler {
		o := options()
		o.Fault = func(string) (string, bool) { return code, false }
		return tablestoretest.New(o)
	}
}

func answering(status int, body string) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		})
	}
}

// TestLostAnswers has a store make calls again whose work was done, or not.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	o := options()
	var n atomic.Int32
	o.Fault = func(string) (string, bool) {
		if i := n.Add(1); i%4 == 0 {
			return "OTSTimeout", i%8 == 0
		}
		return "", false
	}
	s, err := store.Open(store.Config{Table: tablestore.Open(serve(t, tablestoretest.New(o)))})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		old := store.Record{Collection: "c", Key: "k"}
		if i > 0 {
			old.Value = []byte{byte(i)}
		}
		next := store.Record{Collection: "c", Key: "k", Value: []byte{byte(i + 1)}}
		if err := s.Apply(t.Context(), store.Batch{If: []store.Record{old}, Put: []store.Record{next}}); err != nil {
			t.Fatalf("Apply of batch %d = %v, want nil", i, err)
		}
	}
}

// TestDeadline has a server that never answers.
func TestDeadline(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	c := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := tablestore.Open(c).Get(ctx, []store.RowKey{{Partition: "p", Sort: "s"}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Get = %v, want that its time is over", err)
	}
}
