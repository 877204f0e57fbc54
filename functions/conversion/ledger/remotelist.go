package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/window"
)

// windowFields is a window as it is in Redis. Without fields there is none.
type windowFields struct {
	fields map[string]string
	record record
	groups []window.Group
}

// question is a window that was asked for.
type question struct{ fields, requested, verified *redis.MapStringStringCmd }

func (r *remote) ask(ctx context.Context, c redis.Cmdable, span window.Span) question {
	return question{
		fields:    c.HGetAll(ctx, r.windowKey(span)),
		requested: c.HGetAll(ctx, r.requestedKey(span)),
		verified:  c.HGetAll(ctx, r.verifiedKey(span)),
	}
}

func (r *remote) read(ctx context.Context, span window.Span) (windowFields, error) {
	pipe := r.Client.Pipeline()
	asked := r.ask(ctx, pipe, span)
	_, _ = pipe.Exec(ctx) // each command has its error
	return r.answered(span, asked)
}

func (r *remote) answered(span window.Span, asked question) (found windowFields, err error) {
	err = cmp.Or(
		damageOf(r.windowKey(span), asked.fields.Err()),
		damageOf(r.requestedKey(span), asked.requested.Err()),
		damageOf(r.verifiedKey(span), asked.verified.Err()),
	)
	found.fields = asked.fields.Val()
	if err != nil || len(found.fields) == 0 {
		return found, err
	}
	if found.record, err = windowRecord(r.windowKey(span), found.fields); err != nil {
		return found, err
	}
	if encoded, ok := found.fields["groups"]; ok {
		return found, r.decode(r.windowKey(span), encoded, &found.groups)
	}
	found.groups, err = r.openGroups(span, asked)
	return found, err
}

// openGroups are the groups of a window that has not closed.
func (r *remote) openGroups(span window.Span, asked question) ([]window.Group, error) {
	counts := make(map[window.Key]window.Counts)
	for field := range asked.requested.Val() {
		n, err := fieldNumber(r.requestedKey(span), asked.requested.Val(), field)
		if err != nil {
			return nil, err
		}
		counts[groupOf(field)] = window.Counts{Requested: n}
	}
	for field := range asked.verified.Val() {
		n, err := fieldNumber(r.verifiedKey(span), asked.verified.Val(), field)
		if err != nil {
			return nil, err
		}
		counts[groupOf(field)] = counts[groupOf(field)].Add(window.Counts{Verified: n})
	}
	var groups []window.Group
	for key := range maps.Keys(counts) {
		groups = append(groups, window.Group{Key: key, Counts: counts[key]})
	}
	return window.Merge(groups), nil
}

func (r *remote) decode(key, value string, groups *[]window.Group) error {
	if json.Unmarshal([]byte(value), groups) != nil {
		return &keyError{key, "its groups are not JSON"}
	}
	return nil
}

// perRead bounds the windows that are read in one round trip.
const perRead = 200

// list returns the windows of names that are there, the names of those that are not,
// and an error for those that are damaged.
func (r *remote) list(ctx context.Context, names []string) (found []window.Window, expired []any, err error) {
	pipe := r.Client.Pipeline()
	now := r.askTime(ctx, pipe)
	spans, asked := make([]window.Span, len(names)), make([]question, len(names))
	for i, name := range names {
		if spans[i], err = spanOf(name); err != nil {
			return nil, nil, err
		}
		asked[i] = r.ask(ctx, pipe, spans[i])
	}
	_, _ = pipe.Exec(ctx) // each command has its error
	at, err := readTime(now)
	if err != nil {
		return nil, nil, err
	}
	for i, span := range spans {
		fields, damage := r.answered(span, asked[i])
		err = errors.Join(err, damage)
		switch {
		case damage != nil:
		case len(fields.fields) == 0:
			expired = append(expired, names[i])
		default:
			found = append(found, fields.record.view(span, fields.groups, at))
		}
	}
	return found, expired, err
}

// listAll does as list, for any number of names.
func (r *remote) listAll(ctx context.Context, names []string) (found []window.Window, expired []any, err error) {
	for some := range slices.Chunk(names, perRead) {
		windows, missing, damage := r.list(ctx, some)
		found, expired, err = append(found, windows...), append(expired, missing...), errors.Join(err, damage)
		if ctx.Err() != nil {
			break
		}
	}
	return found, expired, err
}

func (r *remote) windows(ctx context.Context, from, to time.Time) ([]window.Window, error) {
	first, end := seconds(ceilSecond(from)), seconds(ceilSecond(to))
	names, err := r.Client.ZRangeByScore(ctx, r.startsKey(), &redis.ZRangeBy{
		Min: strconv.FormatUint(uint64(first), 10), Max: "(" + strconv.FormatUint(uint64(end), 10),
	}).Result()
	if err != nil {
		return nil, err
	}
	found, _, err := r.listAll(ctx, names)
	return found, err
}

// ceilSecond is in Unix seconds.
func ceilSecond(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// oldest takes windows off the list that have expired.
func (r *remote) oldest(ctx context.Context, s window.Status, limit int) ([]window.Window, error) {
	for {
		names, err := r.Client.ZRange(ctx, r.indexKey(s), 0, int64(limit)-1).Result()
		if err != nil {
			return nil, err
		}
		found, expired, err := r.listAll(ctx, names)
		if len(expired) == 0 {
			return found, err
		}
		if remErr := r.Client.ZRem(ctx, r.indexKey(s), expired...).Err(); remErr != nil {
			return found, errors.Join(err, remErr)
		}
	}
}

func (r *remote) waiting(ctx context.Context) (int, error) {
	n, err := r.Client.ZCard(ctx, r.indexKey(window.Waiting)).Result()
	return int(n), err
}

func (r *remote) hours(ctx context.Context, from, to time.Time) (found []window.Hour, err error) {
	now, err := r.now(ctx)
	if err != nil {
		return nil, err
	}
	begin, end := now.Add(-hoursKept-24*time.Hour), now.Add(time.Hour)
	if from.After(begin) {
		begin = from
	}
	if to.Before(end) {
		end = to
	}
	var starts []time.Time
	var names []string
	for at := begin.Add(time.Hour - 1).Truncate(time.Hour).UTC(); at.Before(end); at = at.Add(time.Hour) {
		starts, names = append(starts, at), append(names, r.hourKey(at.Unix()))
	}
	if len(names) == 0 {
		return nil, nil
	}
	values, err := r.Client.MGet(ctx, names...).Result()
	for i, value := range values {
		text, ok := value.(string)
		if !ok {
			continue
		}
		hour := window.Hour{Start: starts[i]}
		if damage := r.decode(names[i], text, &hour.By); damage != nil {
			err = errors.Join(err, damage)
			continue
		}
		found = append(found, hour)
	}
	return found, err
}
