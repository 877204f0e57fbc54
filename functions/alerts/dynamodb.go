//go:build !nodynamodb

package alerts

import (
	"signalbox/shared/store"
	"signalbox/shared/store/dynamodb"
)

func openDynamoDB(e Env) store.Table {
	return dynamodb.Open(dynamodb.Config{
		Table: e.Table.Where.Name, Region: e.Table.Region, AccessKeyID: e.Table.AccessKeyID,
		SecretAccessKey: string(e.Table.SecretAccessKey), SessionToken: string(e.Table.SessionToken),
		Endpoint: string(e.Table.Endpoint),
	})
}
