package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/store"
)

// TableContract tests what a store relies on of a table. open returns one, in which the
// partitions of other calls of open may be.
func TableContract(t *testing.T, open func(t *testing.T) store.Table) {
	t.Helper()
	tests := []struct {
		name string
		run  func(t *testing.T, table store.Table, partition string)
	}{
		{"versions", versions},
		{"racing puts", racingPuts},
		{"deletes", deletes},
		{"keys and data", keysAndData},
		{"pages", pages},
		{"large rows", largeRows},
		{"cancelled", cancelledTable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			table := open(t)
			t.Cleanup(func() { _ = table.Close() })
			test.run(t, table, strings.ReplaceAll(t.Name(), " ", "-"))
		})
	}
}

func tableRow(partition, sort string, version int64, data string) store.Row {
	return store.Row{RowKey: store.RowKey{Partition: partition, Sort: sort}, Version: version, Data: []byte(data)}
}

func wantRow(t *testing.T, table store.Table, want store.Row) {
	t.Helper()
	got, err := table.Get(t.Context(), []store.RowKey{want.RowKey})
	if err != nil {
		t.Fatalf("Get(%.100s) = %v", want.RowKey, err)
	}
	want.Expires = time.Time{}
	if diff := cmp.Diff([]store.Row{want}, got); diff != "" {
		t.Errorf("Get(%.100s) (-want +got):\n%.2000s", want.RowKey, diff)
	}
}

func versions(t *testing.T, table store.Table, partition string) {
	t.Helper()
	wantRow(t, table, store.Row{RowKey: store.RowKey{Partition: partition, Sort: "k"}})
	steps := []struct {
		version int64
		data    string
		want    error
	}{
		{5, "first", nil},
		{5, "same", store.ErrNotNewer},
		{4, "older", store.ErrNotNewer},
		{6, "newer", nil},
		{5, "older again", store.ErrNotNewer},
		{1 << 53, "much newer", nil},
		{1<<53 + 1, "newest", nil},
		{9, "old", store.ErrNotNewer},
	}
	var last store.Row
	for _, step := range steps {
		r := tableRow(partition, "k", step.version, step.data)
		if err := table.Put(t.Context(), r); !errors.Is(err, step.want) {
			t.Fatalf("Put of %s = %v, want %v", step.data, err, step.want)
		}
		if step.want == nil {
			last = r
		}
		wantRow(t, table, last)
	}
	expiring := tableRow(partition, "expiring", 1, "1")
	expiring.Expires = time.Now().Add(time.Hour)
	if err := table.Put(t.Context(), expiring); err != nil {
		t.Errorf("Put of a row that expires = %v", err)
	}
	wantRow(t, table, expiring)
}

