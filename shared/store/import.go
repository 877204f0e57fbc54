package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNotEmpty says that a state has records, which an import would take the place of.
var ErrNotEmpty = errors.New("the state has records")

var errOvertaken = errors.New("another import into the same state has begun: this one has ended")

// importing begins the schema of a state while records are imported into it. Every batch
// requires the schema, so that nobody else writes meanwhile, and whoever comes is told.
const importing = "importing "

func isImporting(schema Record) bool { return strings.HasPrefix(string(schema.Value), importing) }

// Import puts the records of x into s, in place of those that are there if replace says so;
// otherwise it returns ErrNotEmpty where there are some. It returns ErrHeld while a run is
// under way. Where it is interrupted the state is damaged, see [DamagedError], until an
// import into it is done.
func Import(ctx context.Context, s Store, x Snapshot, replace bool) error {
	inner, ok := s.(*state)
	if !ok {
		return errForeign
	}
	i := &importer{into: inner, snapshot: x, replace: replace}
	if err := i.run(ctx); err != nil {
		return fmt.Errorf("import into the state in %s: %w", inner.where(), err)
	}
	return nil
}

// importer is one import.
type importer struct {
	into     *state
	snapshot Snapshot
	replace  bool

	found  Record // the schema before the import
	marker Record // the schema meanwhile, unlike that of any other import
}

func (i *importer) run(ctx context.Context) error {
	if err := i.fits(); err != nil {
		return err
	}
	if err := i.into.resetDamage(ctx); err != nil {
		return err
	}
	if err := i.look(ctx); err != nil {
		return err
	}
	if _, err := i.allowed(ctx); err != nil {
		return err
	}
	if err := i.begin(ctx); err != nil {
		return err
	}
	old, err := i.allowed(ctx) // once more, now that nobody else writes
	if err != nil {
		return errors.Join(err, i.end(ctx, i.found))
	}
	if err := i.write(ctx, i.changes(old)); err != nil {
		return fmt.Errorf("%w; start it again, until then the state counts as damaged", err)
	}
	return nil
}

// fits refuses a snapshot of another state, or of a newer form.
func (i *importer) fits() error {
	if i.snapshot.Namespace != i.into.namespace {
		return fmt.Errorf("the export is of %q, and this state is of %q", i.snapshot.Namespace, i.into.namespace)
	}
	if i.snapshot.Schema > i.into.newest() {
		return &SchemaError{Where: "the export", Found: i.snapshot.Schema, Known: i.into.newest()}
	}
	return nil
}

// look reads the schema.
func (i *importer) look(ctx context.Context) (err error) {
	i.found = schemaRecord(0)
	i.found.Value, err = i.into.engine.Get(ctx, i.found.Collection, i.found.Key)
	i.marker = i.found
	i.marker.Value = []byte(importing + rand.Text())
	return err
}

// allowed returns the records that are there, leases among them, and an error where they
// are not to be touched.
func (i *importer) allowed(ctx context.Context) ([]Record, error) {
	leases, err := i.into.engine.List(ctx, leaseCollection)
	if err != nil {
		return nil, err
	}
	if until := lastEnd(leases, time.Now()); !until.IsZero() {
		return nil, fmt.Errorf("%w until %s: stop what starts runs, and wait", ErrHeld, until.Format(time.RFC3339))
	}
	records, err := i.into.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	own := 0
	for _, r := range records {
		if !isSchema(r) {
			own++
		}
	}
	if own > 0 && !i.replace && !isImporting(i.found) {
		return nil, fmt.Errorf("%w: %d", ErrNotEmpty, own)
	}
	return append(records, leases...), nil
}

// longestLease is how far off the end of a lease may be. Some clock was wrong where it is
// further.
const longestLease = 24 * time.Hour

// lastEnd is when the last of the leases ends that has not ended, zero where all have.
func lastEnd(leases []Record, now time.Time) (last time.Time) {
	for _, r := range leases {
		until, err := time.Parse(time.RFC3339Nano, string(r.Value))
		isEnd := err == nil && strings.HasSuffix(r.Key, "/end")
		if isEnd && now.Before(until) && until.Before(now.Add(longestLease)) && until.After(last) {
			last = until
		}
	}
	return last
}

// begin keeps all others from writing.
func (i *importer) begin(ctx context.Context) error {
	err := i.into.engine.Apply(ctx, Batch{If: []Record{i.found}, Put: []Record{i.marker}})
	if errors.Is(err, ErrConflict) {
		return fmt.Errorf("%w: stop what uses it, and start the import again", ErrConflict)
	}
	return err
}

// end lets others in again, who find this schema.
func (i *importer) end(ctx context.Context, schema Record) error {
	return i.apply(ctx, []Record{schema})
}

func (i *importer) apply(ctx context.Context, records []Record) error {
	err := i.into.engine.Apply(ctx, Batch{If: []Record{i.marker}, Put: records})
	if errors.Is(err, ErrConflict) {
		return errOvertaken
	}
	return err
}

// changes are what makes the old records those of the snapshot. A lease goes too, so that a
// run that has been stopped since before the import cannot write after it.
func (i *importer) changes(old []Record) []Record {
	kept := make(map[recordKey]bool, len(i.snapshot.Records))
	for _, r := range i.snapshot.Records {
		kept[keyOf(r)] = true
	}
	var changes []Record
	for _, r := range old {
		if !kept[keyOf(r)] && !isSchema(r) {
			changes = append(changes, Record{Collection: r.Collection, Key: r.Key})
		}
	}
	return append(changes, i.snapshot.Records...)
}

// What one batch of an import has at most, unless one record alone is larger.
const (
	importRecords = 500
	importBytes   = 1 << 20
)

// write writes batch after batch, and then the schema of the snapshot.
func (i *importer) write(ctx context.Context, changes []Record) error {
	for len(changes) > 0 {
		n := fitting(changes)
		if err := i.apply(ctx, changes[:n]); err != nil {
			return err
		}
		changes = changes[n:]
	}
	return i.end(ctx, schemaRecord(i.snapshot.Schema))
}

// fitting is how many of the first records one batch has, at least one.
func fitting(records []Record) int {
	size := 0
	for n, r := range records[:min(len(records), importRecords)] {
		size += len(r.Collection) + len(r.Key) + len(r.Value)
		if size > importBytes {
			return max(1, n)
		}
	}
	return min(len(records), importRecords)
}
