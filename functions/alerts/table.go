package alerts

import (
	"signalbox/shared/config"
	"signalbox/shared/store"
	"signalbox/shared/store/dynamodb"
	"signalbox/shared/store/tablestore"
	"signalbox/shared/upstream"
)

// table is the table that state is kept in, nil for none. It does not connect.
func (e Env) table() store.Table {
	switch where := e.Table.Where; where.Database {
	case config.DynamoDB:
		return dynamodb.Open(dynamodb.Config{
			Table: where.Name, Region: e.Table.Region, AccessKeyID: e.Table.AccessKeyID,
			SecretAccessKey: string(e.Table.SecretAccessKey), SessionToken: string(e.Table.SessionToken),
			Endpoint: string(e.Table.Endpoint),
		})
	case config.Tablestore:
		return tablestore.Open(tablestore.Config{
			Endpoint: where.Endpoint, Instance: where.Instance, Table: where.Name, Credentials: upstream.Credentials(e.Account),
		})
	default:
		return nil
	}
}
