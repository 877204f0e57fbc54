//go:build !notablestore

package alerts

import (
	"signalbox/shared/store"
	"signalbox/shared/store/tablestore"
	"signalbox/shared/upstream"
)

func openTablestore(e Env) store.Table {
	where := e.Table.Where
	return tablestore.Open(tablestore.Config{
		Endpoint: where.Endpoint, Instance: where.Instance, Table: where.Name, Credentials: upstream.Credentials(e.Account),
	})
}
