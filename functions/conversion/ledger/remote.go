package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// remote keeps the ledger in Redis. What a call changes is read, worked out, and
// written by a script that does nothing where any of it was changed meanwhile: then
// the call begins again. So rules of counting are in package window alone.
//
// The keys begin with the store's prefix without its last colon, so that a state
// that is moved aside does not take them along, and share its hash tag. They all
// expire. What Redis loses or evicts is as if it had never come.
type remote struct {
	store.Remote
	store  store.Store
	config Config
	prefix string
}

var _ engine = (*remote)(nil)

func newRemote(r store.Remote, s store.Store, c Config) *remote {
	return &remote{Remote: r, store: s, config: c, prefix: strings.TrimSuffix(r.Prefix, ":") + "ledger:"}
}

func (r *remote) otpKey(key otpKey) string { return r.prefix + "o:" + string(key[:]) }

// windowKey is a hash: the fields of a record, by their names in JSON, and once the
// window has closed its groups. Until then those are two hashes, by group.
func (r *remote) windowKey(s window.Span) string { return r.prefix + "w:" + member(s) }

func (r *remote) requestedKey(s window.Span) string { return r.prefix + "r:" + member(s) }

func (r *remote) verifiedKey(s window.Span) string { return r.prefix + "v:" + member(s) }

func (r *remote) hourKey(unix int64) string { return r.prefix + "h:" + strconv.FormatInt(unix, 10) }

// indexKey is a sorted set of windows: those of a status, by when they close or
// else end.
func (r *remote) indexKey(s window.Status) string { return r.prefix + string(s) }

// startsKey is a sorted set of all windows, by their start.
func (r *remote) startsKey() string { return r.prefix + "starts" }

// indexed are the statuses that have an index.
var indexed = []window.Status{window.Open, window.Waiting, window.Dead}

func member(s window.Span) string {
	return strconv.FormatInt(s.Start, 10) + "+" + strconv.FormatInt(s.Seconds, 10)
}

func spanOf(member string) (s window.Span, err error) {
	start, length, _ := strings.Cut(member, "+")
	var err2 error
	s.Start, err = strconv.ParseInt(start, 10, 64)
	s.Seconds, err2 = strconv.ParseInt(length, 10, 64)
	if err := errors.Join(err, err2); err != nil {
		return s, fmt.Errorf("a window in Redis: %w", err)
	}
	return s, nil
}

// groupField is a group's field: its two names, or an asterisk and the country for the
// rest.
func groupField(k window.Key) string {
	if k.Rest {
		return "*" + k.Country
	}
	return k.Country + "/" + k.Prefix
}

func groupOf(field string) window.Key {
	if country, ok := strings.CutPrefix(field, "*"); ok {
		return window.Key{Country: country, Rest: true}
	}
	country, prefix, _ := strings.Cut(field, "/")
	return window.Key{Country: country, Prefix: prefix}
}

// askTime returns the clock of the node that has the keys.
func (r *remote) askTime(ctx context.Context, c redis.Cmdable) *redis.Cmd {
	return c.Eval(ctx, `return redis.call('TIME')`, []string{r.startsKey()})
}

func readTime(answer *redis.Cmd) (time.Time, error) {
	parts, err := answer.Slice()
	if err != nil {
		return time.Time{}, err
	}
	var numbers [2]int64
	for i := range numbers {
		if len(parts) != len(numbers) {
			return time.Time{}, errors.New("the time of Redis is not two numbers")
		}
		if numbers[i], err = strconv.ParseInt(fmt.Sprint(parts[i]), 10, 64); err != nil {
			return time.Time{}, fmt.Errorf("the time of Redis: %w", err)
		}
	}
	return time.UnixMilli(numbers[0]*1000 + numbers[1]/1000).UTC(), nil
}

func (r *remote) now(ctx context.Context) (time.Time, error) {
	return readTime(r.askTime(ctx, r.Client))
}

// attempts bounds how often a call begins again. Of those that write at once, one
// gets through each time.
const attempts = 50

var errContended = errors.New("others write the same records all the time")

// repeat calls try until it has written, or was refused for another reason than
// that somebody else has written meanwhile.
func (r *remote) repeat(ctx context.Context, try func() (written bool, err error)) error {
	for range attempts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.Prepare(ctx); err != nil {
			return err
		}
		if written, err := try(); written || err != nil {
			return err
		}
		if err := r.Look(ctx); err != nil {
			return err
		}
	}
	return errContended
}

// warning looks at what Redis does when it is full, see
// https://redis.io/docs/latest/develop/reference/eviction/.
func (r *remote) warning(ctx context.Context) (string, error) {
	var node redis.Cmdable = r.Client
	if cluster, ok := r.Client.(*redis.ClusterClient); ok {
		master, err := cluster.MasterForKey(ctx, r.prefix)
		if err != nil {
			return "", err
		}
		node = master
	}
	info, err := node.Info(ctx, "memory").Result()
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(info) {
		policy, ok := strings.CutPrefix(strings.TrimSpace(line), "maxmemory_policy:")
		if ok && policy != "noeviction" {
			return "Redis may evict OTP events and windows when it is full: its maxmemory-policy is " + policy + ", set it to noeviction", nil
		}
	}
	return "", nil // some services do not say
}
