// Package tablestore keeps a state's rows in a table of Alibaba Cloud Tablestore.
//
// The table has the string keys pk (partition) and sk (sort), one version of each column,
// and no time to live. Each row has an integer v, its version, and a binary d. The rights
// needed are ots:BatchGetRow, ots:GetRange, ots:PutRow and ots:DeleteRow on the table.
package tablestore

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	api "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"golang.org/x/sync/errgroup"

	"signalbox/shared/aliyun/credential"
	"signalbox/shared/store"
)

// Config says which table. All fields are required.
type Config struct {
	// Endpoint is that of the instance, such as
	// https://signalbox.ap-southeast-1.ots.aliyuncs.com.
	Endpoint string
	Instance string
	Table    string
	// Credentials sign calls. They are asked for each one, as a function's role changes
	// them.
	Credentials credential.Provider
}

// connections are kept for as many calls as a store makes at the same time.
const connections = 64

// Table is a table of Tablestore. It is safe for concurrent use.
type Table struct {
	config    Config
	transport *http.Transport
}

var _ store.Table = (*Table)(nil)

// Open returns the table that c describes. It does not connect.
func Open(c Config) *Table {
	return &Table{config: c, transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections,
	}}
}

// String names the table.
func (t *Table) String() string {
	return "Tablestore, table " + t.config.Table + " of " + t.config.Instance
}

// Close closes the connections.
func (t *Table) Close() error {
	t.transport.CloseIdleConnections()
	return nil
}

// call makes one call by a client of its own: the SDK's knows no context, and has one key
// pair. It panics where an answer lacks what it should have.
func (t *Table) call(ctx context.Context, action string, run func(c *api.TableStoreClient) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	keys, err := t.config.Credentials.Credentials(ctx)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", action, t.config.Table, err)
	}
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%s of %s: %w: its answer cannot be read: %v", action, t.config.Table, store.ErrUnavailable, problem)
		}
	}()
	config := api.NewDefaultTableStoreConfig()
	config.RetryTimes, config.HTTPTimeout.RequestTimeout = 0, 0 // the store makes calls again, and ctx ends
	config.Transport = within(ctx, t.transport)
	c := api.NewClientWithConfig(t.config.Endpoint, t.config.Instance, keys.AccessKeyID, keys.AccessKeySecret, keys.SecurityToken, config)
	return t.explain(ctx, action, run(c))
}

// maxAnswer bounds what is read of an answer, in bytes: one page of rows has 4 MB.
const maxAnswer = 64 << 20

// roundTrip is a function as a transport.
type roundTrip func(r *http.Request) (*http.Response, error)

// RoundTrip is that of [http.RoundTripper].
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// within has requests end with ctx, follow no redirect, and their answers be bounded.
func within(ctx context.Context, to http.RoundTripper) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		answer, err := to.RoundTrip(r.WithContext(ctx))
		if err != nil {
			return nil, err
		}
		if answer.StatusCode/100 == 3 {
			return nil, errors.Join(fmt.Errorf("answered with status %d", answer.StatusCode), answer.Body.Close())
		}
		answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
		return answer, nil
	}
}

func primaryKey(k store.RowKey) *api.PrimaryKey {
	key := new(api.PrimaryKey)
	key.AddPrimaryKeyColumn("pk", k.Partition)
	key.AddPrimaryKeyColumn("sk", k.Sort)
	return key
}

// row reads a row. One that somebody has changed by hand has a version and no data.
func row(key *api.PrimaryKey, columns []*api.AttributeColumn) store.Row {
	r := store.Row{Version: 1}
	for _, c := range key.PrimaryKeys {
		value, _ := c.Value.(string)
		switch c.ColumnName {
		case "pk":
			r.Partition = value
		case "sk":
			r.Sort = value
		}
	}
	for _, c := range columns {
		switch value := c.Value.(type) {
		case int64:
			if c.ColumnName == "v" && value > 0 {
				r.Version = value
			}
		case []byte:
			if c.ColumnName == "d" {
				r.Data = value
			}
		}
	}
	return r
}

