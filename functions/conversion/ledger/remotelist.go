package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/window"
)

// windowFields is a window as it is in Redis. Without a status there is none.
type windowFields struct {
	fields map[string]string
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
	if _, err := pipe.Exec(ctx); err != nil {
		return windowFields{}, err
	}
	return r.answered(span, asked)
}

func (r *remote) answered(span window.Span, asked question) (windowFields, error) {
	found := windowFields{fields: asked.fields.Val()}
	if encoded, ok := found.fields["groups"]; ok {
		return found, r.decode(r.windowKey(span), encoded, &found.groups)
	}
	counts := make(map[window.Key]window.Counts)
	for field := range asked.requested.Val() {
		counts[groupOf(field)] = window.Counts{Requested: fieldNumber(asked.requested.Val(), field)}
	}
	for field := range asked.verified.Val() {
		verified := window.Counts{Verified: fieldNumber(asked.verified.Val(), field)}
		counts[groupOf(field)] = counts[groupOf(field)].Add(verified)
	}
	for key := range maps.Keys(counts) {
		found.groups = append(found.groups, window.Group{Key: key, Counts: counts[key]})
	}
	found.groups = window.Merge(found.groups)
	return found, nil
}

func (r *remote) decode(key, value string, groups *[]window.Group) error {
	if err := json.Unmarshal([]byte(value), groups); err != nil {
		return fmt.Errorf("the groups in Redis, key %s, are not JSON: delete it", key)
	}
	return nil
}

func (f windowFields) view(span window.Span, now time.Time) window.Window {
	number := func(name string) int64 { return fieldNumber(f.fields, name) }
	r := record{
		Closes: number("closes"), Status: window.Status(f.fields["status"]),
		Requested: number("requested"), Verified: number("verified"), Late: number("late"), Duplicate: number("duplicate"),
		ReportTime: number("reportTime"), RequestID: f.fields["requestId"],
	}
	return r.view(span, f.groups, now)
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
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, nil, err
	}
	at, err := readTime(now)
	if err != nil {
		return nil, nil, err
	}
	for i, span := range spans {
		fields, damage := r.answered(span, asked[i])
		err = errors.Join(err, damage)
		switch {
		case fields.fields["status"] == "":
			expired = append(expired, names[i])
		case damage == nil:
			found = append(found, fields.view(span, at))
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
