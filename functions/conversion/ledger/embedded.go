package ledger

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

	bolt "go.etcd.io/bbolt"

	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// The buckets, after the store's prefix.
const (
	otpBucket    = "ledger/otps"    // otpKey -> encodeOTP
	windowBucket = "ledger/windows" // encodeSpan -> record
	groupBucket  = "ledger/groups"  // encodeSpan and group -> counts; of a closed window encodeSpan -> all
	indexBucket  = "ledger/index"   // status, time and encodeSpan -> nothing
	hourBucket   = "ledger/hours"   // Unix seconds -> groups
)

// embedded keeps the ledger in the bbolt file of the process.
type embedded struct {
	file    *store.File
	config  Config
	commits *commits
	// swept is after which OTP the next look for expired ones begins. It belongs to
	// who runs the file's transaction.
	swept []byte
}

var _ engine = (*embedded)(nil)

func newEmbedded(f *store.File, c Config) *embedded {
	e := &embedded{file: f, config: c}
	e.commits = newCommits(e.write)
	return e
}

// now is in milliseconds, as all times are kept.
func (e *embedded) now() time.Time { return e.config.Now().Truncate(time.Millisecond) }

func (e *embedded) warning(context.Context) (string, error) { return "", nil }

func (e *embedded) add(ctx context.Context, events []window.Event) ([]window.Outcome, error) {
	return e.commits.add(ctx, events)
}

// write writes jobs in one transaction.
func (e *embedded) write(ctx context.Context, jobs []*job) error {
	return e.file.Update(ctx, func(tx *bolt.Tx) error {
		t, err := e.begin(tx)
		if err != nil {
			return err
		}
		p := newPlan(e.config.Rules, e.now(), t)
		events := 0
		for _, j := range jobs {
			if j.outcomes, err = p.add(j.events); err != nil {
				return err
			}
			events += len(j.events)
		}
		if err := e.sweep(t, p.now, sweepFactor*events); err != nil {
			return err
		}
		return t.apply(p)
	})
}

// transaction is one of the ledger's in the file.
type transaction struct {
	embedded                               *embedded
	otps, windows, groupsOf, index, hourly *bolt.Bucket
	records                                map[window.Span]*record // that were read
}

var _ source = (*transaction)(nil)

// begin makes the buckets of a new ledger.
func (e *embedded) begin(tx *bolt.Tx) (*transaction, error) {
	t := &transaction{embedded: e, records: make(map[window.Span]*record)}
	for name, bucket := range t.buckets() {
		var err error
		if *bucket, err = tx.CreateBucketIfNotExists([]byte(e.file.Prefix() + name)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// read returns the ledger as it is, nil for a new one.
func (e *embedded) read(tx *bolt.Tx) *transaction {
	t := &transaction{embedded: e, records: make(map[window.Span]*record)}
	for name, bucket := range t.buckets() {
		if *bucket = tx.Bucket([]byte(e.file.Prefix() + name)); *bucket == nil {
			return nil
		}
	}
	return t
}

func (t *transaction) buckets() map[string]**bolt.Bucket {
	return map[string]**bolt.Bucket{
		otpBucket: &t.otps, windowBucket: &t.windows, groupBucket: &t.groupsOf, indexBucket: &t.index, hourBucket: &t.hourly,
	}
}

// record is a window without its groups. Times are Unix milliseconds.
type record struct {
	Closes     int64         `json:"closes"`
	Status     window.Status `json:"status"` // Open until it is closed
	Requested  int64         `json:"requested"`
	Verified   int64         `json:"verified"`
	Late       int64         `json:"late,omitempty"`
	Duplicate  int64         `json:"duplicate,omitempty"`
	Groups     int           `json:"groups,omitempty"` // while it is open
	ReportTime int64         `json:"reportTime,omitempty"`
	RequestID  string        `json:"requestId,omitempty"`
}

// record returns the record of a window, nil for none.
func (t *transaction) record(s window.Span) (*record, error) {
	if r, ok := t.records[s]; ok {
		return r, nil
	}
	key := encodeSpan(s)
	value := t.windows.Get(key)
	if value == nil {
		return nil, nil //nolint:nilnil // none is no error
	}
	r := new(record)
	if err := json.Unmarshal(value, r); err != nil {
		return nil, t.embedded.file.Damaged(windowBucket, key, value, "the record of a window is not JSON")
	}
	t.records[s] = r
	return r, nil
}

func (t *transaction) put(s window.Span, r *record) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	t.records[s] = r
	return t.windows.Put(encodeSpan(s), value)
}

// entry is a window's key in the index: its status, when it closes or else ends,
// and what it is.
func entry(s window.Span, r *record) []byte {
	at := r.Closes
	if r.Status != window.Open {
		at = s.To().UnixMilli()
	}
	return append(moment(r.Status, at), encodeSpan(s)...)
}

// moment is what the keys of a status begin with, up to a time.
func moment(s window.Status, unixMilli int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{s[0]}, uint64(unixMilli)) //nolint:gosec // after 1970
}

const momentSize = 9

// otp returns what is known of an OTP, see source.
func (t *transaction) otp(key otpKey) (window.OTP, error) {
	value := t.otps.Get(key[:])
	if expired(value, t.embedded.now()) {
		return window.OTP{}, nil
	}
	return decodeOTP(value), nil
}

// window returns what is known of a window, see source.
func (t *transaction) window(s window.Span) (window.State, int, error) {
	r, err := t.record(s)
	if r == nil || err != nil {
		return window.State{}, 0, err
	}
	return window.State{Exists: true, Closed: r.Status != window.Open, Closes: time.UnixMilli(r.Closes).UTC()}, r.Groups, nil
}

// hasGroup reports whether a window has a group, see source.
func (t *transaction) hasGroup(s window.Span, key window.Key) (bool, error) {
	return t.groupsOf.Get(groupKey(s, key)) != nil, nil
}
