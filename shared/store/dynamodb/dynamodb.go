// Package dynamodb keeps a state's rows in a table of Amazon DynamoDB.
//
// The table has the string keys pk (partition) and sk (sort). Each row has a number v, its
// version, and bytes d; some have a number expires, the time to live in Unix seconds. The
// rights needed are BatchGetItem, Query, PutItem and DeleteItem on the table.
package dynamodb

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"signalbox/shared/store"
)

// Config says which table. All fields but SessionToken and Endpoint are required.
type Config struct {
	Table  string
	Region string
	// AccessKeyID and the others are what calls are signed with.
	AccessKeyID, SecretAccessKey, SessionToken string
	// Endpoint is where DynamoDB is found. Empty: in the region.
	Endpoint string
}

// connections are kept for as many calls as a store makes at the same time.
const connections = 64

// Table is a table of DynamoDB. It is safe for concurrent use.
type Table struct {
	name, region string
	calls        calls
	transport    *http.Transport
}

// calls are those of the client that are made. With the client itself in a Table the
// linker would keep its other fifty, 1.6 MB.
type calls struct {
	get   call[api.BatchGetItemInput, api.BatchGetItemOutput]
	query call[api.QueryInput, api.QueryOutput]
	put   call[api.PutItemInput, api.PutItemOutput]
	del   call[api.DeleteItemInput, api.DeleteItemOutput]
}

type call[In, Out any] func(context.Context, *In, ...func(*api.Options)) (*Out, error)

var _ store.Table = (*Table)(nil)

// Open returns the table that c describes. It does not connect.
func Open(c Config) *Table {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections,
	}
	options := api.Options{
		Region:      c.Region,
		Retryer:     aws.NopRetryer{}, // the store makes calls again
		HTTPClient:  &http.Client{Transport: transport, CheckRedirect: noRedirect},
		Credentials: aws.CredentialsProviderFunc(c.credentials),
	}
	if c.Endpoint != "" {
		options.BaseEndpoint = &c.Endpoint
	}
	client := api.New(options)
	return &Table{
		name: c.Table, region: c.Region, transport: transport,
		calls: calls{get: client.BatchGetItem, query: client.Query, put: client.PutItem, del: client.DeleteItem},
	}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (c Config) credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}, nil
}

// String names the table.
func (t *Table) String() string { return "DynamoDB, table " + t.name }

// Close closes the connections.
func (t *Table) Close() error {
	t.transport.CloseIdleConnections()
	return nil
}

// item is a row as DynamoDB has it.
type item = map[string]types.AttributeValue

func itemKey(k store.RowKey) item {
	return item{"pk": text(k.Partition), "sk": text(k.Sort)}
}

func text(s string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// row reads an item. One that somebody has changed by hand has a version and no data.
func row(i item) store.Row {
	r := store.Row{Version: 1}
	if s, ok := i["pk"].(*types.AttributeValueMemberS); ok {
		r.Partition = s.Value
	}
	if s, ok := i["sk"].(*types.AttributeValueMemberS); ok {
		r.Sort = s.Value
	}
	if n, ok := i["v"].(*types.AttributeValueMemberN); ok {
		if version, err := strconv.ParseInt(n.Value, 10, 64); err == nil && version > 0 {
			r.Version = version
		}
	}
	if b, ok := i["d"].(*types.AttributeValueMemberB); ok {
		r.Data = b.Value
	}
	return r
}

// Get is that of [store.Table], see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html.
func (t *Table) Get(ctx context.Context, keys []store.RowKey) ([]store.Row, error) {
	wanted := types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
	for _, key := range keys {
		wanted.Keys = append(wanted.Keys, itemKey(key))
	}
	found := make(map[store.RowKey]store.Row, len(keys))
	for len(wanted.Keys) > 0 {
		asked := len(wanted.Keys)
		out, err := t.calls.get(ctx, &api.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{t.name: wanted}})
		if err != nil {
			return nil, t.explain("BatchGetItem", err)
		}
		for _, i := range out.Responses[t.name] {
			r := row(i)
			found[r.RowKey] = r
		}
		wanted.Keys = out.UnprocessedKeys[t.name].Keys // it answers up to 16 MB
		if len(wanted.Keys) == asked {
			return nil, fmt.Errorf("BatchGetItem of %s read none of %d rows: %w", t.name, asked, store.ErrUnavailable)
		}
	}
	rows := make([]store.Row, len(keys))
	for at, key := range keys {
		rows[at] = found[key]
		rows[at].RowKey = key
	}
	return rows, nil
}

// List is that of [store.Table], see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html.
func (t *Table) List(ctx context.Context, partition, after string) (rows []store.Row, more bool, err error) {
	in := &api.QueryInput{
		TableName: &t.name, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": text(partition)},
	}
	if after != "" {
		in.KeyConditionExpression = aws.String("pk = :pk AND sk > :after")
		in.ExpressionAttributeValues[":after"] = text(after)
	}
	out, err := t.calls.query(ctx, in)
	if err != nil {
		return nil, false, t.explain("Query", err)
	}
	for _, i := range out.Items {
		rows = append(rows, row(i))
	}
	return rows, len(out.LastEvaluatedKey) > 0, nil
}

// Put is that of [store.Table], see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html.
func (t *Table) Put(ctx context.Context, r store.Row) error {
	put := itemKey(r.RowKey)
	put["v"], put["d"] = number(r.Version), &types.AttributeValueMemberB{Value: r.Data}
	if !r.Expires.IsZero() {
		put["expires"] = number(r.Expires.Unix())
	}
	_, err := t.calls.put(ctx, &api.PutItemInput{
		TableName: &t.name, Item: put,
		ConditionExpression:       aws.String("attribute_not_exists(v) OR v < :v"),
		ExpressionAttributeValues: item{":v": number(r.Version)},
	})
	return t.explain("PutItem", err)
}

// Delete is that of [store.Table], see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html.
func (t *Table) Delete(ctx context.Context, key store.RowKey, version int64) error {
	_, err := t.calls.del(ctx, &api.DeleteItemInput{
		TableName: &t.name, Key: itemKey(key),
		ConditionExpression:       aws.String("v = :v"),
		ExpressionAttributeValues: item{":v": number(version)},
	})
	if isCondition(err) {
		return nil
	}
	return t.explain("DeleteItem", err)
}
