package tablestore

import (
	"context"
	"errors"

	api "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"signalbox/shared/store"
)

// Put is that of [store.Table], see
// https://www.alibabacloud.com/help/en/tablestore/developer-reference/putrow.
//
// The vendor does not say whether a condition on a column that may be missing holds where
// the whole row is. So what is refused is put once more where there is no row, and then as
// before, in case another has just put one.
func (t *Table) Put(ctx context.Context, r store.Row) error {
	err := t.put(ctx, r, older(r.Version))
	if !errors.Is(err, store.ErrNotNewer) {
		return err
	}
	if err = t.put(ctx, r, &api.RowCondition{RowExistenceExpectation: api.RowExistenceExpectation_EXPECT_NOT_EXIST}); !errors.Is(err, store.ErrNotNewer) {
		return err
	}
	return t.put(ctx, r, older(r.Version))
}

func (t *Table) put(ctx context.Context, r store.Row, condition *api.RowCondition) error {
	change := &api.PutRowChange{TableName: t.config.Table, PrimaryKey: primaryKey(r.RowKey), Condition: condition}
	change.AddColumn("v", r.Version)
	change.AddColumn("d", r.Data)
	return t.call(ctx, "PutRow", func(c *api.TableStoreClient) error {
		_, err := c.PutRow(&api.PutRowRequest{PutRowChange: change})
		return err
	})
}

// older holds where the row has a lower version, or none.
func older(version int64) *api.RowCondition {
	condition := api.NewSingleColumnCondition("v", api.CT_LESS_THAN, version)
	condition.FilterIfMissing, condition.LatestVersionOnly = false, true
	return &api.RowCondition{RowExistenceExpectation: api.RowExistenceExpectation_IGNORE, ColumnCondition: condition}
}

// Delete is that of [store.Table], see
// https://www.alibabacloud.com/help/en/tablestore/developer-reference/deleterow.
func (t *Table) Delete(ctx context.Context, key store.RowKey, version int64) error {
	condition := api.NewSingleColumnCondition("v", api.CT_EQUAL, version)
	condition.FilterIfMissing, condition.LatestVersionOnly = true, true
	change := &api.DeleteRowChange{TableName: t.config.Table, PrimaryKey: primaryKey(key), Condition: &api.RowCondition{
		RowExistenceExpectation: api.RowExistenceExpectation_EXPECT_EXIST, ColumnCondition: condition,
	}}
	err := t.call(ctx, "DeleteRow", func(c *api.TableStoreClient) error {
		_, err := c.DeleteRow(&api.DeleteRowRequest{DeleteRowChange: change})
		return err
	})
	if errors.Is(err, store.ErrNotNewer) { // the condition, here
		return nil
	}
	return err
}
