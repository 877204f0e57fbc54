//go:build dynalite

package dynalitetest_test

import (
	"flag"
	"testing"

	"signalbox/internal/dynalitetest"
	"signalbox/shared/store"
	"signalbox/shared/store/dynamodb"
	"signalbox/shared/store/storetest"
)

var program = flag.String("dynalite", "", "dynalite's cli.js")

func TestTableContract(t *testing.T) {
	t.Parallel()
	server := dynalitetest.Start(t, *program)
	storetest.TableContract(t, func(t *testing.T) store.Table {
		t.Helper()
		return dynamodb.Open(server.NewTable(t))
	})
}

func TestContract(t *testing.T) {
	t.Parallel()
	server := dynalitetest.Start(t, *program)
	storetest.SlowContract(t, func(t *testing.T) store.Store {
		t.Helper()
		s, err := store.Open(store.Config{Table: dynamodb.Open(server.NewTable(t)), Account: "main"})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