// perCall is how many rows one call may ask for, so that its answer stays below 4 MB.
const perCall = 10

// Get is that of [store.Table], see
// https://www.alibabacloud.com/help/en/tablestore/developer-reference/batchgetrow.
func (t *Table) Get(ctx context.Context, keys []store.RowKey) ([]store.Row, error) {
	rows := make([]store.Row, len(keys))
	all, ctx := errgroup.WithContext(ctx)
	for from := 0; from < len(keys); from += perCall {
		some := rows[from:min(len(keys), from+perCall)]
		copyKeys(some, keys[from:])
		all.Go(func() error {
			return t.call(ctx, "BatchGetRow", func(c *api.TableStoreClient) error { return t.get(c, some) })
		})
	}
	return rows, all.Wait()
}

func copyKeys(rows []store.Row, keys []store.RowKey) {
	for i := range rows {
		rows[i].RowKey = keys[i]
	}
}

// get fills rows in, whose keys are there.
func (t *Table) get(c *api.TableStoreClient, rows []store.Row) error {
	criteria := &api.MultiRowQueryCriteria{TableName: t.config.Table, MaxVersion: 1}
	for _, r := range rows {
		criteria.AddRow(primaryKey(r.RowKey))
	}
	answer, err := c.BatchGetRow(&api.BatchGetRowRequest{MultiRowQueryCriteria: []*api.MultiRowQueryCriteria{criteria}})
	if err != nil {
		return err
	}
	results := answer.TableToRowsResult[t.config.Table]
	if len(results) != len(rows) {
		return fmt.Errorf("answered with %d rows of %d", len(results), len(rows))
	}
	for i, result := range results {
		if !result.IsSucceed {
			return &api.OtsError{Code: result.Error.Code, Message: result.Error.Message}
		}
		if len(result.PrimaryKey.PrimaryKeys) == 0 {
			continue
		}
		found := row(&result.PrimaryKey, result.Columns)
		if found.RowKey != rows[i].RowKey {
			return errors.New("answered with another row")
		}
		rows[i] = found
	}
	return nil
}

// List is that of [store.Table], see
// https://www.alibabacloud.com/help/en/tablestore/developer-reference/getrange.
func (t *Table) List(ctx context.Context, partition, after string) (rows []store.Row, more bool, err error) {
	start, end := new(api.PrimaryKey), new(api.PrimaryKey)
	start.AddPrimaryKeyColumn("pk", partition)
	end.AddPrimaryKeyColumn("pk", partition)
	end.AddPrimaryKeyColumnWithMaxValue("sk")
	if after == "" {
		start.AddPrimaryKeyColumnWithMinValue("sk")
	} else {
		start.AddPrimaryKeyColumn("sk", after) // which is answered, too
	}
	for start != nil && len(rows) == 0 {
		err = t.call(ctx, "GetRange", func(c *api.TableStoreClient) error {
			rows, start, err = t.list(c, start, end)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		if len(rows) > 0 && rows[0].Sort == after {
			rows = rows[1:]
		}
	}
	return rows, start != nil, nil
}

// list reads a page, and says where the next one begins, nil for none.
func (t *Table) list(c *api.TableStoreClient, start, end *api.PrimaryKey) (rows []store.Row, next *api.PrimaryKey, err error) {
	answer, err := c.GetRange(&api.GetRangeRequest{RangeRowQueryCriteria: &api.RangeRowQueryCriteria{
		TableName: t.config.Table, MaxVersion: 1, Direction: api.FORWARD, StartPrimaryKey: start, EndPrimaryKey: end,
	}})
	if err != nil {
		return nil, nil, err
	}
	for _, r := range answer.Rows {
		rows = append(rows, row(r.PrimaryKey, r.Columns))
	}
	return rows, answer.NextStartPrimaryKey, nil
}