func racingPuts(t *testing.T, table store.Table, partition string) {
	t.Helper()
	for version := range int64(5) {
		var won atomic.Int32
		race(func(i int) {
			switch err := table.Put(t.Context(), tableRow(partition, "k", version+1, strconv.Itoa(i))); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, store.ErrNotNewer) && !errors.Is(err, store.ErrUnavailable):
				t.Errorf("Put = %v, want ErrNotNewer", err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d of 20 have put version %d, want 1", won.Load(), version+1)
		}
	}
}

func deletes(t *testing.T, table store.Table, partition string) {
	t.Helper()
	r := tableRow(partition, "k", 5, "1")
	if err := table.Delete(t.Context(), r.RowKey, 5); err != nil {
		t.Errorf("Delete of no row = %v, want nil", err)
	}
	if err := table.Put(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, version := range []int64{4, 6} {
		if err := table.Delete(t.Context(), r.RowKey, version); err != nil {
			t.Errorf("Delete of another version = %v, want nil", err)
		}
		wantRow(t, table, r)
	}
	if err := table.Delete(t.Context(), r.RowKey, 5); err != nil {
		t.Errorf("Delete = %v, want nil", err)
	}
	wantRow(t, table, store.Row{RowKey: r.RowKey})
	older := tableRow(partition, "k", 1, "again")
	if err := table.Put(t.Context(), older); err != nil {
		t.Errorf("Put after the row was deleted = %v, want nil", err)
	}
}

func keysAndData(t *testing.T, table store.Table, partition string) {
	t.Helper()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, sort := range []string{"a/b#00001", "~%2F:._-", strings.Repeat("k", 1024)} {
		r := tableRow(partition, sort, 1, string(all))
		if err := table.Put(t.Context(), r); err != nil {
			t.Fatalf("Put of %.100s = %v", sort, err)
		}
		wantRow(t, table, r)
	}
	long := tableRow(partition+strings.Repeat("p", 1024-len(partition)), "k", 1, "1")
	if err := table.Put(t.Context(), long); err != nil {
		t.Fatalf("Put of a long partition = %v", err)
	}
	wantRow(t, table, long)
}

// listAll lists a partition page by page.
func listAll(t *testing.T, table store.Table, partition, after string) (rows []store.Row, pages int) {
	t.Helper()
	for more := true; more; pages++ {
		var page []store.Row
		var err error
		if page, more, err = table.List(t.Context(), partition, after); err != nil {
			t.Fatalf("List(%s, %.100s) = %v", partition, after, err)
		}
		if len(page) > 0 {
			after = page[len(page)-1].Sort
		}
		rows = append(rows, page...)
	}
	return rows, pages
}

func pages(t *testing.T, table store.Table, partition string) {
	t.Helper()
	if rows, _ := listAll(t, table, partition, ""); len(rows) != 0 {
		t.Errorf("List of nothing = %d rows", len(rows))
	}
	var want []store.Row
	for i := range 300 {
		want = append(want, tableRow(partition, fmt.Sprintf("%04d", i), 1, strings.Repeat("v", 10)))
	}
	var all sync.WaitGroup
	for _, r := range append(want[1:len(want):len(want)], want[0], tableRow(partition+"a", "0000", 1, "other"), tableRow(partition[:len(partition)-1], "0000", 1, "other")) {
		all.Go(func() {
			if err := table.Put(t.Context(), r); err != nil {
				t.Errorf("Put = %v", err)
			}
		})
	}
	all.Wait()
	got, _ := listAll(t, table, partition, "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("List (-want +got):\n%.2000s", diff)
	}
	for _, after := range []string{"0049", "00490", "0298", "0299", "9"} {
		got, _ := listAll(t, table, partition, after)
		first := len(want)
		for i, r := range want {
			if r.Sort > after {
				first = i
				break
			}
		}
		if len(got) != len(want)-first {
			t.Errorf("List after %s = %d rows, want %d", after, len(got), len(want)-first)
		}
	}
}

// largeRows are more than one answer takes.
func largeRows(t *testing.T, table store.Table, partition string) {
	t.Helper()
	count := 48
	if testing.Short() {
		count = 16 // which is still more than one page
	}
	var keys []store.RowKey
	data := bytes.Repeat([]byte{0xA5}, store.MaxRowData)
	for i := range count {
		r := tableRow(partition, fmt.Sprintf("%04d", i), 1, "")
		r.Data = data
		if err := table.Put(t.Context(), r); err != nil {
			t.Fatalf("Put of a row of %d bytes = %v", len(data), err)
		}
		keys = append(keys, r.RowKey)
	}
	keys = append(keys, store.RowKey{Partition: partition, Sort: "none"})
	got, err := table.Get(t.Context(), keys)
	if err != nil || len(got) != len(keys) {
		t.Fatalf("Get of %d rows = %d, %v", len(keys), len(got), err)
	}
	listed, n := listAll(t, table, partition, "")
	if len(listed) != count || n < 2 && !strings.Contains(table.String(), "fake") {
		t.Errorf("List = %d rows in %d pages, want %d in several", len(listed), n, count)
	}
	for i, r := range append(got[:count:count], listed...) {
		if r.Version != 1 || r.RowKey != keys[i%count] || !bytes.Equal(r.Data, data) {
			t.Fatalf("row %d is %s of version %d with %d bytes", i, r.RowKey, r.Version, len(r.Data))
		}
	}
	if got[count].Version != 0 {
		t.Errorf("the row that is not there has version %d", got[count].Version)
	}
}

func cancelledTable(t *testing.T, table store.Table, partition string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := tableRow(partition, "k", 1, "1")
	_, getErr := table.Get(ctx, []store.RowKey{r.RowKey})
	_, _, listErr := table.List(ctx, partition, "")
	for call, err := range map[string]error{"Get": getErr, "List": listErr, "Put": table.Put(ctx, r), "Delete": table.Delete(ctx, r.RowKey, 1)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context = %v, want context.Canceled", call, err)
		}
	}
	wantRow(t, table, store.Row{RowKey: r.RowKey})
}
