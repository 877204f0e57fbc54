package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"signalbox/shared/aliyun/credential"
	"signalbox/shared/store"
	"signalbox/shared/store/tablestore"
	"signalbox/shared/store/tablestore/tablestoretest"
)

// inTable has the state in the table that database serves: open opens it, and env names
// it, both by the address at which it is served.
func inTable(t *testing.T, database http.Handler, open func(url string) store.Table, env func(url string) []string) *outside {
	t.Helper()
	o := newOutside(t, 160)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.tableCalls.Add(1)
		o.passTable()
		database.ServeHTTP(w, r)
		o.passTable()
	}))
	t.Cleanup(server.Close)
	o.env = append(o.env, append(env(server.URL), "SIGNALBOX_STATE_FILE=")...)
	o.stateConfig = func() store.Config {
		return store.Config{Table: open(server.URL), Account: "main", Namespace: "alerts"}
	}
	return o
}

func (o *outside) passTable() {
	if moment := o.tableMoment.Load(); moment != nil {
		(*moment)()
	}
}

func inTablestore(t *testing.T) *outside {
	t.Helper()
	fake := tablestoretest.New(tablestoretest.Options{
		Instance: "127", Table: "state", AccessKeyID: "testid", AccessKeySecret: "testsecret",
	})
	open := func(url string) store.Table {
		return tablestore.Open(tablestore.Config{
			Endpoint: url, Instance: "127", Table: "state",
			Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		})
	}
	return inTable(t, fake, open, func(url string) []string { return []string{"SIGNALBOX_STATE_TABLE=tablestore:" + url + "/state"} })
}

// TestKilledSweepsInTable is TestKilledSweeps with the state in Tablestore, and some of
// the kills at calls to it.
func TestKilledSweepsInTable(t *testing.T) {
	t.Parallel()
	killedSweeps(t, inTablestore(t), inTablestore(t))
}
